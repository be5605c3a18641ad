package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.FROM_DIRECTORY;
import static io.appmetrics.operator.prometheus.SeenInstallation.MUTUAL;
import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLAIN;
import static io.appmetrics.operator.prometheus.SeenInstallation.USERS;
import static io.appmetrics.operator.prometheus.SeenInstallation.installation;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The ladder, with a clock that moves: what is done when, while nothing helps, until something
 * does.
 */
class HealingTest {

  /** Passes one after the other, each as long after the one before as that one asked for. */
  private static final class Passes {
    final SeenInstallation seen;
    Instant now = NOW;
    Attempts attempts = Attempts.NONE;
    @Nullable String rejection;
    private final StringBuilder story = new StringBuilder();

    Passes(SeenInstallation seen) {
      this.seen = seen;
    }

    /** What is done until then, one line for each action. */
    String until(Duration end) {
      story.setLength(0);
      while (!now.isAfter(NOW.plus(end))) {
        InstallationDecision decision = InstallationDecision.of(seen.observation(), attempts, now);
        attempts = attempts.withoutCured(decision.cured());
        if (decision.action() instanceof Action.None) {
          now = next(decision);
        } else if (decision.action() instanceof Action.NoteGood good) {
          seen.state = StateReading.of(seen.state.state().good(good.jobs()));
        } else {
          story
              .append(Duration.between(NOW, now).toSeconds())
              .append(" s: ")
              .append(decision.action().words())
              .append('\n');
          apply(decision.action());
        }
      }
      return story.toString();
    }

    /** The loop polls every 2 s, and sooner when something is due. */
    private Instant next(InstallationDecision decision) {
      Instant poll = now.plusSeconds(2);
      Instant again = decision.again();
      if (again == null) {
        return poll;
      }
      assertThat(again).as("what is due later than now").isAfter(now);
      return again.isBefore(poll) ? again : poll;
    }

    private void apply(Action action) {
      if (action instanceof Action.Nudge nudge) {
        attempts = attempts.nudged(nudge.replica().uid(), nudge.cause().id(), now);
      } else if (action instanceof Action.Reload reload) {
        attempts = attempts.reloaded(reload.replica().uid(), reload.cause().id(), now, rejection);
        if (rejection == null) {
          seen.replicas.stream()
              .filter(replica -> replica.uid().equals(reload.replica().uid()))
              .forEach(replica -> replica.loadedAt = now);
        }
      } else {
        throw new AssertionError("unexpected: " + action.words());
      }
    }
  }

  private static String story(Duration end, SeenInstallation seen) {
    return new Passes(seen).until(end);
  }

  // --- no pool for a job whose certificates are there ---

  /** A successful reload starts the grace anew: a healthy pool takes 12 s after it, too. */
  @Test
  void nudgesThenReloadsOnceThenNudgesEverMoreRarely() {
    assertThat(story(Duration.ofMinutes(4), SeenInstallation.well().poolMissing()))
        .isEqualTo(
            """
            0 s: nudge pod prometheus-1, because it has no scrape pool for appmetrics-1-istio-secure
            2 s: reload pod prometheus-1, because it has no scrape pool for appmetrics-1-istio-secure
            14 s: nudge pod prometheus-1, because it has no scrape pool for appmetrics-1-istio-secure
            34 s: nudge pod prometheus-1, because it has no scrape pool for appmetrics-1-istio-secure
            64 s: nudge pod prometheus-1, because it has no scrape pool for appmetrics-1-istio-secure
            124 s: nudge pod prometheus-1, because it has no scrape pool for appmetrics-1-istio-secure
            184 s: nudge pod prometheus-1, because it has no scrape pool for appmetrics-1-istio-secure
            """);
  }

  @Test
  void nudgesOnlyWhereNothingCanBeReloaded() {
    SeenInstallation seen = SeenInstallation.well().poolMissing();
    seen.discovery = Optional.of(installation(false, "container reloader"));

    assertThat(times(story(Duration.ofMinutes(3), seen)))
        .containsExactly(
            "0 s: nudge",
            "10 s: nudge",
            "30 s: nudge",
            "60 s: nudge",
            "120 s: nudge",
            "180 s: nudge");
  }

  /** Nobody knows whether the files are there: a reload would prove nothing. */
  @Test
  void neverReloadsForCertificatesThatAreNotSeen() {
    SeenInstallation sidecar = SeenInstallation.well().poolMissing();
    sidecar.files = FROM_DIRECTORY;
    assertThat(times(story(Duration.ofMinutes(2), sidecar)))
        .containsExactly("0 s: nudge", "10 s: nudge", "30 s: nudge", "60 s: nudge", "120 s: nudge");

    SeenInstallation forbidden = SeenInstallation.well().poolMissing();
    forbidden.secret = null;
    assertThat(times(story(Duration.ofMinutes(2), forbidden)))
        .containsExactly("0 s: nudge", "10 s: nudge", "30 s: nudge", "60 s: nudge", "120 s: nudge");
  }

  @Test
  void doesNothingForCertificatesThatAreKnownToBeMissingOrExpired() {
    SeenInstallation missing = SeenInstallation.well().poolMissing();
    missing.secret = new SecretReading(true, false, List.of("key.pem"), null, null);
    assertThat(story(Duration.ofMinutes(2), missing)).isEmpty();

    SeenInstallation expired = SeenInstallation.well().poolMissing();
    expired.secret = new SecretReading(true, true, List.of(), "c0ffee", NOW.minusSeconds(1));
    assertThat(story(Duration.ofMinutes(2), expired)).isEmpty();
  }

  @Test
  void doesNothingToTheHealthy() {
    assertThat(story(Duration.ofMinutes(2), SeenInstallation.well())).isEmpty();
  }

  /** Service discovery and the scrape manager gather for 5 s each: a new pool is no trouble yet. */
  @Test
  void givesANewConfigurationTwelveSecondsToGrowItsPools() {
    SeenInstallation seen = SeenInstallation.well().poolMissing();
    seen.replica().loadedAt = NOW.minusSeconds(3);

    InstallationDecision decision = seen.decide();
    assertThat(decision.action()).isEqualTo(new Action.None());
    assertThat(decision.again()).isEqualTo(NOW.plusSeconds(9));
    assertThat(times(story(Duration.ofSeconds(10), seen))).containsExactly("9 s: nudge");
  }

  @Test
  void stopsAsSoonAsItIsCured() {
    Passes passes = new Passes(SeenInstallation.well().poolMissing());
    assertThat(times(passes.until(Duration.ofSeconds(1)))).containsExactly("0 s: nudge");

    passes.seen.replica().poolsMissing.clear();
    assertThat(passes.until(Duration.ofMinutes(10))).isEmpty();
  }

  /** Started before its certificates, which come 60 s late: the story of this project. */
  @Test
  void curesWithinSecondsOnceTheSecretAppears() {
    Passes passes = new Passes(SeenInstallation.well().poolMissing());
    passes.seen.secret = new SecretReading(true, false, List.of("key.pem"), null, null);
    assertThat(passes.until(Duration.ofSeconds(59))).isEmpty();

    passes.seen.secret = SeenInstallation.SECRET;
    assertThat(times(passes.until(Duration.ofSeconds(63))))
        .containsExactly("60 s: nudge", "62 s: reload");
  }

  /** Other certificates are another trouble: the ladder begins at its foot. */
  @Test
  void countsAttemptsByTheCertificate() {
    Passes passes = new Passes(SeenInstallation.well().poolMissing());
    assertThat(times(passes.until(Duration.ofSeconds(3))))
        .containsExactly("0 s: nudge", "2 s: reload");

    passes.seen.secret = new SecretReading(true, true, List.of(), "other", null);
    passes.seen.replica().loadedAt = NOW.minus(Duration.ofHours(1));
    assertThat(times(passes.until(Duration.ofSeconds(6))))
        .containsExactly("4 s: nudge", "6 s: reload");
  }

  /** A container that is restarted in its pod starts without its certificates as the first did. */
  @Test
  void countsAttemptsByTheProcess() {
    Passes passes = new Passes(SeenInstallation.well().poolMissing());
    assertThat(times(passes.until(Duration.ofSeconds(3))))
        .containsExactly("0 s: nudge", "2 s: reload");

    passes.seen.replica().startedAt = NOW.plusSeconds(3);
    passes.seen.replica().loadedAt = NOW.plusSeconds(3);
    assertThat(times(passes.until(Duration.ofSeconds(17))))
        .containsExactly("15 s: nudge", "17 s: reload");
  }

  /** A slot more needs a pool more, which may lack its files again. */
  @Test
  void countsAttemptsByTheText() {
    Passes passes = new Passes(SeenInstallation.well().poolMissing());
    assertThat(times(passes.until(Duration.ofSeconds(3))))
        .containsExactly("0 s: nudge", "2 s: reload");

    SlotJobs two = MUTUAL.and(SlotJobs.named(List.of("appmetrics-2-istio-secure")));
    passes.seen.demand = new Demand(two, true);
    passes.seen.text = SeenInstallation.withJobs(two, SeenInstallation.FILES);
    passes.seen.replica().loadedAt = NOW.minus(Duration.ofHours(1));
    assertThat(times(passes.until(Duration.ofSeconds(6))))
        .containsExactly("4 s: nudge", "6 s: reload");
  }

  /** What was cured once, and is lost again, begins anew: it is another loss. */
  @Test
  void forgetsWhatItTriedOnceThePoolsAreThere() {
    Passes passes = new Passes(SeenInstallation.well().poolMissing());
    assertThat(times(passes.until(Duration.ofSeconds(3))))
        .containsExactly("0 s: nudge", "2 s: reload");
    passes.seen.replica().poolsMissing.clear();
    assertThat(passes.until(Duration.ofSeconds(30))).isEmpty();

    passes.seen.poolMissing();
    assertThat(times(passes.until(Duration.ofSeconds(34))))
        .containsExactly("32 s: nudge", "34 s: reload");
  }

  // --- a reload that was applied in part ---

  /** The text is shown as loaded, every pool is there, and one of them runs on with other files. */
  @Test
  void reloadsAgainAfterAReloadThatFailed() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().reloadSucceeded = false;
    assertThat(story(Duration.ofSeconds(1), seen))
        .isEqualTo(
            """
            0 s: nudge pod prometheus-1, because its last reload failed, so that it may run only a part of the configuration
            1 s: reload pod prometheus-1, because its last reload failed, so that it may run only a part of the configuration
            """);
    assertThat(times(story(Duration.ofMinutes(2), seen)))
        .containsExactly(
            "0 s: nudge",
            "1 s: reload",
            "6 s: reload",
            "21 s: reload",
            "51 s: reload",
            "111 s: reload");
    seen.replica().reloadSucceeded = true;
    assertThat(story(Duration.ofMinutes(2), seen)).isEmpty();
  }

  @Test
  void repeatsNoReloadThatFailedWhileItsFilesAreMissingOrNoneAreNeeded() {
    SeenInstallation missing = SeenInstallation.well();
    missing.replica().reloadSucceeded = false;
    missing.secret = new SecretReading(true, false, List.of("key.pem"), null, null);
    assertThat(story(Duration.ofMinutes(2), missing)).isEmpty();

    SeenInstallation plain = SeenInstallation.well();
    plain.replica().reloadSucceeded = false;
    plain.demand = new Demand(PLAIN, true);
    plain.text = SeenInstallation.withJobs(PLAIN, SeenInstallation.FILES);
    assertThat(story(Duration.ofMinutes(2), plain)).isEmpty();
  }

  @Test
  void namesAllPoolsThatAreMissing() {
    SeenInstallation seen = SeenInstallation.well();
    SlotJobs two =
        SlotJobs.named(List.of("appmetrics-1-istio-secure", "appmetrics-2-istio-secure"));
    seen.demand = new Demand(two, true);
    seen.text = SeenInstallation.withJobs(two, SeenInstallation.FILES);
    seen.replica().poolsMissing.addAll(two.names());

    assertThat(seen.decide().action().words())
        .isEqualTo(
            "nudge pod prometheus-1, because it has no scrape pool for"
                + " appmetrics-1-istio-secure, appmetrics-2-istio-secure");
  }

  // --- the replica runs another text ---

  @Test
  void nudgesForTheTextThenReloadsAndWaitsLongerEachTime() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().running = USERS;

    assertThat(story(Duration.ofSeconds(9), seen))
        .isEqualTo(
            """
            0 s: nudge pod prometheus-1, because its configuration is not the one in ConfigMap istio-system/prometheus (key prometheus.yml)
            1 s: reload pod prometheus-1, because its configuration is not the one in ConfigMap istio-system/prometheus (key prometheus.yml)
            6 s: reload pod prometheus-1, because its configuration is not the one in ConfigMap istio-system/prometheus (key prometheus.yml)
            """);
    assertThat(times(story(Duration.ofMinutes(3), seen)))
        .containsExactly(
            "0 s: nudge",
            "1 s: reload",
            "6 s: reload",
            "21 s: reload",
            "51 s: reload",
            "111 s: reload",
            "171 s: reload");
  }

  /** Who reloads beside us is given 10 s: two reloads for one change help nobody. */
  @Test
  void letsAReloaderReload() {
    SeenInstallation seen = SeenInstallation.well();
    seen.discovery = Optional.of(installation(true, "container reloader"));
    seen.replica().running = USERS;

    assertThat(times(story(Duration.ofSeconds(30), seen)))
        .containsExactly("0 s: nudge", "10 s: reload", "15 s: reload", "30 s: reload");
  }

  @Test
  void onlyNudgesWhereTheReloaderAloneCanReload() {
    SeenInstallation seen = SeenInstallation.well();
    seen.discovery = Optional.of(installation(false, "container reloader"));
    seen.replica().running = USERS;

    assertThat(times(story(Duration.ofMinutes(5), seen))).containsExactly("0 s: nudge");
  }

  @Test
  void curesTheTextBeforeThePools() {
    SeenInstallation seen = SeenInstallation.well().poolMissing();
    seen.replica().running = SeenInstallation.withJobs(PLAIN, SeenInstallation.FILES);

    assertThat(seen.decide().action().words()).contains("its configuration is not the one in");
  }

  /** The block is gone from the ConfigMap, and Prometheus still runs it. */
  @Test
  void unloadsABlockThatIsGone() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().running = SeenInstallation.withJobs(MUTUAL, SeenInstallation.FILES);
    seen.text = USERS;
    seen.demand = new Demand(SlotJobs.none(), true);

    assertThat(times(story(Duration.ofSeconds(2), seen)))
        .containsExactly("0 s: nudge", "1 s: reload");
    seen.replica().running = null;
    assertThat(story(Duration.ofMinutes(1), seen)).isEmpty();
  }

  @Test
  void anotherTextIsAnotherTrouble() {
    Passes passes = new Passes(SeenInstallation.well());
    passes.seen.replica().running = USERS;
    assertThat(times(passes.until(Duration.ofSeconds(2))))
        .containsExactly("0 s: nudge", "1 s: reload");

    passes.seen.text = SeenInstallation.withJobs(PLAIN, SeenInstallation.FILES);
    passes.seen.demand = new Demand(PLAIN, true);
    assertThat(times(passes.until(Duration.ofSeconds(4))))
        .containsExactly("3 s: nudge", "4 s: reload");
  }

  // --- several replicas ---

  @Test
  void doesOneThingPerPassAndServesEveryReplica() {
    SeenInstallation seen = SeenInstallation.well();
    seen.another("prometheus-2");
    seen.another("prometheus-3");
    seen.poolMissing();
    seen.replica().poolsMissing.clear();

    assertThat(story(Duration.ofSeconds(3), seen).lines().map(line -> line.split(",", -1)[0]))
        .containsExactly(
            "0 s: nudge pod prometheus-2",
            "0 s: nudge pod prometheus-3",
            "2 s: reload pod prometheus-2",
            "2 s: reload pod prometheus-3");
  }

  @Test
  void looksAgainWhenTheFirstOfThemIsDue() {
    SeenInstallation seen = SeenInstallation.well();
    seen.another("prometheus-2");
    seen.poolMissing();
    seen.replicas.get(0).loadedAt = NOW.minusSeconds(2);
    seen.replicas.get(1).loadedAt = NOW.minusSeconds(5);

    assertThat(seen.decide().again()).isEqualTo(NOW.plusSeconds(7));
  }

  @Test
  void leavesASilentReplicaAlone() {
    SeenInstallation seen = SeenInstallation.well().poolMissing();
    seen.replica().silent(1, Duration.ZERO);
    assertThat(story(Duration.ofMinutes(2), seen)).isEmpty();

    SeenInstallation never = SeenInstallation.well();
    never.replica().everAnswered = false;
    assertThat(story(Duration.ofMinutes(2), never)).isEmpty();
  }

  private static List<String> times(String story) {
    return story.lines().map(line -> line.replaceFirst(" pod .*", "")).toList();
  }
}
