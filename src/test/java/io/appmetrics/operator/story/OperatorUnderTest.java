package io.appmetrics.operator.story;

import io.appmetrics.operator.cluster.TestNamespace;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The operator as {@code deploy/} ships it: its ServiceAccount, its rights, its admission policies.
 */
interface OperatorUnderTest extends AutoCloseable {

  /** Starts it for the Prometheus of one namespace and the workloads of others. */
  static OperatorUnderTest start(TestNamespace istio, TestNamespace... served) {
    return start(Map.of(), istio, served);
  }

  /** The same with other settings. */
  static OperatorUnderTest start(
      Map<String, String> settings, TestNamespace istio, TestNamespace... served) {
    Map<String, String> environment = environment(settings, istio, served);
    return istio.cluster().isLocal()
        ? OperatorInThisJvm.start(istio, environment)
        : OperatorAsPod.start(istio, environment);
  }

  /** The variables that it is started with. */
  static Map<String, String> environment(
      Map<String, String> settings, TestNamespace istio, TestNamespace... served) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("APPMETRICS_PROMETHEUS", istio.name() + "/deployment/prometheus");
    environment.put("APPMETRICS_ROOT_NAMESPACE", istio.name());
    environment.put(
        "APPMETRICS_NAMESPACES",
        Stream.of(served).map(TestNamespace::name).collect(Collectors.joining(",")));
    environment.putAll(settings);
    return environment;
  }

  /** Ends it; returns when it writes nothing any more. */
  @Override
  void close();
}
