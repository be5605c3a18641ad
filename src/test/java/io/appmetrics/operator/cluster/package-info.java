/**
 * The test cluster: a real etcd, API server, controller manager and Prometheus, on a small
 * imitation of a kubelet ({@link io.appmetrics.operator.cluster.node.LocalNode}). A test reads as
 * its story:
 *
 * <pre>{@code
 * @ClusterTest
 * class StoryIT {
 *   @Test
 *   void certificates_come_late(Cluster cluster) {
 *     var istio = cluster.namespace("istio-system");           // its own: istio-system-3fa81c
 *     var shop = cluster.namespace("shop");
 *     var prometheus = istio.prometheus(Addon.plain().version("2.42.0").withSecretCertificates());
 *     var cart = shop.app(AppManifest.named("cart").listens(8080));
 *     cart.demandsMutualTls(8080);                             // no pod changes
 *     prometheus.awaitSettled();                               // nothing is left that would heal it
 *     istio.istioDefaultAppears();
 *     await().untilAsserted(() -> assertThat(prometheus.targets()).anyMatch(...));
 * }}
 * }</pre>
 *
 * <p>What is applied goes when the test ends. The operator runs as its service account by {@link
 * io.appmetrics.operator.cluster.Cluster#clientAs}, or as a process by a {@link
 * io.appmetrics.operator.cluster.Kubeconfig} file. Outside of tests a {@link
 * io.appmetrics.operator.cluster.LocalCluster} is started by hand. It needs Linux and, once, Go.
 */
@NullMarked
package io.appmetrics.operator.cluster;

import org.jspecify.annotations.NullMarked;
