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
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Prometheus refuses is taken back, and who did not ask for it goes on. */
class RejectionTest {
  private static final SlotJobs TWO = SlotJobs.named(List.of("appmetrics-2"));
  private static final SlotJobs THREE = SlotJobs.named(List.of("appmetrics-3"));
  private static final SlotJobs MORE = MUTUAL.and(TWO);
  private static final ScrapeBlock BLOCK = ScrapeBlock.render(MORE, TODAY, FILES);
  private static final String DIGEST = BLOCK.digest();
  private static final String IN_FILE = BLOCK.inFile().digest();
  private static final String LOADING =
      "failed to reload config: couldn't load configuration (--config.file=\"prometheus.yml\"): ";
  private static final String APPLYING =
      "failed to reload config: one or more errors occurred while applying the new configuration"
          + " (--config.file=\"prometheus.yml\")";
  private static final String WORDS =
      LOADING + "found multiple scrape configs with job name \"appmetrics-2\"";
  private static final Rejected REJECTED = rejected(DIGEST, TWO, WORDS);

  private static Rejected rejected(String digest, SlotJobs jobs, String words) {
    return new Rejected(digest, jobs, "0ther", "3.16.0", NOW, 1, words);
  }

  /** MORE is wanted and stands; the replica has refused it, and runs MUTUAL. */
  private static SeenInstallation refusing() {
    SeenInstallation seen = SeenInstallation.well();
    seen.demand = new Demand(MORE, true);
    seen.replica().running = seen.text;
    seen.text = withJobs(MORE, FILES);
    seen.replica().reloadSucceeded = false;
    return seen;
  }

  /** The same, in a key of their own. */
  private static SeenInstallation refusingInFile() throws UnparsableConfig {
    SeenInstallation seen = refusing();
    seen.text = USERS + "scrape_config_files: [app*.yml]\n";
    seen.included = IncludedFile.with(BLOCK);
    seen.replica().running = seen.text;
    ScrapeBlock good = ScrapeBlock.render(MUTUAL, TODAY, FILES).inFile();
    seen.replica().poolsToo.addAll(good.jobNames());
    seen.state = StateReading.of(InstallationState.NONE.good(good));
    return seen;
  }

  /** A nudge, and a reload so long after it. */
  private static Attempts refused(String digest, String words, Duration nudged) {
    return reloaded(digest, words, nudged, NOW);
  }

  private static Attempts reloaded(String digest, String words, Duration nudged, Instant at) {
    String cause = Attempts.TEXT + digest;
    return Attempts.NONE
        .nudged("uid-of-prometheus-1", cause, at.minus(nudged))
        .reloaded("uid-of-prometheus-1", cause, at, words);
  }

  private static Attempts refused(String digest) {
    return refused(digest, WORDS, Duration.ofSeconds(1));
  }

  private static Action action(SeenInstallation seen, Attempts attempts) {
    return InstallationDecision.of(seen.observation(), attempts, NOW).action();
  }

  private static ConfigDecision decision(SeenInstallation seen, Attempts attempts) {
    return ConfigDecision.of(seen.observation(), attempts, NOW);
  }

  private static ConfigFacts facts(SeenInstallation seen, Attempts attempts) {
    return decision(seen, attempts).facts();
  }

  private static ConfigValues values(SeenInstallation seen) {
    return ((Action.WriteConfig) action(seen, Attempts.NONE)).values();
  }

  private static String written(SeenInstallation seen) {
    return values(seen).text();
  }

  private static @Nullable Rejected rejection(SeenInstallation seen, Attempts attempts) {
    return decision(seen, attempts).action() instanceof Action.Reject reject
        ? reject.rejected()
        : null;
  }

  /** The path of another file may end in the name of ours, or begin with it. */
  @Test
  void isNotOursWhereAFileOfTheUsersIsRefused() throws UnparsableConfig {
    String no = LOADING + "\"/etc/prometheus/%s\": yaml: line 3: did not find expected key";
    for (String users : List.of("my-appmetrics.yml", "appmetrics.yml.yml", "x/appmetrics.yml")) {
      assertThat(
              rejection(
                  refusingInFile(), refused(IN_FILE, no.formatted(users), Duration.ofMinutes(2))))
          .isNull();
    }
    assertThat(
            rejection(
                refusingInFile(),
                refused(IN_FILE, no.formatted("appmetrics.yml"), Duration.ofMinutes(2))))
        .isNotNull();
  }

  @Test
  void isNotedAndThenTheLastGoodJobsArePutBack() {
    SeenInstallation seen = refusing();
    assertThat(rejection(seen, refused(DIGEST))).isEqualTo(REJECTED);
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
            "Prometheus refuses the jobs appmetrics-2 beside what stands in "
                + PLACE
                + ", and runs appmetrics-1, appmetrics-1-istio-secure instead: correct what is in"
                + " their way, and they are tried again, at 2026-03-01T12:05:00Z at the latest"
                + " (Prometheus: "
                + WORDS
                + ")");
    assertThat(decision(seen, Attempts.NONE).again()).isEqualTo(NOW.plusSeconds(300));
  }

  /** The culprit alone is kept: whoever comes later is served. */
  @Test
  void doesNotKeepOthersFromTheirJobs() {
    SeenInstallation seen = refusing();
    seen.demand = new Demand(MORE.and(THREE), true);
    seen.state = StateReading.of(REMEMBERED.rejected(REJECTED));
    assertThat(written(seen)).isEqualTo(withJobs(MUTUAL.and(THREE), FILES));

    seen.text = withJobs(MUTUAL.and(THREE), FILES);
    seen.replica().running = seen.text;
    seen.replica().reloadSucceeded = true;
    assertThat(facts(seen, Attempts.NONE).state()).isEqualTo(ConfigFacts.State.REJECTED);
    assertThat(facts(seen, Attempts.NONE).jobs()).isEqualTo(MUTUAL.and(THREE));
    ScrapeBlock loaded = ScrapeBlock.render(MUTUAL.and(THREE), TODAY, FILES);
    assertThat(action(seen, Attempts.NONE)).isEqualTo(new Action.NoteGood(loaded));

    // and if that is refused, too, both are
    seen.replica().running = withJobs(MUTUAL, FILES);
    seen.replica().reloadSucceeded = false;
    Rejected both =
        rejection(seen, refused(loaded.digest(), LOADING + "appmetrics-3", Duration.ZERO));
    assertThat(both)
        .isEqualTo(
            new Rejected(
                loaded.digest(),
                TWO.and(THREE),
                "0ther",
                "3.16.0",
                NOW,
                2,
                LOADING + "appmetrics-3"));
  }

  @Test
  void isTriedAgainOnceAnythingElseHasChangedAndInTimeWithoutThat() {
    SeenInstallation seen = refusing();
    seen.text = withJobs(MUTUAL, FILES);
    seen.state = StateReading.of(REMEMBERED.rejected(before(Duration.ofSeconds(60))));
    assertThat(action(seen, Attempts.NONE)).isNotInstanceOf(Action.WriteConfig.class);

    seen.others = "an0ther";
    assertThat(written(seen)).isEqualTo(withJobs(MORE, FILES));
    seen.state = StateReading.of(REMEMBERED.rejected(before(Duration.ofSeconds(59))));
    assertThat(action(seen, Attempts.NONE)).isNotInstanceOf(Action.WriteConfig.class);

    seen.others = "0ther";
    seen.state = StateReading.of(REMEMBERED.rejected(before(Duration.ofMinutes(5))));
    assertThat(written(seen)).isEqualTo(withJobs(MORE, FILES));
    seen.text = withJobs(MORE, FILES);
    Rejected again = rejection(seen, refused(DIGEST));
    assertThat(again).isNotNull().extracting(Rejected::times).isEqualTo(2);

    seen.demand = new Demand(MUTUAL, true);
    seen.text = withJobs(MUTUAL, FILES);
    seen.state = StateReading.of(REMEMBERED.rejected(REJECTED));
    assertThat(facts(seen, Attempts.NONE).state())
        .as("who asks for no more")
        .isEqualTo(ConfigFacts.State.WRITTEN);
  }

  private static Rejected before(Duration age) {
    return new Rejected(DIGEST, TWO, "0ther", "3.16.0", NOW.minus(age), 1, WORDS);
  }

  @Test
  void leavesNoJobWhereNoneWasEverLoaded() {
    SeenInstallation seen = refusing();
    seen.replica().running = USERS;
    seen.state = StateReading.of(InstallationState.NONE);
    assertThat(rejection(seen, refused(DIGEST))).isEqualTo(rejected(DIGEST, MORE, WORDS));

    seen.state = StateReading.of(InstallationState.NONE.rejected(rejected(DIGEST, MORE, WORDS)));
    assertThat(written(seen)).isEqualTo(USERS);
  }

  /** An operator that is new, or was never told that they were good: they run. */
  @Test
  void neverTakesAwayWhatIsSeenToRun() {
    SeenInstallation seen = refusing();
    seen.state = StateReading.of(InstallationState.NONE);
    assertThat(rejection(seen, refused(DIGEST))).isEqualTo(REJECTED);
  }

  /** They were loaded before: it is what somebody else has changed that is refused. */
  @Test
  void neverTakesBackWhatWasGood() {
    SeenInstallation seen = refusing();
    seen.state = StateReading.of(InstallationState.NONE.good(BLOCK));
    assertThat(facts(seen, refused(DIGEST)).state()).isEqualTo(ConfigFacts.State.WRITTEN);
  }

  /** The same jobs in another text, such as that of a new release: the old text is known. */
  @Test
  void putsBackTheTextWhereOnlyThatIsNew() {
    SeenInstallation seen = refusing();
    seen.demand = new Demand(MUTUAL, true);
    String old = withJobs(MUTUAL, PrometheusVersion.parse("2.42.0"), FILES);
    ScrapeBlock good = ScrapeBlock.render(MUTUAL, PrometheusVersion.parse("2.42.0"), FILES);
    ScrapeBlock now = ScrapeBlock.render(MUTUAL, TODAY, FILES);
    seen.text = withJobs(MUTUAL, FILES);
    seen.replica().running = old;
    seen.state = StateReading.of(InstallationState.NONE.good(good));
    String words = LOADING + "appmetrics-1 has a key that is not known";
    Rejected text = rejected(now.digest(), SlotJobs.none(), words);
    assertThat(rejection(seen, refused(now.digest(), words, Duration.ZERO))).isEqualTo(text);

    seen.state = StateReading.of(InstallationState.NONE.good(good).rejected(text));
    assertThat(written(seen)).isEqualTo(old);
    seen.text = old;
    assertThat(facts(seen, Attempts.NONE).state()).isEqualTo(ConfigFacts.State.REJECTED);
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
                + ", with and without the jobs appmetrics-2: correct it there (Prometheus: "
                + WORDS
                + ")");
  }

  /** What cannot be remembered would be written again and again. */
  @Test
  void doesNothingWithoutAMemory() {
    SeenInstallation seen = refusing();
    seen.state = StateReading.unreadable("no right");
    assertThat(rejection(seen, refused(DIGEST))).isNull();

    seen.text = withJobs(MUTUAL, FILES);
    assertThat(decision(seen, Attempts.NONE).action()).isEqualTo(new Action.None());
    assertThat(facts(seen, Attempts.NONE).state()).isEqualTo(ConfigFacts.State.REFUSED);
    assertThat(facts(seen, Attempts.NONE).message())
        .isEqualTo(
            "No new job is written to "
                + PLACE
                + " while nobody knows which ones Deployment istio-system/prometheus has refused:"
                + " no right");
    seen.state = StateReading.unwritable(REMEMBERED, "no right");
    assertThat(written(seen)).as("what was refused is known").isEqualTo(withJobs(MORE, FILES));
  }

  /** One that was good in another text is put back as that, and no job is lost. */
  @Test
  void neverTakesAwayJobsThatWereGoodForAnEnd() {
    SeenInstallation seen = notStarting();
    seen.demand = new Demand(MUTUAL, true);
    ScrapeBlock other = ScrapeBlock.render(MUTUAL, PrometheusVersion.parse("2.3.0"), FILES);
    seen.text = withJobs(MUTUAL, PrometheusVersion.parse("2.3.0"), FILES);
    Rejected text = rejection(seen, Attempts.NONE);
    assertThat(text).isNotNull();
    assertThat(text.jobs()).isEqualTo(SlotJobs.none());
    assertThat(text.digest()).isEqualTo(other.digest());
    seen.state = StateReading.of(REMEMBERED.rejected(text));
    assertThat(written(seen)).isEqualTo(withJobs(MUTUAL, FILES));
  }

  /** Else the restart that the try takes would be one that was made already. */
  @Test
  void isRestartedForAsOftenAsItIsTried() {
    SeenInstallation seen = refusing();
    seen.discovery = Optional.of(installation(false, null));
    seen.replica().reloadSucceeded = true;
    seen.others = "an0ther";
    InstallationState before =
        REMEMBERED
            .with(
                new InstallationState.Restart(
                    NOW.minus(Duration.ofHours(1)),
                    InstallationState.Way.TEMPLATE,
                    Restarts.FOR_TEXT + DIGEST,
                    "uid-of-an-older-pod",
                    NOW.minus(Duration.ofHours(9)),
                    3,
                    NOW.minus(Duration.ofMinutes(59))))
            .rejected(before(Duration.ofMinutes(9)));
    seen.state = StateReading.of(before);
    Attempts nudged =
        Attempts.NONE.nudged("uid-of-prometheus-1", Attempts.TEXT + DIGEST, NOW.minusSeconds(10));
    assertThat(action(seen, nudged))
        .isInstanceOfSatisfying(
            Action.Restart.class,
            restart ->
                assertThat(restart.restart().cause()).isEqualTo(Restarts.FOR_TEXT + DIGEST + ".1"));
  }

  /** The text that was read may be an older one, until the kubelet has surely shown this one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "found multiple scrape configs with job name \"appmetrics-2\"   | 1  | true",
        "job \"appmetrics-1-istio-secure\": no certificates            | 1  | true",
        "job \"appmetrics-22\" is there twice                          | 1  | false",
        "job \"my-appmetrics-2\" is there twice                        | 1  | false",
        "yaml: unmarshal errors:  line 11: field job_name not found    | 1  | true",
        "yaml: unmarshal errors:  line 12: field x not found           | 1  | false",
        "yaml: unmarshal errors:  line 12: field x not found           | 90 | true",
        "yaml: unmarshal errors:  line 2: field global not found       | 1  | false",
        "yaml: unmarshal errors:  line 2: field x not found            | 90 | false",
        "yaml: unmarshal errors:  line 99999: field x not found        | 90 | false",
        "global scrape timeout greater than scrape interval            | 89 | false",
        "global scrape timeout greater than scrape interval            | 90 | true",
      })
  void isBlamedForWhatIsCertain(String words, int seconds, boolean ours) {
    SeenInstallation seen = refusing();
    Attempts tried = refused(DIGEST, LOADING + words, Duration.ofSeconds(seconds));
    assertThat(rejection(seen, tried) != null).isEqualTo(ours);
  }

  /** The user has taken the line out that was meant, and ours has moved to its number. */
  @Test
  void isNotBlamedByLinesOfATextThatWasEditedSince() {
    SeenInstallation seen = refusing();
    Attempts tried =
        refused(DIGEST, LOADING + "line 11: field job_name not found", Duration.ofSeconds(1));
    seen.writer = new Writer("vi", NOW.minusMillis(1));
    assertThat(rejection(seen, tried)).isNotNull();
    seen.writer = new Writer("vi", NOW);
    assertThat(rejection(seen, tried)).isNull();
  }

  /** Its own reload tells nobody why it failed. */
  @Test
  void takesBackWhatAReloadOfItsOwnDidNotTake() {
    SeenInstallation seen = refusing();
    seen.discovery = Optional.of(installation(false, "--config.auto-reload"));
    seen.replica().running = seen.text;
    seen.replica().poolsMissing.add("appmetrics-digest-" + DIGEST);
    String cause = Attempts.TEXT + DIGEST;
    Attempts lately = Attempts.NONE.nudged("uid-of-prometheus-1", cause, NOW.minusSeconds(101));
    assertThat(rejection(seen, lately)).isNull();
    Attempts before = Attempts.NONE.nudged("uid-of-prometheus-1", cause, NOW.minusSeconds(102));
    assertThat(rejection(seen, before))
        .isEqualTo(rejected(DIGEST, TWO, "its last reload failed, and its log says why"));
  }

  /**
   * A broken file that it includes has the scrape manager refuse everything, with us or without.
   */
  @Test
  void holdsNothingAgainstJobsWithoutWhichItIsRefusedToo() {
    SeenInstallation seen = refusing();
    seen.text = withJobs(MUTUAL, FILES);
    seen.replica().running = seen.text;
    seen.state = StateReading.of(REMEMBERED.rejected(REJECTED));
    String standing = ScrapeBlock.render(MUTUAL, TODAY, FILES).digest();
    assertThat(rejection(seen, applied(standing, 89, 1)))
        .as("it may have been the refused text that was read")
        .isNull();
    Attempts certain = applied(standing, 90, 1);
    assertThat(rejection(seen, certain)).isEqualTo(REJECTED.blameless());

    seen.state = StateReading.of(REMEMBERED.rejected(REJECTED.blameless()));
    assertThat(facts(seen, certain).message()).contains("with and without the jobs appmetrics-2");
    assertThat(rejection(seen, certain)).isNull();
    assertThat(decision(seen, certain).action()).isEqualTo(new Action.None());
    seen.replica().reloadSucceeded = true;
    assertThat(written(seen)).isEqualTo(withJobs(MORE, FILES));
  }

  @Test
  void waitsForPrometheusOwnWordsOnTheseJobs() {
    SeenInstallation seen = refusing();
    assertThat(action(seen, Attempts.NONE)).isInstanceOf(Action.Nudge.class);
    assertThat(action(seen, refused("another"))).isInstanceOf(Action.Nudge.class);

    SeenInstallation loaded = refusing();
    loaded.replica().running = loaded.text;
    assertThat(rejection(loaded, refused(DIGEST)))
        .as("a later text is refused: this one is loaded")
        .isNull();

    SeenInstallation unreachable = refusing();
    assertThat(rejection(unreachable, refused(DIGEST, "connection refused", Duration.ofMinutes(2))))
        .isNull();
  }

  /** A file that it includes has a job of that name: the text is loaded, and nothing of it runs. */
  @Test
  void seesThatTheScrapeManagerDidNotTakeThem() {
    SeenInstallation seen = refusing();
    seen.replica().running = seen.text;
    assertThat(rejection(seen, applied(DIGEST, 1, 12)))
        .as("the marker has its pool: it is something else that did not take the configuration")
        .isNull();

    // the user's job of that name has its pool
    seen.replica().poolsMissing.add("appmetrics-digest-" + DIGEST);
    assertThat(action(seen, Attempts.NONE)).isInstanceOf(Action.Nudge.class);
    assertThat(rejection(seen, applied(DIGEST, 1, 11))).as("a pool takes its time").isNull();
    assertThat(rejection(seen, applied(DIGEST, 1, 12))).isEqualTo(rejected(DIGEST, TWO, APPLYING));

    seen.replica().version = PrometheusVersion.parse("2.41.0");
    assertThat(rejection(seen, applied(DIGEST, 1, 12))).as("tells no pools").isNull();

    SeenInstallation old = refusing();
    assertThat(rejection(old, applied(DIGEST, 1, 12))).as("the older text was read").isNull();
  }

  /** Applied so long ago, so long after the nudge. */
  private static Attempts applied(String digest, int nudged, int ago) {
    return reloaded(digest, APPLYING, Duration.ofSeconds(nudged), NOW.minusSeconds(ago));
  }

  /** Their text is not shown: a remote_write without its file fails a reload in the same words. */
  @Test
  void isBlamedInAFileOfTheirOwnOnlyOnceThatWasSurelyRead() throws UnparsableConfig {
    SeenInstallation seen = refusingInFile();
    assertThat(rejection(seen, applied(IN_FILE, 1, 12))).isNull();
    assertThat(rejection(seen, applied(IN_FILE, 89, 12))).isNull();
    assertThat(rejection(seen, applied(IN_FILE, 90, 11))).isNull();
    assertThat(rejection(seen, applied(IN_FILE, 90, 12)))
        .isEqualTo(rejected(IN_FILE, TWO, APPLYING));
    assertThat(rejection(seen, refused(IN_FILE, LOADING + "no such key", Duration.ofMinutes(2))))
        .as("the configuration is read without a look at the files that it includes")
        .isNull();

    seen.replica().poolsToo.clear();
    seen.replica().poolsToo.addAll(BLOCK.inFile().jobNames());
    assertThat(rejection(seen, applied(IN_FILE, 90, 12))).as("it runs them").isNull();
  }

  @Test
  void goesBackToThePlaceWhereTheyWereGood() throws UnparsableConfig {
    SeenInstallation seen = refusingInFile();
    seen.demand = new Demand(MUTUAL, true);
    ScrapeBlock inline = ScrapeBlock.render(MUTUAL, TODAY, FILES);
    seen.included = IncludedFile.with(inline);
    Rejected moved = rejected(inline.inFile().digest(), SlotJobs.none(), APPLYING);
    seen.state = StateReading.of(InstallationState.NONE.good(inline).rejected(moved));
    seen.replica().running = withJobs(MUTUAL, FILES);
    seen.replica().poolsToo.clear();
    String text = Objects.requireNonNull(seen.text);
    assertThat(values(seen))
        .isEqualTo(new ConfigValues(PrometheusYaml.parse(text).with(inline), null));
  }

  /** Of a pod made then, whose last process had started so many seconds ago. */
  private static PrometheusContainer.End end(Instant podSince, int ago, int times) {
    return new PrometheusContainer.End(podSince, NOW.minusSeconds(ago), times, 2);
  }

  /** A pod of today that has read them and ended; nobody knows its version. */
  private static SeenInstallation notStarting() {
    SeenInstallation seen = refusing();
    seen.replicas.clear();
    SeenInstallation.Replica pod = seen.another("prometheus-2");
    pod.everAnswered = false;
    pod.silent(3, Duration.ofSeconds(20));
    pod.runs = false;
    pod.failing = true;
    pod.end = end(NOW.minusSeconds(60), 20, 2);
    seen.writer = new Writer("appmetrics-operator", NOW.minusSeconds(60));
    return seen;
  }

  @Test
  void takesBackWhatKeepsItFromStarting() {
    SeenInstallation seen = notStarting();
    Rejected expected =
        new Rejected(
            DIGEST,
            TWO,
            "0ther",
            "",
            NOW,
            1,
            "pod prometheus-2 has ended 2 times with them, the last time with exit code 2; see"
                + " kubectl -n istio-system logs prometheus-2 -c prometheus-server --previous");
    assertThat(action(seen, Attempts.NONE)).isEqualTo(new Action.Reject(expected));

    seen.state = StateReading.of(REMEMBERED.rejected(expected));
    assertThat(written(seen)).as("to the byte as it was").isEqualTo(withJobs(MUTUAL, FILES));
    seen.text = withJobs(MUTUAL, FILES);
    assertThat(action(seen, Attempts.NONE)).isEqualTo(new Action.None());
  }

  /** A write in between would be another text, and its judgement would begin anew. */
  @Test
  void isNotWrittenAnewForAnOlderVersionBeforeItIsJudged() {
    SeenInstallation seen = notStarting();
    seen.replica().end = end(NOW.minusSeconds(60), 20, 1);
    assertThat(decision(seen, Attempts.NONE).action()).isEqualTo(new Action.None());
    assertThat(facts(seen, Attempts.NONE).state()).isEqualTo(ConfigFacts.State.WRITTEN);
  }

  @Test
  void findsOtherReasonsForAnEnd() {
    SeenInstallation once = notStarting();
    once.replica().end = end(NOW.minusSeconds(60), 20, 1);
    assertThat(rejection(once, Attempts.NONE)).isNull();

    SeenInstallation before = notStarting();
    before.writer = new Writer("appmetrics-operator", NOW.minusSeconds(110));
    before.replica().end = end(NOW.minusSeconds(111), 21, 9);
    assertThat(rejection(before, Attempts.NONE)).as("may have read another text").isNull();
    before.replica().end = end(NOW.minusSeconds(111), 20, 9);
    assertThat(rejection(before, Attempts.NONE)).as("has read this one").isNotNull();

    SeenInstallation good = notStarting();
    good.state = StateReading.of(InstallationState.NONE.good(BLOCK));
    assertThat(rejection(good, Attempts.NONE)).isNull();

    SeenInstallation unknown = notStarting();
    unknown.replica().end = null;
    assertThat(rejection(unknown, Attempts.NONE)).isNull();
  }

  /** Without a way to load a text, a try is a restart: only another configuration has one made. */
  @Test
  void isNotTriedAgainByRestarts() {
    SeenInstallation seen = refusing();
    seen.discovery = Optional.of(installation(false, null));
    seen.text = withJobs(MUTUAL, FILES);
    seen.replica().running = seen.text;
    seen.replica().reloadSucceeded = true;
    seen.state = StateReading.of(REMEMBERED.rejected(before(Duration.ofDays(9))));
    assertThat(facts(seen, Attempts.NONE).message())
        .contains("and they are tried again once that has changed (Prometheus: ");
    assertThat(decision(seen, Attempts.NONE).again()).isNull();
  }

  @Test
  void remembersWhatEveryReplicaHasLoaded() {
    SeenInstallation seen = SeenInstallation.well();
    assertThat(action(seen, Attempts.NONE)).isEqualTo(new Action.None());

    seen.state = StateReading.of(InstallationState.NONE);
    Action note = new Action.NoteGood(ScrapeBlock.render(MUTUAL, TODAY, FILES));
    assertThat(action(seen, Attempts.NONE)).isEqualTo(note);

    seen.replica().reloadSucceeded = false;
    assertThat(decision(seen, Attempts.NONE).good())
        .as("something else failed: the marker job has its pool")
        .isEqualTo(note);
    seen.replica().reloadSucceeded = true;

    SeenInstallation.Replica another = seen.another("prometheus-2");
    another.running = USERS;
    assertThat(decision(seen, Attempts.NONE).good()).isNull();
    another.everAnswered = false;
    another.runs = false;
    assertThat(decision(seen, Attempts.NONE).good())
        .as("one that is Pending says nothing")
        .isEqualTo(note);
  }

  /** Else nobody would know what to put back. */
  @Test
  void remembersItBeforeItIsWrittenOver() {
    SeenInstallation seen = SeenInstallation.well();
    seen.state = StateReading.of(InstallationState.NONE);
    seen.demand = new Demand(MORE, true);
    assertThat(action(seen, Attempts.NONE))
        .isEqualTo(new Action.NoteGood(ScrapeBlock.render(MUTUAL, TODAY, FILES)));
    seen.state = StateReading.of(REMEMBERED);
    assertThat(written(seen)).isEqualTo(withJobs(MORE, FILES));
  }
}
