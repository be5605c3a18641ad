/**
 * What the demo images run: an app with metrics, Istio's agent as the bringer of certificates and
 * of metrics, and the reloader of Prometheus' configuration. LocalNode runs them inside the JVM; as
 * each has a main method and needs nothing but the JDK, a real node can run them from an image with
 * a JDK and these classes.
 */
@NullMarked
package io.appmetrics.operator.cluster.app;

import org.jspecify.annotations.NullMarked;
