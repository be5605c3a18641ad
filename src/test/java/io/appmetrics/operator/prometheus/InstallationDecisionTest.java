package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.FILES;
import static io.appmetrics.operator.prometheus.SeenInstallation.MUTUAL;
import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLAIN;
import static io.appmetrics.operator.prometheus.SeenInstallation.TODAY;
import static io.appmetrics.operator.prometheus.SeenInstallation.USERS;
import static io.appmetrics.operator.prometheus.SeenInstallation.WORKLOAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.appmetrics.operator.prometheus.SeenInstallation.Replica;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One pass of the loop: at most one action, and the facts that go with it. */
class InstallationDecisionTest {

  @Test
  void publishesWhatItSaw() {
    SeenInstallation seen = SeenInstallation.well();
    InstallationDecision decision = seen.decide();

    assertThat(decision.action()).isEqualTo(new Action.None());
    assertThat(decision.again()).isNull();
    ScrapeFacts facts = decision.facts();
    assertThat(facts.installation()).isEqualTo(WORKLOAD);
    assertThat(facts.config().state()).isEqualTo(ConfigFacts.State.WRITTEN);
    assertThat(facts.config().jobs()).isEqualTo(MUTUAL);
    assertThat(facts.certificates().state()).isEqualTo(CertificateFacts.State.PRESENT);
    assertThat(facts.scrapeInterval()).isEqualTo(Duration.ofSeconds(15));
    assertThat(facts.replicas())
        .extracting(ReplicaFacts::pod, ReplicaFacts::reachable, ReplicaFacts::loaded)
        .containsExactly(tuple("istio-system/prometheus-1", true, MUTUAL));
  }

  /** What is written now makes every cure of the old text pointless. */
  @Test
  void writesBeforeItHeals() {
    SeenInstallation seen = SeenInstallation.well().poolMissing();
    seen.demand = new Demand(MUTUAL.and(SlotJobs.named(List.of("appmetrics-2"))), true);

    assertThat(seen.decide().action()).isInstanceOf(Action.WriteConfig.class);
  }

  /** Nothing but the pool of its marker shows what is in a file, and a pool takes its time. */
  @Test
  void givesAFileOfTheirOwnTimeToShow() {
    SeenInstallation seen = SeenInstallation.well();
    ScrapeBlock block = ScrapeBlock.render(MUTUAL, TODAY, FILES).inFile();
    seen.text = USERS + "scrape_config_files: [app*.yml]\n";
    seen.included = IncludedFile.with(block);
    String cause = Attempts.text(block.digest());
    Attempts tried =
        Attempts.NONE
            .nudged("uid-of-prometheus-1", cause, NOW.minusSeconds(13))
            .reloaded("uid-of-prometheus-1", cause, NOW.minusSeconds(12), null);

    seen.replica().loadedAt = NOW.minusSeconds(12).plusMillis(1);
    InstallationDecision early = InstallationDecision.of(seen.observation(), tried, NOW);
    assertThat(early.action()).isEqualTo(new Action.None());
    assertThat(early.again()).isEqualTo(NOW.plusMillis(1));

    seen.replica().loadedAt = NOW.minusSeconds(12);
    assertThat(InstallationDecision.of(seen.observation(), tried, NOW).action())
        .isInstanceOf(Action.Reload.class);
    seen.replica().loadedAt = NOW.minusSeconds(13);
    assertThat(InstallationDecision.of(seen.observation(), tried, NOW).action())
        .as("nothing was loaded since the nudge")
        .isInstanceOf(Action.Reload.class);
  }

  /** Those who are served must not suffer from what others cannot get. */
  @Test
  void healsAlsoWhileAWriteIsRefusedOrTooLarge() {
    SeenInstallation refused = SeenInstallation.well().poolMissing();
    refused.demand = new Demand(MUTUAL.and(SlotJobs.named(List.of("appmetrics-2"))), true);
    refused.refusal = "no";
    assertThat(refused.decide().facts().config().state()).isEqualTo(ConfigFacts.State.REFUSED);
    assertThat(refused.decide().action()).isInstanceOf(Action.Nudge.class);

    SeenInstallation full = SeenInstallation.well().poolMissing();
    full.demand = refused.demand;
    full.otherBytes = ConfigWriting.MOST_BYTES;
    assertThat(full.decide().facts().config().state()).isEqualTo(ConfigFacts.State.TOO_LARGE);
    assertThat(full.decide().action()).isInstanceOf(Action.Nudge.class);
  }

  @Test
  void doesNothingToAnInstallationThatItDoesNotServe() {
    SeenInstallation gone = SeenInstallation.well().poolMissing();
    gone.discovery = Optional.empty();
    assertThat(gone.decide().action()).isEqualTo(new Action.None());

    SeenInstallation unparsable = SeenInstallation.well().poolMissing();
    unparsable.replica().running = unparsable.text;
    unparsable.text = "scrape_configs: [\n";
    assertThat(unparsable.decide().action()).isEqualTo(new Action.None());
  }

  @Test
  void takesAMinuteForTheIntervalUntilPrometheusSaysElse() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().everAnswered = false;
    assertThat(seen.decide().facts().scrapeInterval()).isEqualTo(Duration.ofMinutes(1));
  }

  /** Unreachable means three failed polls and 30 s; what was known stays known. */
  @ParameterizedTest
  @CsvSource({
    "0,  0, true",
    "1, 99, true",
    "2, 99, true",
    "3, 29, true",
    "9, 29, true",
    "3, 30, false",
    "9, 99, false"
  })
  void losesAReplicaOnlyAfterThreePollsAndThirtySeconds(int polls, int seconds, boolean reachable) {
    SeenInstallation seen = SeenInstallation.well();
    Replica replica = seen.replica();
    replica.targets = Map.of("uid", List.of());
    if (polls > 0) {
      replica.silent(polls, Duration.ofSeconds(seconds));
    }
    ReplicaFacts facts = seen.decide().facts().replicas().get(0);

    assertThat(facts.reachable()).isEqualTo(reachable);
    assertThat(facts.answered()).isTrue();
    assertThat(facts.problem()).isEqualTo(polls == 0 ? null : "cannot connect");
    assertThat(facts.loaded()).isEqualTo(MUTUAL);
    assertThat(facts.pools()).contains("appmetrics-1", "appmetrics-1-istio-secure");
    assertThat(facts.targets()).containsKey("uid");
  }

  /** Beside one that scrapes: whether the other counts, by what is known of it. */
  @ParameterizedTest(name = "answered {0}, runs {1}, {2} polls and {3} s: {4}")
  @CsvSource({
    // it is created, or its image cannot be pulled: however long
    "false, false, 99, 999, false",
    // it starts, and is given as long as one that falls silent
    "false, true,   1,   0, false",
    "false, true,   3,  29, false",
    "false, true,   3,  30, true",
    // it has been heard
    "true,  true,   0,   0, true",
    "true,  false,  1,   0, true",
    "true,  false, 99, 999, true"
  })
  void countsAReplicaOnceItCouldSaySomething(
      boolean answered, boolean runs, int polls, int seconds, boolean counts) {
    SeenInstallation seen = SeenInstallation.well();
    Replica second = seen.another("prometheus-2");
    second.everAnswered = answered;
    second.runs = runs;
    if (polls > 0) {
      second.silent(polls, Duration.ofSeconds(seconds));
    }
    assertThat(seen.decide().facts().replicas()).hasSize(counts ? 2 : 1);

    seen.replica().silent(3, Duration.ofSeconds(30));
    assertThat(seen.decide().facts().replicas()).as("nobody else scrapes").hasSize(2);
  }

  /** What the statuses said before a restart of the operator holds until somebody knows better. */
  @ParameterizedTest(name = "answered {0}, runs {1}, {2} polls and {3} s: {4}")
  @CsvSource({
    "true,  true,  0,  0, true",
    "true,  true,  1,  0, true",
    "false, true,  1,  0, false",
    "false, true,  9, 29, false",
    "false, true,  3, 30, true",
    "false, false, 1,  0, true"
  })
  void hasHeardEverybodyWhoCouldAnswer(
      boolean answered, boolean runs, int polls, int seconds, boolean heard) {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().everAnswered = answered;
    seen.replica().runs = runs;
    if (polls > 0) {
      seen.replica().silent(polls, Duration.ofSeconds(seconds));
    }
    assertThat(seen.decide().heard()).isEqualTo(heard);
  }

  /** Nobody is to hear of a loss that we have caused, that is wanted, and that is short. */
  @Test
  void keepsToWhatItKnewWhileItsOwnRestartIsUnderWay() {
    SeenInstallation seen = SeenInstallation.well().poolMissing();
    seen.replica().targets = up("uid-1", "uid-2");
    ScrapeFacts before = seen.decide().facts();
    Instant old = seen.replica().startedAt;
    seen.before = before;
    seen.state =
        StateReading.of(
            InstallationState.NONE.with(
                new InstallationState.Restart(
                    NOW.minusSeconds(40),
                    InstallationState.Way.TEMPLATE,
                    "c0ffee",
                    seen.replica().uid(),
                    old,
                    3,
                    null)));
    assertThat(seen.decide().facts().replicas())
        .as("it has not ended yet")
        .isEqualTo(before.replicas());

    seen.replicas.clear();
    assertThat(seen.decide().facts()).as("nobody runs").isEqualTo(before);

    Replica next = seen.another("prometheus-2");
    next.everAnswered = false;
    next.silent(1, Duration.ofSeconds(1));
    assertThat(seen.decide().facts()).as("it has not answered yet").isEqualTo(before);

    next.everAnswered = true;
    next.silence = null;
    next.silentSince = null;
    next.startedAt = NOW.minusSeconds(30);
    next.loadedAt = NOW.minusSeconds(30);
    next.targets = up("uid-1");
    assertThat(seen.decide().facts()).as("it scrapes only one of two yet").isEqualTo(before);

    next.targets = up("uid-1", "uid-2");
    assertThat(seen.decide().facts().replicas())
        .as("it scrapes as much as before")
        .extracting(ReplicaFacts::pod)
        .containsExactly("istio-system/prometheus-2");

    next.targets = up("uid-1");
    next.startedAt = NOW.minusSeconds(12 + 2 * 15);
    seen.state = restartedAt(NOW.minusSeconds(45), old);
    assertThat(seen.decide().facts().replicas())
        .as("it has had its time")
        .extracting(ReplicaFacts::pod)
        .containsExactly("istio-system/prometheus-2");

    seen.replicas.clear();
    seen.state = restartedAt(NOW.minus(Duration.ofMinutes(2)), old);
    assertThat(seen.decide().facts().replicas()).as("it does not come back").isEmpty();
  }

  private static StateReading restartedAt(Instant at, Instant old) {
    return StateReading.of(
        InstallationState.NONE.with(
            new InstallationState.Restart(
                at,
                InstallationState.Way.TEMPLATE,
                "c0ffee",
                "uid-of-prometheus-1",
                old,
                3,
                null)));
  }

  private static Map<String, List<ActiveTarget>> up(String... podUids) {
    Map<String, List<ActiveTarget>> targets = new TreeMap<>();
    for (String uid : podUids) {
      targets.put(
          uid,
          List.of(
              new ActiveTarget(
                  "appmetrics-1", "shop", "cart", uid, "http://a/", TargetHealth.UP, "", NOW)));
    }
    return targets;
  }

  @Test
  void knowsNothingOfAReplicaThatNeverAnswered() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().everAnswered = false;
    seen.replica().silent(1, Duration.ZERO);

    assertThat(seen.decide().facts().replicas())
        .containsExactly(
            new ReplicaFacts(
                "istio-system/prometheus-1",
                true,
                false,
                "cannot connect",
                SlotJobs.none(),
                null,
                null,
                Set.of(),
                Map.of(),
                null,
                false,
                Arrivals.NONE,
                new Uptime(true, NOW.minus(Duration.ofHours(2)))));
  }

  @Test
  void tellsARejectionInPrometheusWords() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().running = USERS;
    seen.replica().reloadSucceeded = false;
    String uid = seen.replica().uid();

    assertThat(rejection(seen, Attempts.NONE))
        .isEqualTo("its last reload failed, and its log says why");
    Attempts once = Attempts.NONE.reloaded(uid, "config a", NOW.minusSeconds(9), "line 1: old");
    assertThat(rejection(seen, once)).isEqualTo("line 1: old");
    Attempts twice = once.reloaded(uid, "config b", NOW.minusSeconds(5), "line 2: new");
    assertThat(rejection(seen, twice)).isEqualTo("line 2: new");
    Attempts agreed = twice.reloaded(uid, "config c", NOW.minusSeconds(1), null);
    assertThat(rejection(seen, agreed)).isEqualTo("its last reload failed, and its log says why");
    assertThat(rejection(seen, Attempts.NONE.reloaded("another", "config a", NOW, "not ours")))
        .isEqualTo("its last reload failed, and its log says why");

    seen.replica().reloadSucceeded = true;
    assertThat(rejection(seen, twice)).isNull();
  }

  private static @Nullable String rejection(SeenInstallation seen, Attempts attempts) {
    return InstallationDecision.of(seen.observation(), attempts, NOW)
        .facts()
        .replicas()
        .get(0)
        .rejection();
  }

  @Test
  void forgetsAttemptsOnPodsThatAreGone() {
    Attempts attempts =
        Attempts.NONE
            .nudged("a", "cause", NOW)
            .nudged("a", "cause", NOW.plusSeconds(1))
            .reloaded("b", "cause", NOW, "no");

    assertThat(attempts.on("a", "cause"))
        .isEqualTo(new Attempts.Tried(2, NOW.plusSeconds(1), 0, null, null, null));
    assertThat(attempts.on("b", "cause"))
        .isEqualTo(new Attempts.Tried(0, null, 1, NOW, "no", null));
    assertThat(attempts.on("a", "another cause")).isEqualTo(Attempts.Tried.NOTHING);
    Attempts left = attempts.retaining(Set.of("b", "c"));
    assertThat(left.byReplica()).containsOnlyKeys(new Attempts.Key("b", "cause"));
    assertThat(attempts.byReplica()).as("the original").hasSize(2);
  }

  /** The same text may come again: its first cure is a nudge then, too. */
  @Test
  void forgetsWhatWasTriedForOlderTexts() {
    Attempts attempts =
        Attempts.NONE
            .nudged("a", Attempts.TEXT + "c0ffee", NOW)
            .nudged("a", "certificates c0ffee", NOW);

    assertThat(attempts.withoutTexts().byReplica())
        .containsOnlyKeys(new Attempts.Key("a", "certificates c0ffee"));
  }

  @Test
  void saysWhatItDoesAndWhy() {
    ReplicaReading replica = SeenInstallation.well().replica().reading();
    Action.Cause cause = new Action.Cause("id", "of this");

    assertThat(new Action.None().words()).isEqualTo("nothing to do");
    assertThat(new Action.Nudge(replica, cause).words())
        .isEqualTo("nudge pod prometheus-1, because of this");
    assertThat(new Action.Reload(replica, cause).words())
        .isEqualTo("reload pod prometheus-1, because of this");
    assertThat(
            new Action.WriteConfig(new ConfigValues("text", null), "here", null, "1", "of that")
                .words())
        .isEqualTo("write the configuration, because of that");
  }

  @Test
  void aReplicaThatRunsTheTextOfAnotherDemandIsNotTaughtOtherwise() {
    SeenInstallation seen = SeenInstallation.well();
    seen.demand = new Demand(PLAIN, false);

    assertThat(seen.decide().action()).isEqualTo(new Action.None());
  }
}
