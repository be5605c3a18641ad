package io.appmetrics.operator.cli;

import io.appmetrics.operator.apiserver.Deeds;
import io.appmetrics.operator.prometheus.Installation;
import io.appmetrics.operator.runtime.CannotStart;
import io.appmetrics.operator.runtime.HealthServer;
import io.appmetrics.operator.runtime.Meters;
import io.appmetrics.operator.runtime.OperatorConfig;
import io.appmetrics.operator.runtime.OperatorRuntime;
import io.appmetrics.operator.runtime.Preflight;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code run}: everything that is started, and stopped in the opposite order. */
final class Run {
  private static final Logger log = LoggerFactory.getLogger(Run.class);

  private static final int SECONDS_TO_STOP = 5;

  private Run() {}

  /**
   * Runs the operator until the process is asked to end.
   *
   * @param deeds hears of all that it does
   * @throws CannotStart when something is missing that it cannot do without
   */
  static void untilAsked(OperatorConfig config, Map<String, String> environment, Deeds deeds)
      throws CannotStart, InterruptedException {
    Config cluster = Cluster.config(environment);
    // The client's own ten retries would keep a typing error in KUBECONFIG waiting for minutes.
    Config impatient =
        new ConfigBuilder(cluster)
            .withRequestRetryBackoffLimit(2)
            .withConnectionTimeout(5_000)
            .build();
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(impatient).build()) {
      new Preflight(client, config, Run::files).check();
    }
    OperatorConfig.unknown(environment)
        .forEach(name -> log.warn("{} is set, but is no setting; see --help", name));

    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(asked, stopped), "shutdown"));
    try {
      serve(config, cluster, asked, deeds);
    } finally {
      stopped.countDown();
    }
  }

  /** What the pod template of a Prometheus says of its ConfigMap and its Secrets. */
  private static Optional<Preflight.InstallationFiles> files(Deployment deployment) {
    return Installation.of(deployment) instanceof Installation installation
        ? Optional.of(
            new Preflight.InstallationFiles(
                installation.configMap(), installation.certificateSecrets()))
        : Optional.empty();
  }

  private static void serve(
      OperatorConfig config, Config cluster, CountDownLatch asked, Deeds deeds)
      throws CannotStart, InterruptedException {
    Meters meters = new Meters();
    AtomicReference<@Nullable OperatorRuntime> running = new AtomicReference<>();
    // First, so that the kubelet sees a live process while the caches fill.
    try (HealthServer health = health(config.httpAddress(), running, meters);
        KubernetesClient client = new KubernetesClientBuilder().withConfig(cluster).build();
        OperatorRuntime runtime = OperatorRuntime.start(client, config, meters, deeds)) {
      running.set(runtime);
      log.info(
          "serving {} at {}, health at {}",
          config.installations().stream()
              .map(installation -> installation.workload().toString())
              .collect(Collectors.joining(", ")),
          client.getMasterUrl(),
          health == null ? "no address" : "port " + health.port());
      asked.await();
      log.info("stopping");
    }
    log.info("stopped");
  }

  private static @Nullable HealthServer health(
      @Nullable InetSocketAddress address,
      AtomicReference<@Nullable OperatorRuntime> running,
      Meters meters)
      throws CannotStart {
    if (address == null) {
      return null;
    }
    return HealthServer.start(
        address,
        Map.of("operator", () -> holds(running.get(), true, OperatorRuntime::live)),
        Map.of(
            "started", () -> running.get() != null,
            "synced", () -> holds(running.get(), false, OperatorRuntime::ready)),
        meters);
  }

  private static boolean holds(
      @Nullable OperatorRuntime runtime, boolean before, Predicate<OperatorRuntime> check) {
    return runtime == null ? before : check.test(runtime);
  }

  /** The JVM halts as soon as its hooks have returned: this one waits for an orderly end. */
  private static void stop(CountDownLatch asked, CountDownLatch stopped) {
    asked.countDown();
    try {
      if (!stopped.await(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
        log.warn("not stopped after {} s; ending all the same", SECONDS_TO_STOP);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
