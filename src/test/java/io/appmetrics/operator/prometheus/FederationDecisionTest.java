package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.TODAY;
import static io.appmetrics.operator.prometheus.SeenInstallation.USERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.ConfigFacts.State;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.Federation;
import io.appmetrics.operator.scrapeconfig.JobReader;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The configuration of a Prometheus that pulls from another. */
class FederationDecisionTest {
  private static final Federation.Source MESH =
      new Federation.Pods("istio-system", new TreeMap<>(Map.of("app", "prometheus")), 9090, "");

  private static Demand demand(boolean complete, String... jobs) {
    TreeMap<String, Duration> federated = new TreeMap<>();
    for (String job : jobs) {
      federated.put(job, Duration.ofSeconds(15));
    }
    return new Demand(jobs.length == 0 ? SlotJobs.none() : SlotJobs.federate(), complete)
        .pulling(new Federating(federated, MESH, null));
  }

  private static String pulling(String... jobs) {
    try {
      return PrometheusYaml.parse(USERS)
          .with(
              ScrapeBlock.render(
                  SlotJobs.federate(),
                  new JobReader(TODAY),
                  null,
                  null,
                  new Federation(MESH, new TreeSet<>(List.of(jobs)))));
    } catch (UnparsableConfig e) {
      throw new IllegalStateException(e);
    }
  }

  private static ConfigDecision decide(String text, Demand demand) {
    SeenInstallation seen =
        SeenInstallation.but(
            s -> {
              s.text = text;
              s.demand = demand;
              s.state = StateReading.of(loaded(text));
            });
    return ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
  }

  /** What stands was loaded well. */
  private static InstallationState loaded(String text) {
    try {
      return BlockText.in(text)
          .flatMap(ScrapeBlock::standing)
          .map(InstallationState.NONE::good)
          .orElse(InstallationState.NONE);
    } catch (UnparsableConfig e) {
      throw new IllegalStateException(e);
    }
  }

  private static String written(ConfigDecision decision) {
    return ((Action.WriteConfig) decision.action()).values().text();
  }

  @Test
  void pullsWhatIsScrapedForAppMetrics() {
    assertThat(written(decide(USERS, demand(true, "kubernetes-pods"))))
        .isEqualTo(pulling("kubernetes-pods"));
  }

  /** The name of the job stays, and its text does not. */
  @Test
  void followsTheJobsInUse() {
    ConfigDecision decision =
        decide(pulling("kubernetes-pods"), demand(true, "kubernetes-pods", "mine"));

    assertThat(written(decision)).isEqualTo(pulling("kubernetes-pods", "mine"));
    assertThat(decision.facts().state()).isEqualTo(State.PENDING);
  }

  /** After a start nobody has said yet what is needed. */
  @Test
  void keepsWhatStandsUntilEverybodyWasHeard() {
    ConfigDecision nobody = decide(pulling("kubernetes-pods", "mine"), demand(false));
    assertThat(nobody.action()).isInstanceOf(Action.None.class);
    assertThat(nobody.facts().state()).isEqualTo(State.WRITTEN);

    ConfigDecision one = decide(pulling("kubernetes-pods", "mine"), demand(false, "mine"));
    assertThat(one.action()).isInstanceOf(Action.None.class);
  }

  @Test
  void leavesTheUsersOwnBytesWhenTheLastIsGone() {
    assertThat(written(decide(pulling("mine"), demand(true)))).isEqualTo(USERS);
  }

  /** What stands is left alone: the other may come back. */
  @Test
  void saysWhyItCannotTellFromWhere() {
    Demand unsourced =
        demand(true, "mine")
            .pulling(
                new Federating(
                    new TreeMap<>(Map.of("mine", Duration.ofSeconds(15))), null, "It is gone"));
    ConfigDecision decision = decide(pulling("mine"), unsourced);

    assertThat(decision.facts().state()).isEqualTo(State.INSTALLATION_UNSUPPORTED);
    assertThat(decision.facts().message()).isEqualTo("It is gone");
    assertThat(decision.action()).isInstanceOf(Action.None.class);
  }
}
