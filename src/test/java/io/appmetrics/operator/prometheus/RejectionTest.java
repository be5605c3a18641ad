package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.FILES;
import static io.appmetrics.operator.prometheus.SeenInstallation.MUTUAL;
import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLACE;
import static io.appmetrics.operator.prometheus.SeenInstallation.REMEMBERED;
import static io.appmetrics.operator.prometheus.SeenInstallation.TODAY;
import static io.appmetrics.operator.prometheus.SeenInstallation.USERS;
import static io.appmetrics.operator.prometheus.SeenInstallation.installation;
import static io.appmetrics.operator.prometheus.SeenInstallation.withJobs;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.InstallationState.Rejected;
import io.appmetrics.operator.prometheus.InstallationState.Way;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What Prometheus refuses is taken back, and who did not ask for it goes on. */
class RejectionTest {
  private static final SlotJobs MORE = MUTUAL.and(SlotJobs.named(List.of("appmetrics-2")));
  private static final String DIGEST = ScrapeBlock.render(MORE, TODAY, FILES).digest();
  private static final String WORDS =
      "failed to reload config: couldn't load configuration: found multiple scrape configs with job"
          + " name \"appmetrics-2\"";
  private static final Rejected REJECTED = new Rejected(DIGEST, "0ther", WORDS);

  /** MORE is wanted and stands; the replica has refused it, and runs MUTUAL. */
  private static SeenInstallation refusing() {
    SeenInstallation seen = SeenInstallation.well();
    seen.demand = new Demand(MORE, true);
    seen.replica().running = seen.text;
    seen.text = withJobs(MORE, FILES);
    seen.replica().reloadSucceeded = false;
    return seen;
  }

  private static Attempts refused(String digest) {
    return Attempts.NONE.reloaded("uid-of-prometheus-1", Attempts.TEXT + digest, NOW, WORDS);
  }

  private static Action action(SeenInstallation seen, Attempts attempts) {
    return InstallationDecision.of(seen.observation(), attempts, NOW).action();
  }

  private static ConfigFacts facts(SeenInstallation seen, Attempts attempts) {
    return ConfigDecision.of(seen.observation(), attempts, SeenInstallation.NOW).facts();
  }

  private static String written(SeenInstallation seen) {
    return ((Action.WriteConfig) action(seen, Attempts.NONE)).values().text();
  }

  @Test
  void isNotedAndThenTheLastGoodJobsArePutBack() {
    SeenInstallation seen = refusing();
    assertThat(action(seen, refused(DIGEST))).isEqualTo(new Action.Reject(REJECTED));
    assertThat(facts(seen, refused(DIGEST)).message())
        .isEqualTo(
            "Prometheus refuses the jobs in "
                + PLACE
                + ", and they are being taken back: "
                + WORDS);

    seen.state = StateReading.of(REMEMBERED.rejected(REJECTED));
    assertThat(written(seen)).isEqualTo(withJobs(MUTUAL, FILES));

    seen.text = withJobs(MUTUAL, FILES);
    assertThat(action(seen, Attempts.NONE))
        .as("what it still says of its last reload")
        .isEqualTo(
            new Action.Nudge(
                seen.replica().reading(),
                new Action.Cause(
                    Attempts.text(ScrapeBlock.render(MUTUAL, TODAY, FILES).digest()),
                    "its last reload was of jobs that are taken back")));
    seen.replica().reloadSucceeded = true;
    assertThat(action(seen, Attempts.NONE)).isEqualTo(new Action.None());
    ConfigFacts after = facts(seen, Attempts.NONE);
    assertThat(after.state()).isEqualTo(ConfigFacts.State.REJECTED);
    assertThat(after.jobs()).isEqualTo(MUTUAL);
    assertThat(after.message())
        .isEqualTo(
            "Prometheus refuses the jobs appmetrics-1, appmetrics-1-istio-secure, appmetrics-2 beside"
                + " what stands in "
                + PLACE
                + ", and runs appmetrics-1, appmetrics-1-istio-secure instead: correct what is in"
                + " their way, and they are tried again (Prometheus: "
                + WORDS
                + ")");
  }

  @Test
  void isTriedAgainOnceAnythingElseHasChanged() {
    SeenInstallation seen = refusing();
    seen.text = withJobs(MUTUAL, FILES);
    seen.state = StateReading.of(REMEMBERED.rejected(REJECTED));
    assertThat(action(seen, Attempts.NONE)).isNotInstanceOf(Action.WriteConfig.class);

    seen.others = "an0ther";
    assertThat(written(seen)).isEqualTo(withJobs(MORE, FILES));

    seen.others = "0ther";
    seen.demand = new Demand(MUTUAL, true);
    assertThat(facts(seen, Attempts.NONE).state())
        .as("who asks for no more")
        .isEqualTo(ConfigFacts.State.WRITTEN);
  }

  @Test
  void leavesNoJobWhereNoneWasEverLoaded() {
    SeenInstallation seen = refusing();
    seen.state = StateReading.of(InstallationState.NONE.rejected(REJECTED));
    assertThat(written(seen)).isEqualTo(USERS);
  }

  /** They were loaded before: it is what somebody else has changed that is refused. */
  @Test
  void neverTakesBackWhatWasGood() {
    SeenInstallation seen = refusing();
    seen.state =
        StateReading.of(InstallationState.NONE.good(ScrapeBlock.render(MORE, TODAY, FILES)));
    assertThat(facts(seen, refused(DIGEST)).state()).isEqualTo(ConfigFacts.State.WRITTEN);
  }

  @Test
  void tellsAMistakeOfTheUsers() {
    SeenInstallation seen = refusing();
    seen.text = withJobs(MUTUAL, FILES);
    seen.state = StateReading.of(REMEMBERED.rejected(REJECTED));
    String standing = ScrapeBlock.render(MUTUAL, TODAY, FILES).digest();
    assertThat(facts(seen, refused(standing)).message())
        .isEqualTo(
            "Prometheus refuses "
                + PLACE
                + ", with and without the jobs appmetrics-1, appmetrics-1-istio-secure,"
                + " appmetrics-2: correct it there (Prometheus: "
                + WORDS
                + ")");
  }

  /** What cannot be remembered would be written again and again. */
  @Test
  void doesNothingWithoutAMemory() {
    SeenInstallation seen = refusing();
    seen.state = StateReading.unreadable("no right");
    assertThat(action(seen, refused(DIGEST))).isNotInstanceOf(Action.Reject.class);
  }

  @Test
  void waitsForPrometheusOwnWordsOnTheseJobs() {
    SeenInstallation seen = refusing();
    assertThat(action(seen, Attempts.NONE)).isInstanceOf(Action.Nudge.class);
    assertThat(action(seen, refused("another"))).isInstanceOf(Action.Nudge.class);

    SeenInstallation inPart = refusing();
    inPart.replica().running = inPart.text;
    assertThat(action(inPart, refused(DIGEST)))
        .as("a file that is missing: the text is loaded")
        .isNotInstanceOf(Action.Reject.class);

    SeenInstallation unreachable = refusing();
    assertThat(
            action(
                unreachable,
                Attempts.NONE.reloaded(
                    "uid-of-prometheus-1", Attempts.TEXT + DIGEST, NOW, "connection refused")))
        .isNotInstanceOf(Action.Reject.class);
  }

  /** A file that it includes has a job of that name: the text is loaded, and nothing of it runs. */
  @Test
  void seesThatTheScrapeManagerDidNotTakeThem() {
    SeenInstallation seen = refusing();
    seen.replica().running = seen.text;
    seen.replica().poolsMissing.add("appmetrics-digest-" + DIGEST);
    assertThat(action(seen, Attempts.NONE)).isInstanceOf(Action.Nudge.class);

    Attempts lately =
        Attempts.NONE.reloaded(
            "uid-of-prometheus-1", Attempts.TEXT + DIGEST, NOW.minusSeconds(11), WORDS);
    assertThat(action(seen, lately))
        .as("a pool takes its time")
        .isNotInstanceOf(Action.Reject.class);
    Attempts before =
        Attempts.NONE.reloaded(
            "uid-of-prometheus-1", Attempts.TEXT + DIGEST, NOW.minusSeconds(12), WORDS);
    assertThat(action(seen, before)).isEqualTo(new Action.Reject(REJECTED));

    seen.replica().version = PrometheusVersion.parse("2.41.0");
    assertThat(action(seen, before)).as("tells no pools").isNotInstanceOf(Action.Reject.class);
  }

  /** Where only a restart loads a text, one that is refused ends the process each time. */
  @Test
  void takesBackWhatKeepsItFromStarting() {
    SeenInstallation seen = refusing();
    seen.discovery = Optional.of(installation(false, null));
    seen.replica().silent(3, Duration.ofSeconds(40));
    seen.replica().failing = true;
    seen.state =
        StateReading.of(
            REMEMBERED.with(
                new InstallationState.Restart(
                    NOW.minusSeconds(60),
                    Way.TEMPLATE,
                    Restarts.FOR_TEXT + DIGEST,
                    "uid-of-prometheus-1",
                    NOW.minusSeconds(3600),
                    3,
                    null)));
    assertThat(action(seen, Attempts.NONE))
        .isEqualTo(
            new Action.Reject(
                new Rejected(
                    DIGEST,
                    "0ther",
                    "its container fails since it was restarted for them; see its log")));
  }

  @Test
  void remembersWhatEveryReplicaHasLoaded() {
    SeenInstallation seen = SeenInstallation.well();
    assertThat(action(seen, Attempts.NONE)).isEqualTo(new Action.None());

    seen.state = StateReading.of(InstallationState.NONE);
    assertThat(action(seen, Attempts.NONE))
        .isEqualTo(new Action.NoteGood(ScrapeBlock.render(MUTUAL, TODAY, FILES)));

    seen.another("prometheus-2").running = USERS;
    assertThat(action(seen, Attempts.NONE)).isNotInstanceOf(Action.NoteGood.class);
  }
}
