package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.TestNamespace;
import io.fabric8.kubernetes.api.model.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the operator did to a Prometheus, and why: its Events on that Deployment. */
final class Deeds {
  private final TestNamespace namespace;
  private final String deployment;
  private final Set<String> seen = new HashSet<>();

  Deeds(TestNamespace namespace, String deployment) {
    this.namespace = namespace;
    this.deployment = deployment;
  }

  /**
   * A deed.
   *
   * @param kind WriteConfig, Nudge or Reload
   * @param words what, why, and how it went
   */
  record Deed(String kind, String words) {}

  /** Those that were not there when this was last asked. */
  List<Deed> news() {
    var news = new ArrayList<Deed>();
    namespace
        .cluster()
        .client()
        .v1()
        .events()
        .inNamespace(namespace.name())
        .withField("involvedObject.name", deployment)
        .list()
        .getItems()
        .stream()
        .filter(event -> "Deployment".equals(event.getInvolvedObject().getKind()))
        .filter(event -> "appmetrics-operator".equals(event.getReportingComponent()))
        .filter(event -> seen.add(event.getMetadata().getUid()))
        .sorted(Comparator.comparingLong(Deeds::version))
        .forEach(event -> news.add(new Deed(event.getReason(), event.getMessage())));
    return news;
  }

  /** Events have no finer time than a second; what etcd counts is in order. */
  private static long version(Event event) {
    return Long.parseLong(event.getMetadata().getResourceVersion());
  }
}
