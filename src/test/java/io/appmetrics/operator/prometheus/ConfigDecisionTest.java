package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.FILES;
import static io.appmetrics.operator.prometheus.SeenInstallation.MUTUAL;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLACE;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLAIN;
import static io.appmetrics.operator.prometheus.SeenInstallation.TODAY;
import static io.appmetrics.operator.prometheus.SeenInstallation.USERS;
import static io.appmetrics.operator.prometheus.SeenInstallation.installation;
import static io.appmetrics.operator.prometheus.SeenInstallation.withJobs;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.ConfigFacts.State;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where our jobs stand, what is in the way, and the text that is written. */
class ConfigDecisionTest {
  private static final PrometheusVersion OLD = PrometheusVersion.parse("2.42.0");
  private static final RestartPolicy NEVER =
      new RestartPolicy(RestartPolicy.When.NEVER, Duration.ofMinutes(10), 3);
  private static final String SHARD =
      """
      scrape_configs:
      - job_name: kubernetes-pods
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__address__], modulus: 2, target_label: __tmp_hash, action: hashmod}
        - {source_labels: [__tmp_hash], regex: 1, action: keep}
      """;
  private static final Action NOTHING = new Action.None();

  /** What is otherwise than well, and what is said of it; nothing is written. */
  record Row(String what, Consumer<SeenInstallation> otherwise, State state, String message) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row("all is well", s -> {}, State.WRITTEN, PLACE),
        new Row(
            "no such Deployment",
            s -> s.discovery = Optional.empty(),
            State.INSTALLATION_NOT_FOUND,
            "Deployment istio-system/prometheus does not exist: name the workload that runs the"
                + " mesh's Prometheus in APPMETRICS_PROMETHEUS"),
        new Row(
            "a Deployment of another kind",
            s -> s.discovery = Optional.of(new Undiscovered("Another controller writes it")),
            State.INSTALLATION_UNSUPPORTED,
            "Another controller writes it"),
        new Row(
            "subPath, and nobody restarts",
            s -> {
              s.discovery = Optional.of(installation(true, null, false));
              s.policy = NEVER;
            },
            State.INSTALLATION_UNSUPPORTED,
            "Deployment istio-system/prometheus mounts its configuration by subPath, which the"
                + " kubelet never updates (kubernetes#50345): mount the whole ConfigMap as a"
                + " directory, or let the operator restart it (APPMETRICS_RESTARTS)"),
        new Row(
            "subPath",
            s -> s.discovery = Optional.of(installation(true, null, false)),
            State.WRITTEN,
            PLACE),
        new Row(
            "nobody reloads",
            s -> s.discovery = Optional.of(installation(false, null)),
            State.WRITTEN,
            PLACE),
        new Row(
            "nobody reloads, and nobody restarts",
            s -> {
              s.discovery = Optional.of(installation(false, null));
              s.policy = NEVER;
            },
            State.INSTALLATION_UNSUPPORTED,
            "Nothing makes Deployment istio-system/prometheus load a changed configuration: add"
                + " the argument --web.enable-lifecycle, or a config-reloader container, or let"
                + " the operator restart it (APPMETRICS_RESTARTS)"),
        new Row(
            "a reloader is enough",
            s -> s.discovery = Optional.of(installation(false, "container reloader")),
            State.WRITTEN,
            PLACE),
        new Row(
            "too old",
            s -> s.replica().version = PrometheusVersion.parse("2.2.1"),
            State.INSTALLATION_UNSUPPORTED,
            "Deployment istio-system/prometheus runs Prometheus 2.2.1, and this release of the"
                + " operator serves 2.3.0 and later: update its image"),
        new Row(
            "one of two too old",
            s -> s.another("prometheus-2").version = PrometheusVersion.parse("1.8.2"),
            State.INSTALLATION_UNSUPPORTED,
            "Deployment istio-system/prometheus runs Prometheus 1.8.2, and this release of the"
                + " operator serves 2.3.0 and later: update its image"),
        new Row(
            "one URL for two that run",
            s -> {
              s.url = URI.create("http://localhost:9090");
              s.another("prometheus-2");
            },
            State.INSTALLATION_UNSUPPORTED,
            "Deployment istio-system/prometheus has 2 pods that run, and APPMETRICS_PROMETHEUS_URL"
                + " names one address for all of them, so that nobody can tell which one answers:"
                + " run the operator in the cluster without that setting, or scale the Deployment"
                + " to 1"),
        new Row(
            "one URL for the one that runs",
            s -> {
              s.url = URI.create("http://localhost:9090");
              s.another("prometheus-2").runs = false;
            },
            State.WRITTEN,
            PLACE),
        new Row(
            "no ConfigMap",
            s -> {
              s.text = null;
              s.demand = new Demand(PLAIN, true);
            },
            State.MISSING,
            PLACE
                + " does not exist, and Deployment istio-system/prometheus reads its configuration"
                + " from there; the operator edits it but never creates it: apply the Prometheus"
                + " manifest again"),
        new Row(
            "no YAML",
            s -> unreadable(s, "scrape_configs: [\n"),
            State.UNPARSABLE,
            PLACE
                + " cannot be edited: line 2, column 1: this is no YAML (while parsing a flow node:"
                + " expected the node content, but found '<stream end>'); correct it"),
        new Row(
            "the job's name is taken",
            s -> unreadable(s, USERS + "- job_name: appmetrics-1\n"),
            State.UNPARSABLE,
            PLACE
                + " cannot be edited: line 6, column 3: the job name appmetrics-1 is the AppMetrics"
                + " operator's, and this job stands outside its block; rename it, or delete it when"
                + " it is a copy"),
        new Row(
            "nobody has answered yet",
            s -> {
              s.text = USERS;
              s.replica().everAnswered = false;
            },
            State.PENDING,
            "The jobs are written to "
                + PLACE
                + " once Deployment istio-system/prometheus answers: its version decides which"
                + " keys it understands"),
        new Row(
            "nobody has answered yet, and there is no pod at all",
            s -> {
              s.text = USERS;
              s.replicas.clear();
            },
            State.PENDING,
            "The jobs are written to "
                + PLACE
                + " once Deployment istio-system/prometheus answers: its version decides which"
                + " keys it understands"),
        new Row(
            "nobody has answered yet, but they stand there",
            s -> s.replica().everAnswered = false,
            State.WRITTEN,
            PLACE),
        new Row(
            "the API server has just refused it",
            s -> {
              s.text = USERS;
              s.refusal = "admission webhook \"freeze\" denied the request";
            },
            State.REFUSED,
            "The API server refused to write "
                + PLACE
                + ": admission webhook \"freeze\" denied the request"),
        new Row(
            "nobody needs it, nothing stands there",
            s -> {
              s.text = USERS;
              s.demand = new Demand(SlotJobs.none(), true);
            },
            State.WRITTEN,
            PLACE),
        new Row(
            "not everybody has been heard: nothing is removed",
            s -> s.demand = new Demand(SlotJobs.none(), false),
            State.WRITTEN,
            PLACE),
        new Row(
            "the text is long already, and is not made longer",
            s -> s.otherBytes = 2 * ConfigWriting.MOST_BYTES,
            State.WRITTEN,
            PLACE));
  }

  private static void unreadable(SeenInstallation seen, String text) {
    seen.replica().running = USERS;
    seen.text = text;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void saysWhatIsTheCaseAndWritesNothing(Row row) {
    ConfigDecision decision =
        ConfigDecision.of(
            SeenInstallation.but(row.otherwise()).observation(),
            Attempts.NONE,
            SeenInstallation.NOW);

    assertThat(decision.facts().state()).isEqualTo(row.state());
    assertThat(decision.facts().message()).isEqualTo(row.message()).matches("[A-Z].*[^.]");
    assertThat(decision.action()).isEqualTo(NOTHING);
  }

  @Test
  void everyStateOccurs() {
    // a pass that cannot read decides nothing: UnreadableTest
    Stream<State> elsewhere =
        Stream.of(State.SHARDED, State.REVERTED, State.REJECTED, State.TOO_LARGE, State.UNREADABLE);
    assertThat(Stream.concat(rows().map(Row::state), elsewhere))
        .containsAll(Arrays.stream(State.values()).collect(Collectors.toSet()));
  }

  @Test
  void writesTheBlockBehindTheUsersJobs() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    ConfigDecision decision =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);

    Action.WriteConfig write = (Action.WriteConfig) decision.action();
    assertThat(write.values().text()).isEqualTo(withJobs(MUTUAL, FILES)).startsWith(USERS);
    assertThat(write.resourceVersion()).isEqualTo("42");
    assertThat(write.words())
        .isEqualTo(
            "write the configuration, because jobs none become appmetrics-1,"
                + " appmetrics-1-istio-secure");
    assertThat(decision.facts())
        .isEqualTo(
            new ConfigFacts(
                State.PENDING,
                PLACE,
                "The jobs are being written to " + PLACE,
                SlotJobs.none(),
                null));
  }

  /** The AppMetrics whose jobs stand there already do not wait for those of others. */
  @Test
  void tellsWhatStandsWhileMoreIsWritten() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = withJobs(PLAIN, FILES);
    ConfigFacts facts =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW).facts();

    assertThat(facts.jobs()).isEqualTo(PLAIN);
    assertThat(facts.digest()).isEqualTo(ScrapeBlock.render(PLAIN, TODAY, FILES).digest());
  }

  @Test
  void writesWhatItsOwnTextWantsNoMore() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    seen.text =
        ((Action.WriteConfig)
                ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW).action())
            .values()
            .text();

    assertThat(ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW).action())
        .isEqualTo(NOTHING);
  }

  /** Whoever edits inside our block has it written anew; what they broke stops nobody. */
  @Test
  void mendsABlockThatIsNoYamlAnyMore() {
    SeenInstallation seen = SeenInstallation.well();
    String whole = withJobs(MUTUAL, FILES);
    seen.replica().running = whole;
    seen.text = whole.replaceFirst("- job_name: appmetrics-1\n", "- job_name: [\n");

    assertThat(seen.text).isNotEqualTo(whole);
    assertThat(written(seen)).isEqualTo(whole);
  }

  /** What the admin says is written, and taken out again when it is not said any more. */
  @Test
  void theJobsHaveTheLimitsOfTheirInstallation() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    seen.limits = new ScrapeLimits(50_000, 0, 0, 0, "10MB");
    String limited = written(seen);
    String digest = "appmetrics-digest-[0-9a-f]{12}";
    assertThat(limited.replaceAll(digest, ""))
        .isEqualTo(
            withJobs(MUTUAL, FILES)
                .replaceAll(digest, "")
                .replace(
                    "  kubernetes_sd_configs",
                    "  sample_limit: 50000\n  body_size_limit: 10MB\n  kubernetes_sd_configs"));

    seen.text = limited;
    seen.replica().running = withJobs(MUTUAL, FILES);
    seen.limits = ScrapeLimits.NONE;
    assertThat(written(seen)).isEqualTo(withJobs(MUTUAL, FILES));
  }

  /** Two AppMetrics come one after the other, and then the first one goes. */
  @Test
  void followsTheDemandOnTheSameText() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    ConfigText text = new ConfigText(USERS, seen.stands());

    for (SlotJobs jobs : List.of(PLAIN, MUTUAL, PLAIN)) {
      seen.demand = new Demand(jobs, true);
      assertThat(
              ((Action.WriteConfig)
                      ConfigDecision.of(seen.observation(text), Attempts.NONE, SeenInstallation.NOW)
                          .action())
                  .values()
                  .text())
          .isEqualTo(withJobs(jobs, FILES));
    }
  }

  @Test
  void tellsWhichOtherKeysTheConfigurationIncludes() {
    SeenInstallation seen = SeenInstallation.well();
    seen.otherKeys =
        Map.of("b.yml", "# b", "a.yml", "# a", "rules.yaml", "# rules", "c.yml", "# c");
    Installation.OwnFile all =
        new Installation.OwnFile("/etc/config/appmetrics.yml", "/etc/config");
    ConfigText text =
        new ConfigText("scrape_config_files: [b.*, '[ab].yml', appmetrics.yml]\n", seen.stands());

    assertThat(text.usersFiles(all).values()).containsExactly("# b", "# a");
    assertThat(text.usersFiles(null)).isEmpty();
    assertThat(
            text.usersFiles(
                new Installation.OwnFile(
                    "/etc/config/own.yml",
                    "/etc/config",
                    Map.of("appmetrics.yml", "own.yml", "c.yml", "a.yml"))))
        .as("a volume that shows c.yml as a.yml, and no other")
        .isEqualTo(Map.of("c.yml", "# c"));
    assertThat(new ConfigText("a: [", seen.stands()).usersFiles(all)).isEmpty();
  }

  @Test
  void leavesTheUsersOwnBytesWhenTheLastIsGone() {
    SeenInstallation seen = SeenInstallation.well();
    seen.demand = new Demand(SlotJobs.none(), true);

    assertThat(written(seen)).isEqualTo(USERS);
  }

  /** Leaving needs no Prometheus, and no certificates. */
  @Test
  void leavesAlsoWhilePrometheusIsDown() {
    SeenInstallation seen = SeenInstallation.well();
    seen.demand = new Demand(SlotJobs.none(), true);
    seen.replicas.clear();
    seen.files = null;

    assertThat(written(seen)).isEqualTo(USERS);
  }

  @Test
  void removesJobsOnlyOnceEverybodyWasHeard() {
    SeenInstallation seen = SeenInstallation.well();
    SlotJobs second = SlotJobs.named(List.of("appmetrics-2"));
    seen.demand = new Demand(second, false);
    assertThat(written(seen)).isEqualTo(withJobs(MUTUAL.and(second), FILES));

    seen.demand = new Demand(second, true);
    assertThat(written(seen)).isEqualTo(withJobs(second, FILES));
  }

  @Test
  void leavesMutualJobsOutWhileNothingSaysWhereTheCertificatesAre() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    seen.files = null;

    assertThat(written(seen)).isEqualTo(withJobs(PLAIN, null));
  }

  /** The replicas share one text: an unknown key would fail the older one's reload. */
  @Test
  void writesOnlyWhatTheOldestReplicaKnows() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    seen.another("prometheus-2").version = OLD;

    assertThat(written(seen))
        .isEqualTo(withJobs(MUTUAL, OLD, FILES))
        .isNotEqualTo(withJobs(MUTUAL, TODAY, FILES));
  }

  /** With a key that it does not know it would never answer, and our block would stay. */
  @Test
  void writesForAPrometheusThatWasRolledBackBeforeItAnswers() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().image = "prom/prometheus:v2.42.0";
    seen.replica().everAnswered = false;

    assertThat(written(seen)).isEqualTo(withJobs(MUTUAL, OLD, FILES));
  }

  /** A replica that does not answer any more is still of the version that it said. */
  @Test
  void remembersTheVersionOfASilentReplica() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = withJobs(MUTUAL, OLD, FILES);
    SeenInstallation.Replica second = seen.another("prometheus-2");
    second.version = OLD;
    second.silent(9, Duration.ofHours(1));

    assertThat(ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW).action())
        .isEqualTo(NOTHING);
  }

  /** What was refused may be refused again; that says nothing of another text. */
  @Test
  void writesAnotherTextThanTheOneThatWasRefused() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    seen.refusal = "no";
    seen.refusedText = withJobs(MUTUAL, FILES);
    assertThat(ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW).action())
        .isEqualTo(NOTHING);

    seen.demand = new Demand(PLAIN, true);
    assertThat(written(seen)).isEqualTo(withJobs(PLAIN, FILES));
  }

  @Test
  void refusesToFillTheConfigMapToTheBrim() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    int bytes = withJobs(MUTUAL, FILES).length();
    seen.otherBytes = ConfigWriting.MOST_BYTES - bytes;
    assertThat(written(seen)).hasSize(bytes);

    seen.otherBytes++;
    ConfigDecision decision =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(decision.action()).isEqualTo(NOTHING);
    assertThat(decision.facts().state()).isEqualTo(State.TOO_LARGE);
    assertThat(decision.facts().message())
        .isEqualTo(
            PLACE
                + " would hold 1032193 bytes with the jobs in it, more than the 1032192 that the"
                + " API server leaves room for: move alerting rules or dashboards out of it");
  }

  /** A job of ours takes every pod: in each of several shards it would undo their division. */
  @Test
  void addsNoJobToAShardUnlessToldSo() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    seen.replica().running = SHARD;

    ConfigDecision refused =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(refused.action()).isEqualTo(NOTHING);
    assertThat(refused.facts().state()).isEqualTo(State.SHARDED);
    assertThat(refused.facts().message())
        .isEqualTo(
            "Deployment istio-system/prometheus divides the pods with others: job kubernetes-pods"
                + " takes number 1 of 2 shares of the targets (rules 1 and 2). A job of the"
                + " operator's would have it scrape every pod that takes part; if it may, set"
                + " APPMETRICS_SHARDS=ScrapeAll");

    seen.sharded = ShardedPolicy.SCRAPE_ALL;
    assertThat(written(seen)).isEqualTo(withJobs(MUTUAL, FILES));
  }

  /** Those that stand are scraped already; to take them away would undo what an admin let be. */
  @Test
  void leavesTheJobsOfAShardThatStand() {
    SeenInstallation seen = SeenInstallation.well();
    seen.replica().running = SHARD;
    ConfigDecision stands =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(stands.facts().state()).isEqualTo(State.WRITTEN);
    assertThat(stands.action()).isEqualTo(NOTHING);

    seen.demand = new Demand(PLAIN, true);
    assertThat(written(seen)).isEqualTo(withJobs(PLAIN, FILES));
  }

  /** What makes it shorter is always written: it is the way out. */
  @Test
  void removesFromAFullConfigMap() {
    SeenInstallation seen = SeenInstallation.well();
    seen.otherBytes = ConfigWriting.MOST_BYTES;
    seen.demand = new Demand(PLAIN, true);

    assertThat(written(seen)).isEqualTo(withJobs(PLAIN, FILES));
  }

  private static final String INCLUDES =
      USERS + "scrape_config_files: [/etc/prometheus/app*.yml]\n";
  private static final String OWN_PLACE = "ConfigMap istio-system/prometheus (key appmetrics.yml)";

  private static ConfigValues values(SeenInstallation seen) {
    Action action =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW).action();
    assertThat(action).isInstanceOf(Action.WriteConfig.class);
    return ((Action.WriteConfig) action).values();
  }

  private static String file(SlotJobs jobs) {
    return IncludedFile.with(ScrapeBlock.render(jobs, TODAY, FILES));
  }

  @Test
  void keepsTheJobsInAKeyOfTheirOwnWhereThatIsIncluded() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = INCLUDES;
    assertThat(values(seen)).isEqualTo(new ConfigValues(INCLUDES, file(MUTUAL)));

    seen.included = file(MUTUAL);
    ConfigDecision stands =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(stands.action()).isEqualTo(NOTHING);
    assertThat(stands.facts().message()).isEqualTo(OWN_PLACE);
    assertThat(stands.facts().jobs()).isEqualTo(MUTUAL);

    seen.demand = new Demand(SlotJobs.none(), true);
    assertThat(values(seen)).isEqualTo(new ConfigValues(INCLUDES, null));
  }

  /** In one write, so that Prometheus never sees a job twice, nor none. */
  @Test
  void changesOverBothWaysInOneWrite() throws UnparsableConfig {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = PrometheusYaml.parse(INCLUDES).with(ScrapeBlock.render(MUTUAL, TODAY, FILES));
    assertThat(values(seen)).isEqualTo(new ConfigValues(INCLUDES, file(MUTUAL)));

    seen.text = USERS;
    seen.included = file(MUTUAL);
    assertThat(values(seen)).isEqualTo(new ConfigValues(withJobs(MUTUAL, FILES), null));
  }

  @Test
  void leavesAKeyOfThatNameAloneThatIsSomebodyElses() throws UnparsableConfig {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = INCLUDES;
    seen.included = "scrape_configs: []\n";
    assertThat(values(seen))
        .isEqualTo(
            new ConfigValues(
                PrometheusYaml.parse(INCLUDES).with(ScrapeBlock.render(MUTUAL, TODAY, FILES)),
                "scrape_configs: []\n"));
  }

  @Test
  void writesInlineWhereThePatternsNameOtherFilesOrTheKeyIsNotShown() {
    SeenInstallation others = SeenInstallation.well();
    others.text = USERS + "scrape_config_files: [jobs/*.yml]\n";
    assertThat(values(others).included()).isNull();

    SeenInstallation hidden = SeenInstallation.well();
    hidden.discovery = Optional.of(installation(true, null, false));
    hidden.text = INCLUDES;
    assertThat(values(hidden).included()).isNull();
  }

  /** As one of ours would be with a name that the user has. */
  @Test
  void includesNoJobWhoseNameIsTheUsers() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = INCLUDES.replace("kubernetes-pods", "appmetrics-1");
    ConfigDecision decision =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(decision.facts().state()).isEqualTo(State.UNPARSABLE);
    assertThat(decision.facts().message())
        .startsWith(PLACE + " cannot be edited: line 5, column 3: the job name appmetrics-1 is");
  }

  private static SeenInstallation takenBack(String place) {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = USERS;
    seen.writer = new Writer("argocd-controller", null);
    Instant last = SeenInstallation.NOW.minusSeconds(20);
    seen.takenBack =
        new InstallationObservation.TakenBack(place, 3, last, last.plus(Duration.ofMinutes(1)));
    return seen;
  }

  private static String reverted(SeenInstallation seen) {
    ConfigDecision decision =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(decision.action()).isEqualTo(NOTHING);
    assertThat(decision.facts().state()).isEqualTo(State.REVERTED);
    return decision.facts().message();
  }

  @Test
  void doesNotFightWhoeverTakesTheJobsOut() {
    SeenInstallation seen = takenBack(PLACE);
    String fight =
        "argocd-controller has taken the jobs out of "
            + PLACE
            + " 3 times, last at 2026-03-01T11:59:40Z, and the operator tries again at"
            + " 2026-03-01T12:00:40Z: ";
    assertThat(reverted(seen))
        .isEqualTo(
            fight
                + "add to the configuration that it applies the line \"scrape_config_files:"
                + " [/etc/prometheus/appmetrics.yml]\", and the jobs move to a key of their own,"
                + " which it leaves alone");

    seen.replica().version = OLD;
    assertThat(reverted(seen)).isEqualTo(fight + "have it leave this key alone");

    seen.writer = Writer.NOBODY;
    assertThat(reverted(seen)).startsWith("Another writer has taken");

    seen.takenBack = null;
    assertThat(values(seen).text()).contains("- job_name: appmetrics-1");
  }

  @Test
  void triesAnotherPlaceAtOnce() {
    SeenInstallation seen = takenBack(PLACE);
    seen.text = INCLUDES;
    assertThat(values(seen)).isEqualTo(new ConfigValues(INCLUDES, file(MUTUAL)));

    SeenInstallation replaced = takenBack(OWN_PLACE);
    replaced.text = INCLUDES;
    assertThat(reverted(replaced)).endsWith(": have it leave this ConfigMap alone");
  }

  /** Prometheus would read them twice, and refuse them; git has them, so ours go. */
  @Test
  void givesWayToACopyOfTheBlockInGit() throws UnparsableConfig {
    SeenInstallation seen = takenBack(OWN_PLACE);
    String copied = PrometheusYaml.parse(INCLUDES).with(ScrapeBlock.render(MUTUAL, TODAY, FILES));
    seen.text = copied;
    seen.included = file(MUTUAL);
    ConfigDecision decision =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(decision.facts().state()).isEqualTo(State.REVERTED);
    assertThat(decision.facts().message())
        .startsWith("argocd-controller has taken the jobs out of " + OWN_PLACE)
        .endsWith(
            ": delete the lines from # BEGIN appmetrics.io to # END appmetrics.io from the"
                + " configuration that it applies");
    assertThat(values(seen)).isEqualTo(new ConfigValues(copied, null));

    seen.included = null;
    assertThat(reverted(seen)).contains("delete the lines from # BEGIN");
  }

  @Test
  void keepsOutOfAFileThatIsReadTwice() throws UnparsableConfig {
    SeenInstallation seen = SeenInstallation.well();
    String twice = USERS + "scrape_config_files: ['*.yml', appmetrics.yml]\n";
    seen.text = twice;
    String inline = PrometheusYaml.parse(twice).with(ScrapeBlock.render(MUTUAL, TODAY, FILES));
    assertThat(values(seen)).isEqualTo(new ConfigValues(inline, null));

    SeenInstallation fight = takenBack(PLACE);
    fight.text = twice;
    assertThat(reverted(fight))
        .contains("leave one of the patterns of scrape_config_files that match appmetrics.yml");
  }

  private static final String COPY =
      ", column 3: the job name appmetrics-1 is the AppMetrics operator's, and this job stands"
          + " outside its block; rename it, or delete it when it is a copy";

  /** A copy of ours in a file of somebody else's. */
  @Test
  void refusesJobsThatAForeignFileOfThatNameHas() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = INCLUDES;
    seen.included = "scrape_configs:\n- job_name: appmetrics-1\n";
    assertUnparsable(seen, OWN_PLACE + " cannot be edited: line 2" + COPY);

    seen.text = USERS;
    assertThat(values(seen)).as("it is not read").isNotNull();
  }

  @Test
  void tellsAProblemOfAFileAsOfItsKey() {
    SeenInstallation seen = SeenInstallation.well();
    seen.text = INCLUDES;
    seen.included = "scrape_configs:\n- job_name: a\n  x: [\n";
    assertUnparsable(
        seen,
        OWN_PLACE
            + " cannot be edited: line 4, column 1: this is no YAML (while parsing a flow node:"
            + " expected the node content, but found '<stream end>'); correct it");

    seen.included = "scrape_configs:\n- job_name: kubernetes-pods\n";
    assertUnparsable(
        seen,
        OWN_PLACE
            + " cannot be edited: line 2, column 3: a second job named kubernetes-pods, which"
            + " Prometheus refuses; rename one of the two");
  }

  /** To write the key anew, or to take it out, would delete it. */
  @Test
  void deletesNothingThatSomebodyHasPutIntoItsOwnKey() {
    for (SlotJobs wanted : List.of(MUTUAL, PLAIN, SlotJobs.none())) {
      SeenInstallation seen = SeenInstallation.well();
      seen.text = INCLUDES;
      seen.included = file(PLAIN) + "- job_name: mine\n";
      seen.demand = new Demand(wanted, true);
      int line = (int) seen.included.lines().count();
      assertUnparsable(
          seen,
          OWN_PLACE
              + " cannot be edited: line "
              + line
              + ", column 1: the job mine stands in the AppMetrics operator's own key, which it"
              + " writes anew and takes out; move it to another key, or delete it");
    }
  }

  private static void assertUnparsable(SeenInstallation seen, String message) {
    ConfigDecision decision =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW);
    assertThat(decision.facts().state()).isEqualTo(State.UNPARSABLE);
    assertThat(decision.action()).isEqualTo(NOTHING);
    assertThat(decision.facts().message()).isEqualTo(message);
  }

  /** What it does not want there, nobody puts back. */
  @Test
  void takesItsJobsOutOfATextThatOthersFightFor() throws UnparsableConfig {
    SeenInstallation seen = takenBack(PLACE);
    seen.text = withJobs(MUTUAL, FILES);
    seen.demand = new Demand(SlotJobs.none(), true);
    assertThat(values(seen).text()).isEqualTo(USERS);
  }

  private static String written(SeenInstallation seen) {
    Action action =
        ConfigDecision.of(seen.observation(), Attempts.NONE, SeenInstallation.NOW).action();
    assertThat(action).isInstanceOf(Action.WriteConfig.class);
    return ((Action.WriteConfig) action).values().text();
  }
}
