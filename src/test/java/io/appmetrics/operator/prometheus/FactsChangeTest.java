package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is woken: everybody, some namespaces, or nobody. */
class FactsChangeTest {
  private static final FactsChange NOBODY = new FactsChange(false, Set.of());
  private static final FactsChange EVERYBODY = new FactsChange(true, Set.of());

  private static ActiveTarget target(String namespace, String uid) {
    return new ActiveTarget(
        "appmetrics-1",
        namespace,
        "pod",
        uid,
        "http://10.0.0.1:8080/metrics",
        TargetHealth.UP,
        "",
        NOW);
  }

  private static ScrapeFacts facts(ActiveTarget... targets) {
    return facts(s -> {}, targets);
  }

  private static ScrapeFacts facts(Consumer<SeenInstallation> otherwise, ActiveTarget... targets) {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().targets =
        Stream.of(targets).collect(Collectors.groupingBy(ActiveTarget::podUid));
    otherwise.accept(seen);
    return seen.decide().facts();
  }

  record Row(String what, UnaryOperator<ActiveTarget> change, boolean news) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row("the same", t -> t, false),
        new Row(
            "a scrape more", t -> with(t, t.health(), t.lastError(), NOW.plusSeconds(15)), false),
        new Row("down", t -> with(t, TargetHealth.DOWN, "refused", t.lastScrape()), true),
        new Row("other words", t -> with(t, t.health(), "other words", t.lastScrape()), true),
        new Row(
            "the app behind the agent fails",
            t ->
                new ActiveTarget(
                    t.pool(),
                    t.namespace(),
                    t.podName(),
                    t.podUid(),
                    t.scrapeUrl(),
                    t.health(),
                    t.lastError(),
                    t.lastScrape(),
                    AppFetch.FAILS),
            true),
        new Row(
            "another pod at the same address",
            t ->
                new ActiveTarget(
                    t.pool(),
                    t.namespace(),
                    t.podName(),
                    "uid-2",
                    t.scrapeUrl(),
                    t.health(),
                    t.lastError(),
                    t.lastScrape()),
            true),
        new Row(
            "another job",
            t ->
                new ActiveTarget(
                    "appmetrics-1-istio-secure",
                    t.namespace(),
                    t.podName(),
                    t.podUid(),
                    t.scrapeUrl(),
                    t.health(),
                    t.lastError(),
                    t.lastScrape()),
            true),
        new Row(
            "another address",
            t ->
                new ActiveTarget(
                    t.pool(),
                    t.namespace(),
                    t.podName(),
                    t.podUid(),
                    "http://10.0.0.2:8080/metrics",
                    t.health(),
                    t.lastError(),
                    t.lastScrape()),
            true));
  }

  private static ActiveTarget with(
      ActiveTarget t, TargetHealth health, String error, Instant lastScrape) {
    return new ActiveTarget(
        t.pool(), t.namespace(), t.podName(), t.podUid(), t.scrapeUrl(), health, error, lastScrape);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void wakesTheNamespaceOfATargetThatIsAnother(Row row) {
    ActiveTarget shop = target("shop", "uid-1");
    ActiveTarget bank = target("bank", "uid-9");

    FactsChange change =
        FactsChange.between(facts(shop, bank), facts(row.change().apply(shop), bank));

    assertThat(change).isEqualTo(row.news() ? new FactsChange(false, Set.of("shop")) : NOBODY);
    assertThat(change.isEmpty()).isEqualTo(!row.news());
  }

  @Test
  void wakesTheNamespacesOfTargetsThatComeAndGo() {
    assertThat(FactsChange.between(facts(target("shop", "1")), facts(target("bank", "2"))))
        .isEqualTo(new FactsChange(false, Set.of("shop", "bank")));
  }

  @Test
  void wakesEverybodyAtFirst() {
    assertThat(FactsChange.between(null, facts())).isEqualTo(EVERYBODY);
    assertThat(EVERYBODY.isEmpty()).isFalse();
  }

  @Test
  void wakesEverybodyForWhatConcernsAll() {
    List<Consumer<SeenInstallation>> changes =
        List.of(
            s -> s.text = null,
            s -> s.replica().ambient = true,
            s -> s.demand = new Demand(PLAIN, true),
            s -> s.secret = null,
            s -> s.another("prometheus-2"),
            s -> s.replicas.clear(),
            s -> s.replica().poolsMissing.add("appmetrics-1"),
            s -> s.replica().running = SeenInstallation.USERS,
            s -> s.replica().silent(3, Duration.ofMinutes(1)),
            s -> s.replica().reloadSucceeded = false);

    assertThat(changes)
        .allSatisfy(
            change -> assertThat(FactsChange.between(facts(), facts(change))).isEqualTo(EVERYBODY));
  }

  @Test
  void aReplicaThatKeepsSilentInTheSameWordsIsNoNews() {
    assertThat(
            FactsChange.between(
                facts(s -> s.replica().silent(4, Duration.ofMinutes(1))),
                facts(s -> s.replica().silent(5, Duration.ofMinutes(2)))))
        .isEqualTo(NOBODY);
  }

  /** What has come to one of two replicas only is not there for those who ask the other. */
  @Test
  void theSamePulledByTwoReplicasIsNotTheSameOfOne() {
    Set<Map<String, String>> nameless = Set.of(Map.of("job", "a", "instance", "10.0.0.3:1"));
    assertThat(
            FactsChange.between(pulledByTwo(nameless, nameless), pulledByTwo(nameless, Set.of())))
        .isEqualTo(EVERYBODY);
  }

  private static ScrapeFacts pulledByTwo(
      Set<Map<String, String>> first, Set<Map<String, String>> second) {
    ScrapeFacts facts = facts(s -> s.another("prometheus-2"));
    ReplicaFacts one = facts.replicas().get(0);
    ReplicaFacts two = facts.replicas().get(1);
    return new ScrapeFacts(
        facts.installation(),
        facts.config(),
        facts.certificates(),
        List.of(
            one.with(Map.of(), new Arrivals(Set.of("a"), first)),
            two.with(Map.of(), new Arrivals(Set.of("a"), second))),
        facts.userJobs(),
        facts.agentJobs(),
        facts.scrapeInterval());
  }

  private static ScrapeFacts pulling(Set<Map<String, String>> arrived, TargetHealth pull) {
    ActiveTarget target =
        new ActiveTarget(
            "appmetrics-federate",
            "istio-system",
            "prometheus-1",
            "uid-of-prometheus-1",
            "http://10.0.0.9:9090/federate",
            pull,
            "",
            NOW);
    ScrapeFacts facts = facts(target);
    ReplicaFacts r = facts.replicas().get(0);
    return new ScrapeFacts(
        facts.installation(),
        facts.config(),
        facts.certificates(),
        List.of(r.with(r.targets(), new Arrivals(Set.of("kubernetes-pods"), arrived))),
        facts.userJobs(),
        facts.agentJobs(),
        facts.scrapeInterval());
  }

  /** A pod that comes or goes somewhere in the mesh is no news but in its namespace. */
  @Test
  void whatIsPulledWakesTheNamespaceOfItsPod() {
    Map<String, String> shop = Map.of("job", "a", "instance", "10.0.0.1:1", "namespace", "shop");
    Map<String, String> bank = Map.of("job", "a", "instance", "10.0.0.2:1", "namespace", "bank");
    Map<String, String> nameless = Map.of("job", "a", "instance", "10.0.0.3:1");
    ScrapeFacts before = pulling(Set.of(shop), TargetHealth.UP);

    assertThat(FactsChange.between(before, pulling(Set.of(shop), TargetHealth.UP)))
        .isEqualTo(NOBODY);
    assertThat(FactsChange.between(before, pulling(Set.of(shop, bank), TargetHealth.UP)))
        .isEqualTo(new FactsChange(false, Set.of("bank")));
    assertThat(FactsChange.between(before, pulling(Set.of(), TargetHealth.UP)))
        .isEqualTo(new FactsChange(false, Set.of("shop")));
    assertThat(FactsChange.between(before, pulling(Set.of(shop, nameless), TargetHealth.UP)))
        .isEqualTo(EVERYBODY);
  }

  /** It pulls for all of them, wherever the Prometheus is from which it does. */
  @Test
  void aPullThatFailsWakesEverybody() {
    assertThat(
            FactsChange.between(
                pulling(Set.of(), TargetHealth.UP), pulling(Set.of(), TargetHealth.DOWN)))
        .isEqualTo(EVERYBODY);
  }

  @Test
  void aTargetWhosePodPrometheusHasLostConcernsEverybody() {
    ActiveTarget lost = target("", "");
    assertThat(
            FactsChange.between(facts(lost), facts(with(lost, TargetHealth.DOWN, "refused", NOW))))
        .isEqualTo(EVERYBODY);
    assertThat(FactsChange.between(facts(lost), facts(lost))).isEqualTo(NOBODY);
  }

  @Test
  void theSameOfTwoReplicasIsNotTheSameOfOne() {
    ActiveTarget up = target("shop", "1");
    ActiveTarget down = with(up, TargetHealth.DOWN, "refused", NOW);
    ScrapeFacts before =
        facts(
            s -> {
              s.replica().targets = Map.of("1", List.of(up));
              s.another("prometheus-2").targets = Map.of("1", List.of(down));
            });
    ScrapeFacts after =
        facts(
            s -> {
              s.replica().targets = Map.of("1", List.of(down));
              s.another("prometheus-2").targets = Map.of("1", List.of(up));
            });

    assertThat(FactsChange.between(before, after))
        .isEqualTo(new FactsChange(false, Set.of("shop")));
  }
}
