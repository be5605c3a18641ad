package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.FILES;
import static io.appmetrics.operator.prometheus.SeenInstallation.FROM_DIRECTORY;
import static io.appmetrics.operator.prometheus.SeenInstallation.MUTUAL;
import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static io.appmetrics.operator.prometheus.SeenInstallation.PLACE;
import static io.appmetrics.operator.prometheus.SeenInstallation.WORKLOAD;
import static io.appmetrics.operator.prometheus.SeenInstallation.installation;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.InstallationState.Reload;
import io.appmetrics.operator.prometheus.InstallationState.Restart;
import io.appmetrics.operator.prometheus.InstallationState.Way;
import io.appmetrics.operator.prometheus.Prognosis.Kind;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The last resort: what is restarted for what, how, and what keeps the operator from it. Prometheus
 * has run since two hours, and its certificates are there since one.
 */
class RestartsTest {
  private static final Instant START = NOW.minus(Duration.ofHours(2));
  private static final Instant APPEARED = NOW.minus(Duration.ofHours(1));
  private static final String UID = "uid-of-prometheus-1";
  private static final String OURS = "appmetrics-1-istio-secure";
  private static final String USERS = "kubernetes-pods-istio-secure";
  private static final String NO_CLIENT =
      "Get https://10.0.0.1:8080/metrics: x509: cannot validate certificate for 10.0.0.1 because it"
          + " doesn't contain any IP SANs";
  private static final String REFUSED =
      "Get https://10.0.0.1:8080/metrics: remote error: tls: bad certificate";
  private static final String BY_HAND =
      "by hand: kubectl -n istio-system rollout restart deployment prometheus";

  /** What is seen, and what was tried. */
  private static final class Case {
    final SeenInstallation seen = SeenInstallation.well();
    List<ScrapeJob> userJobs = List.of(new ScrapeJob(USERS, FILES, true));
    Attempts attempts = Attempts.NONE;
    boolean lifecycle;
    boolean projected = true;
    Installation.Rollout rollout = new Installation.Rollout("7", 3, null, null);
    Instant created = APPEARED;
    Instant written = APPEARED;

    Case() {
      seen.replica().poolsToo.add(USERS);
    }

    /** Prometheus 2.5.0, whose user's own job scrapes without the client that it could not make. */
    Case without(String job, String error) {
      seen.replica().version = PrometheusVersion.parse("2.5.0");
      seen.replica().targets = Map.of("uid-of-cart-1", List.of(target(job, error)));
      return this;
    }

    /** And a target of another job. */
    Case and(String job, String error) {
      Map<String, List<ActiveTarget>> targets = new HashMap<>(seen.replica().targets);
      targets.put("uid-of-cart-2", List.of(target(job, error)));
      seen.replica().targets = targets;
      return this;
    }

    private static ActiveTarget target(String job, String error) {
      return new ActiveTarget(
          job,
          "shop",
          "cart-1",
          "uid-of-cart-1",
          "https://10.0.0.1:8080/metrics",
          error.isEmpty() ? TargetHealth.UP : TargetHealth.DOWN,
          error,
          NOW.minusSeconds(3));
    }

    /** Its first cure, which the kubelet has seen by now. */
    Case nudged() {
      return nudged(1, Duration.ofSeconds(5));
    }

    Case nudged(int times, Duration ago) {
      for (int i = 0; i < times; i++) {
        attempts = attempts.nudged(UID, treatment().orElseThrow().cause().id(), NOW.minus(ago));
      }
      return this;
    }

    Case remembers(Restart... restarts) {
      seen.state =
          StateReading.of(
              new InstallationState(
                  List.of(restarts), seen.state.state().reloads(), InstallationState.Texts.NONE));
      return this;
    }

    /** What it remembers of was tried, and the API server has said no. */
    Case refused(Duration ago) {
      seen.state
          .state()
          .restarts()
          .forEach(
              restart ->
                  attempts =
                      attempts.restarted(
                          restart, new Attempts.Refusal("refused: no right", NOW.minus(ago))));
      return this;
    }

    Case allows(RestartPolicy.When when) {
      seen.policy = new RestartPolicy(when, Duration.ofMinutes(10), 3);
      return this;
    }

    Diagnosis diagnosis() {
      Installation plain = installation(lifecycle, null, projected);
      Installation installation =
          new Installation(
              plain.workload(),
              plain.uid(),
              plain.selector(),
              plain.container(),
              plain.image(),
              plain.configMap(),
              plain.configKey(),
              plain.included(),
              plain.projected(),
              plain.port(),
              plain.routePrefix(),
              plain.lifecycle(),
              plain.reloader(),
              plain.mounts(),
              plain.outputCerts(),
              rollout);
      seen.discovery = Optional.of(installation);
      if (seen.secret != null) {
        seen.secret = seen.secret.at(created, written);
      }
      InstallationObservation observation = seen.observation();
      return new Diagnosis(
          installation,
          new ConfigFacts(
              ConfigFacts.State.WRITTEN,
              PLACE,
              PLACE,
              MUTUAL,
              SeenInstallation.loaded(Objects.requireNonNull(seen.text))
                  .markerDigests()
                  .iterator()
                  .next()),
          userJobs,
          CertificateFacts.of(WORKLOAD, observation.certificates(), NOW),
          attempts,
          new Restarts(
              installation, observation.replicas(), seen.state, seen.policy, attempts, NOW),
          NOW);
    }

    Optional<Treatment> treatment() {
      return diagnosis().treat(seen.replica().reading());
    }
  }

  private static Case classic() {
    return new Case().without(USERS, NO_CLIENT).nudged();
  }

  private static Restart restart(Duration ago, Way way, String cause) {
    return new Restart(NOW.minus(ago), way, cause, "uid-of-an-older-pod", START, 2, NOW.minus(ago));
  }

  /** One that was decided for the very process that still runs. */
  private static Restart open(Duration ago, Way way) {
    return new Restart(NOW.minus(ago), way, "c0ffee", UID, START, 3, null);
  }

  private record Row(
      String name, Case of, @Nullable String action, @Nullable Kind kind, String words) {
    static Row acts(String name, Case of, String action, Kind kind, String words) {
      return new Row(name, of, action, kind, words);
    }

    static Row rests(String name, Case of, Kind kind, String words) {
      return new Row(name, of, null, kind, words);
    }

    static Row healthy(String name, Case of) {
      return new Row(name, of, null, null, "");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Case but(Case of, Consumer<Case> otherwise) {
    otherwise.accept(of);
    return of;
  }

  private static final String HOPE =
      "the operator nudges the pod, and restarts it when that does not help";
  private static final String WAS_REFUSED =
      "only a restart helps, and it was refused: no right; once that is mended, the operator does it"
          + " within a minute; "
          + BY_HAND;
  private static final String RESTARTS = "the operator restarts it";
  private static final String ROLLED =
      "restart by the pod template, because of pod prometheus-1: it scrapes "
          + USERS
          + " without certificates, which it started before";

  static List<Row> rows() {
    return List.of(
        Row.acts(
            "the classic: first the kubelet",
            new Case().without(USERS, NO_CLIENT),
            "nudge pod prometheus-1, because it scrapes "
                + USERS
                + " without certificates, which it started before",
            Kind.UNDER_WAY,
            HOPE),
        Row.acts("the classic: then the restart", classic(), ROLLED, Kind.RESTARTING, RESTARTS),
        Row.acts(
            "the classic, with a lifecycle",
            but(classic(), c -> c.lifecycle = true),
            "restart pod prometheus-1 in place, because it scrapes "
                + USERS
                + " without certificates, which it started before",
            Kind.RESTARTING,
            RESTARTS),
        Row.acts(
            "in our own job",
            new Case().without(OURS, NO_CLIENT).nudged(),
            ROLLED.replace(USERS, OURS),
            Kind.RESTARTING,
            RESTARTS),
        Row.healthy("the same scrape goes well", new Case().without(USERS, "")),
        Row.healthy(
            "the app's own certificate: the job verifies it",
            but(
                new Case().without(USERS, NO_CLIENT),
                c -> c.userJobs = List.of(new ScrapeJob(USERS, FILES, false)))),
        Row.healthy(
            "of a scrape before the last load",
            but(
                new Case().without(USERS, NO_CLIENT),
                c -> c.seen.replica().loadedAt = NOW.minusSeconds(1))),
        Row.healthy(
            "2.9 and later read their files for each connection",
            but(
                new Case().without(USERS, NO_CLIENT),
                c -> c.seen.replica().version = PrometheusVersion.parse("2.9.0"))),
        Row.rests(
            "the certificates are not there yet",
            but(
                new Case().without(USERS, NO_CLIENT),
                c ->
                    c.seen.secret = new SecretReading(true, false, List.of("key.pem"), null, null)),
            Kind.UNDER_WAY,
            HOPE),
        Row.rests(
            "a directory: nobody knows",
            but(new Case().without(USERS, NO_CLIENT), c -> c.seen.files = FROM_DIRECTORY),
            Kind.UNDER_WAY,
            HOPE),
        Row.rests(
            "it has started with them: it would not help",
            but(classic(), c -> c.written = START.minusSeconds(91)),
            Kind.UNDER_WAY,
            HOPE),
        Row.acts(
            "it has started within what a kubelet takes to project",
            but(classic(), c -> c.written = START.minusSeconds(89)),
            ROLLED,
            Kind.RESTARTING,
            RESTARTS),
        // --- rotated
        Row.acts(
            "rotated, and everybody refuses the old ones",
            new Case().without(USERS, REFUSED).nudged(),
            "restart by the pod template, because of pod prometheus-1: every target refuses the"
                + " certificates that it started with, and others are there since "
                + APPEARED,
            Kind.RESTARTING,
            RESTARTS),
        Row.acts(
            "rotated, and everybody refuses the old ones in the user's job alone",
            but(new Case().without(USERS, REFUSED).and(OURS, ""), c -> c.lifecycle = true).nudged(),
            "restart pod prometheus-1 in place, because every target refuses the"
                + " certificates that it started with, and others are there since "
                + APPEARED,
            Kind.RESTARTING,
            RESTARTS),
        Row.acts(
            "rotated, and nobody reloads our job",
            new Case().without(OURS, REFUSED).nudged(),
            "restart by the pod template, because of pod prometheus-1: every target refuses the"
                + " certificates that it started with, and others are there since "
                + APPEARED,
            Kind.RESTARTING,
            RESTARTS),
        Row.healthy(
            "refused in our job, which was reloaded with the certificates that there are",
            but(new Case().without(OURS, REFUSED), c -> c.lifecycle = true)),
        Row.healthy(
            "refused, and not rotated",
            but(new Case().without(USERS, REFUSED), c -> c.written = START.minusSeconds(1))),
        // --- no pool
        Row.rests(
            "no pool: three more nudges and 90 s first",
            but(new Case(), c -> c.seen.poolMissing()).nudged(4, Duration.ofSeconds(29)),
            Kind.UNDER_WAY,
            HOPE),
        Row.acts(
            "no pool",
            but(new Case(), c -> c.seen.poolMissing()).nudged(4, Duration.ofSeconds(30)),
            "restart by the pod template, because of pod prometheus-1: it has no scrape pool for "
                + OURS,
            Kind.RESTARTING,
            RESTARTS),
        Row.acts(
            "no pool for the user's job",
            but(new Case(), c -> c.seen.replica().poolsToo.clear())
                .nudged(4, Duration.ofSeconds(30)),
            "restart by the pod template, because of pod prometheus-1: it has no scrape pool for "
                + USERS,
            Kind.RESTARTING,
            RESTARTS),
        Row.healthy(
            "up to 2.7 no pool is no target: certificates do not matter",
            but(
                new Case(),
                c -> {
                  c.seen.poolMissing();
                  c.seen.replica().version = PrometheusVersion.parse("2.7.1");
                })),
        // --- a text
        Row.acts(
            "a text that nobody reloads: it may change again",
            but(new Case(), c -> c.seen.replica().running = SeenInstallation.USERS),
            "nudge pod prometheus-1, because its configuration is not the one in " + PLACE,
            Kind.UNDER_WAY,
            HOPE),
        Row.rests(
            "a text that nobody reloads: it may change again, for 5 s",
            but(new Case(), c -> c.seen.replica().running = SeenInstallation.USERS)
                .nudged(1, Duration.ofMillis(4999)),
            Kind.UNDER_WAY,
            HOPE),
        Row.acts(
            "a text that nobody reloads",
            but(new Case(), c -> c.seen.replica().running = SeenInstallation.USERS).nudged(),
            "restart by the pod template, because of pod prometheus-1: its configuration is not the"
                + " one in "
                + PLACE,
            Kind.RESTARTING,
            RESTARTS),
        Row.acts(
            "a text on a subPath, with a lifecycle",
            but(
                    new Case(),
                    c -> {
                      c.lifecycle = true;
                      c.projected = false;
                      c.seen.replica().running = SeenInstallation.USERS;
                    })
                .nudged(),
            "restart by the pod template, because of pod prometheus-1: its configuration is not the"
                + " one in "
                + PLACE,
            Kind.RESTARTING,
            RESTARTS),
        // --- what the admin wants
        Row.rests(
            "never",
            classic().allows(RestartPolicy.When.NEVER),
            Kind.DISABLED,
            "only a restart helps, and APPMETRICS_RESTARTS is Never: " + BY_HAND),
        Row.rests(
            "never, where a rollout by hand would do harm",
            but(
                classic().allows(RestartPolicy.When.NEVER),
                c -> c.rollout = new Installation.Rollout("7", 3, null, "it is paused: resume it")),
            Kind.DISABLED,
            "only a restart helps, and APPMETRICS_RESTARTS is Never: not by a rollout, for it is paused: resume it"),
        Row.rests(
            "never, where a rollout by hand would do harm, and a quit none",
            but(
                classic().allows(RestartPolicy.When.NEVER),
                c -> {
                  c.lifecycle = true;
                  c.rollout = new Installation.Rollout("7", 3, null, "it is paused: resume it");
                }),
            Kind.DISABLED,
            "only a restart helps, and APPMETRICS_RESTARTS is Never: by hand: kubectl -n istio-system port-forward pod/prometheus-1 9090, and beside it curl -X POST http://localhost:9090/-/quit"),
        Row.acts(
            "on certificates: a nudge, and what comes next is told",
            but(
                new Case().allows(RestartPolicy.When.ON_CERTIFICATES),
                c -> {
                  c.lifecycle = true;
                  c.seen.poolMissing();
                }),
            "nudge pod prometheus-1, because it has no scrape pool for " + OURS,
            Kind.UNDER_WAY,
            "the operator nudges the pod, and then restarts it"),
        Row.acts(
            "on certificates: no ladder",
            but(new Case(), c -> c.seen.poolMissing())
                .allows(RestartPolicy.When.ON_CERTIFICATES)
                .nudged(),
            "restart by the pod template, because of pod prometheus-1: it has no scrape pool for "
                + OURS,
            Kind.RESTARTING,
            RESTARTS),
        Row.acts(
            "on certificates: it cannot be asked",
            but(
                new Case().allows(RestartPolicy.When.ON_CERTIFICATES),
                c -> c.seen.replica().silent(3, Duration.ofSeconds(30))),
            "restart by the pod template, because of pod prometheus-1: it cannot be asked, and it"
                + " started before its certificates were there",
            Kind.RESTARTING,
            RESTARTS),
        Row.healthy(
            "on certificates: another process than the one that answered has them",
            but(
                new Case().allows(RestartPolicy.When.ON_CERTIFICATES),
                c -> {
                  c.seen.replica().silent(3, Duration.ofSeconds(30));
                  c.seen.replica().containerStartedAt = APPEARED.plusSeconds(1);
                })),
        Row.acts(
            "on certificates: the same process, by the kubelet's clock",
            but(
                new Case().allows(RestartPolicy.When.ON_CERTIFICATES),
                c -> {
                  c.created = START.plusSeconds(1);
                  c.written = START.plusSeconds(1);
                  c.seen.replica().silent(3, Duration.ofSeconds(30));
                  c.seen.replica().containerStartedAt = START.plusSeconds(2);
                }),
            "restart by the pod template, because of pod prometheus-1: it cannot be asked, and it"
                + " started before its certificates were there",
            Kind.RESTARTING,
            RESTARTS),
        Row.healthy(
            "it cannot be asked",
            but(new Case(), c -> c.seen.replica().silent(3, Duration.ofSeconds(30)))),
        Row.healthy(
            "on certificates: rotation is no appearance",
            but(
                new Case().allows(RestartPolicy.When.ON_CERTIFICATES),
                c -> {
                  c.created = START.minusSeconds(1);
                  c.seen.replica().silent(3, Duration.ofSeconds(30));
                })),
        // --- impossible
        Row.rests(
            "paused",
            but(
                classic(),
                c -> c.rollout = new Installation.Rollout("7", 3, null, "it is paused: resume it")),
            Kind.IMPOSSIBLE,
            "only a restart helps, and it is paused: resume it"),
        Row.acts(
            "paused does not matter in place",
            but(
                classic(),
                c -> {
                  c.lifecycle = true;
                  c.rollout = new Installation.Rollout("7", 3, null, "it is paused: resume it");
                }),
            "restart pod prometheus-1 in place, because it scrapes "
                + USERS
                + " without certificates, which it started before",
            Kind.RESTARTING,
            RESTARTS),
        Row.rests(
            "what was done cannot be read",
            but(classic(), c -> c.seen.state = StateReading.unreadable("see there")),
            Kind.IMPOSSIBLE,
            "only a restart helps, and it would not be known that it was done: see there"),
        Row.rests(
            "done for these certificates before",
            classic().remembers(restart(Duration.ofDays(3), Way.TEMPLATE, "c0ffee")),
            Kind.IMPOSSIBLE,
            "the operator has restarted it for that at %s, and a second time would not help either: see the log of Prometheus; %s"
                .formatted(NOW.minus(Duration.ofDays(3)), BY_HAND)),
        Row.acts(
            "done for others before",
            classic().remembers(restart(Duration.ofDays(3), Way.TEMPLATE, "0ther")),
            ROLLED,
            Kind.RESTARTING,
            RESTARTS),
        // --- the budget
        Row.rests(
            "the last one was a moment ago",
            classic().remembers(restart(Duration.ofMinutes(9), Way.TEMPLATE, "0ther")),
            Kind.BUDGET_EXHAUSTED,
            "only a restart helps, and the last one was at %s: the operator does the next at %s (APPMETRICS_RESTART_PAUSE); %s"
                .formatted(
                    NOW.minus(Duration.ofMinutes(9)), NOW.plus(Duration.ofMinutes(1)), BY_HAND)),
        Row.rests(
            "the last one was a moment ago, and a rollout by hand would do harm",
            but(
                classic().remembers(restart(Duration.ofMinutes(9), Way.QUIT, "0ther")),
                c -> {
                  c.lifecycle = true;
                  c.rollout = new Installation.Rollout("7", 3, null, "it is paused: resume it");
                }),
            Kind.BUDGET_EXHAUSTED,
            "only a restart helps, and the last one was at %s: the operator does the next at %s (APPMETRICS_RESTART_PAUSE); by hand: kubectl -n istio-system port-forward pod/prometheus-1 9090, and beside it curl -X POST http://localhost:9090/-/quit"
                .formatted(NOW.minus(Duration.ofMinutes(9)), NOW.plus(Duration.ofMinutes(1)))),
        Row.acts(
            "the last one was ten minutes ago",
            classic().remembers(restart(Duration.ofMinutes(10), Way.TEMPLATE, "0ther")),
            ROLLED,
            Kind.RESTARTING,
            RESTARTS),
        Row.rests(
            "three within a day",
            classic()
                .remembers(
                    restart(Duration.ofHours(30), Way.TEMPLATE, "1"),
                    restart(Duration.ofHours(23), Way.TEMPLATE, "2"),
                    restart(Duration.ofHours(3), Way.TEMPLATE, "3"),
                    restart(Duration.ofHours(2), Way.TEMPLATE, "4")),
            Kind.BUDGET_EXHAUSTED,
            "only a restart helps, and APPMETRICS_RESTARTS_PER_DAY allows 3 within 24 hours, the next at %s: see what makes so many necessary; %s"
                .formatted(NOW.plus(Duration.ofHours(1)), BY_HAND)),
        // --- a crash in between
        Row.acts(
            "decided, and the template is as it was",
            classic().remembers(open(Duration.ofSeconds(3), Way.TEMPLATE)),
            ROLLED,
            Kind.RESTARTING,
            RESTARTS),
        Row.rests(
            "decided, and written",
            but(
                classic().remembers(open(Duration.ofSeconds(3), Way.TEMPLATE)),
                c -> c.rollout = new Installation.Rollout("8", 4, "c0ffee", null)),
            Kind.RESTARTING,
            RESTARTS),
        Row.rests(
            "decided, written, and undone by somebody",
            but(
                classic().remembers(open(Duration.ofSeconds(3), Way.TEMPLATE)),
                c -> c.rollout = new Installation.Rollout("9", 5, null, null)),
            Kind.IMPOSSIBLE,
            "the operator has decided to restart it at %s, and somebody has changed Deployment istio-system/prometheus since: %s"
                .formatted(NOW.minusSeconds(3), BY_HAND)),
        Row.rests(
            "decided, written, and nothing has come of it",
            but(
                classic().remembers(open(Duration.ofMinutes(3), Way.TEMPLATE)),
                c -> c.rollout = new Installation.Rollout("8", 4, "c0ffee", null)),
            Kind.IMPOSSIBLE,
            "the operator has restarted it at %s, and it runs all the same: kubectl -n istio-system rollout status deployment prometheus"
                .formatted(NOW.minus(Duration.ofMinutes(3)))),
        Row.rests(
            "told to quit, and still ending",
            but(
                classic().remembers(open(Duration.ofSeconds(14), Way.QUIT)),
                c -> c.lifecycle = true),
            Kind.RESTARTING,
            RESTARTS),
        Row.acts(
            "decided to quit, and it runs on",
            but(
                classic().remembers(open(Duration.ofSeconds(15), Way.QUIT)),
                c -> c.lifecycle = true),
            "restart pod prometheus-1 in place, because it scrapes "
                + USERS
                + " without certificates, which it started before",
            Kind.RESTARTING,
            RESTARTS),
        // --- refused
        Row.rests(
            "decided, and refused",
            classic()
                .remembers(open(Duration.ofHours(3), Way.TEMPLATE))
                .refused(Duration.ofSeconds(59)),
            Kind.IMPOSSIBLE,
            WAS_REFUSED),
        Row.acts(
            "decided, and refused a minute ago: no status changes with each try",
            classic()
                .remembers(open(Duration.ofHours(3), Way.TEMPLATE))
                .refused(Duration.ofSeconds(60)),
            ROLLED,
            Kind.IMPOSSIBLE,
            WAS_REFUSED),
        Row.rests(
            "decided, refused, and written by somebody",
            but(
                classic()
                    .remembers(open(Duration.ofSeconds(3), Way.TEMPLATE))
                    .refused(Duration.ofSeconds(2)),
                c -> c.rollout = new Installation.Rollout("8", 4, "c0ffee", null)),
            Kind.RESTARTING,
            RESTARTS),
        Row.rests(
            "refused to quit",
            but(
                classic()
                    .remembers(open(Duration.ofSeconds(3), Way.QUIT))
                    .refused(Duration.ofSeconds(2)),
                c -> c.lifecycle = true),
            Kind.IMPOSSIBLE,
            WAS_REFUSED),
        Row.rests(
            "refused for the other one of a pair",
            classic()
                .remembers(restart(Duration.ofMinutes(3), Way.TEMPLATE, "c0ffee"))
                .refused(Duration.ofSeconds(3)),
            Kind.IMPOSSIBLE,
            WAS_REFUSED));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void restarts(Row row) {
    Optional<Treatment> treatment = row.of().treatment();
    assertThat(treatment.map(Treatment::prognosis).map(Prognosis::kind).orElse(null))
        .isEqualTo(row.kind());
    assertThat(treatment.map(Treatment::prognosis).map(Prognosis::words).orElse(""))
        .isEqualTo(row.words());
    assertThat(treatment.filter(Treatment::due).map(Treatment::action).map(Action::words))
        .isEqualTo(Optional.ofNullable(row.action()));
  }

  /** A crash costs budget, and never a second note: the note that stands is carried out. */
  @Test
  void carriesOutWhatWasDecidedBeforeACrash() {
    Restart decided = open(Duration.ofSeconds(3), Way.TEMPLATE);
    Case of = classic().remembers(decided);
    assertThat(of.treatment().orElseThrow().action())
        .isInstanceOfSatisfying(
            Action.Restart.class,
            restart -> {
              assertThat(restart.noted()).isTrue();
              assertThat(restart.restart()).isEqualTo(decided);
            });
  }

  /** A pass every 200 ms would else send it. */
  @Test
  void triesWhatWasRefusedAgainAfterAMinute() {
    Case of =
        classic()
            .remembers(open(Duration.ofHours(3), Way.TEMPLATE))
            .refused(Duration.ofSeconds(50));
    assertThat(of.treatment().orElseThrow().step())
        .isEqualTo(new Healing.Step(Healing.Kind.WAIT, NOW.plusSeconds(10)));
  }

  @Test
  void notesWhatItDecides() {
    assertThat(classic().treatment().orElseThrow().action())
        .isInstanceOfSatisfying(
            Action.Restart.class,
            restart -> {
              assertThat(restart.noted()).isFalse();
              assertThat(restart.restart())
                  .isEqualTo(new Restart(NOW, Way.TEMPLATE, "c0ffee", UID, START, 3, null));
            });
  }

  /** One at a time: the others scrape meanwhile. */
  @Test
  void restartsNoOtherWhileOneIsComingBack() {
    Case of = but(classic(), c -> c.lifecycle = true);
    SeenInstallation.Replica second = of.seen.another("prometheus-2");
    second.silent(2, Duration.ofSeconds(4));
    of.seen.policy = new RestartPolicy(RestartPolicy.When.WHEN_PROVEN, Duration.ofSeconds(1), 9);
    of.remembers(
        new Restart(
            NOW.minusSeconds(5), Way.QUIT, "c0ffee", "uid-of-prometheus-2", START, 3, null));

    Treatment treatment = of.treatment().orElseThrow();
    assertThat(treatment.due()).isFalse();
    assertThat(treatment.prognosis().words())
        .isEqualTo("the operator restarts one pod after the other");

    second.silence = null;
    second.silentSince = null;
    second.startedAt = NOW.minusSeconds(1);
    assertThat(of.treatment().orElseThrow().action().words())
        .startsWith("restart pod prometheus-1 in place");
  }

  /** Each certificate of each pod: the second of a pair was not restarted yet. */
  @Test
  void restartsTheSamePodForTheSameCertificatesOnce() {
    Case of = but(classic(), c -> c.lifecycle = true);
    of.remembers(
        new Restart(
            NOW.minus(Duration.ofHours(1)),
            Way.QUIT,
            "c0ffee",
            UID,
            START.minusSeconds(1),
            3,
            null));
    assertThat(of.treatment().orElseThrow().prognosis().kind()).isEqualTo(Kind.IMPOSSIBLE);
  }

  /** A text that was taken back, and comes again, is another change. */
  @Test
  void ofTextsOnlyTheLastCounts() {
    Case of = but(new Case(), c -> c.seen.replica().running = SeenInstallation.USERS).nudged();
    String wanted = Restarts.FOR_TEXT + of.diagnosis().config().digest();
    of.remembers(restart(Duration.ofMinutes(30), Way.TEMPLATE, wanted));
    assertThat(of.treatment().orElseThrow().prognosis().kind()).isEqualTo(Kind.IMPOSSIBLE);

    of.remembers(
        restart(Duration.ofHours(5), Way.TEMPLATE, wanted),
        restart(Duration.ofHours(4), Way.TEMPLATE, Restarts.FOR_TEXT + "another"));
    assertThat(of.treatment().orElseThrow().prognosis().kind()).isEqualTo(Kind.RESTARTING);
  }

  /**
   * The last AppMetrics goes, the pod is replaced, and the AppMetrics comes back: the same text,
   * and a process that never had it. What has not helped once, though, is not tried twice.
   */
  @Test
  void isRestartedForATextThatComesBackToAProcessThatNeverHadIt() {
    Case of = but(new Case(), c -> c.seen.replica().running = SeenInstallation.USERS).nudged();
    String wanted = Restarts.FOR_TEXT + of.diagnosis().config().digest();
    Instant loaded = of.seen.replica().loadedAt;
    Restart first =
        new Restart(
            loaded.minus(Duration.ofHours(3)), Way.TEMPLATE, wanted, "gone", START, 3, null);

    of.remembers(first);
    assertThat(of.treatment().orElseThrow().prognosis().kind())
        .as("nobody has seen that it has cured")
        .isEqualTo(Kind.IMPOSSIBLE);
    of.remembers(first.curedAt(loaded));
    assertThat(of.treatment().orElseThrow().prognosis().kind())
        .as("nothing was loaded since")
        .isEqualTo(Kind.IMPOSSIBLE);

    of.remembers(first.curedAt(loaded.minusSeconds(1)));
    Restart second = restartOf(of);
    assertThat(second.cause()).as("the template has the first one").isEqualTo(wanted + "-2");

    of.remembers(first.curedAt(loaded.minusSeconds(1)), second);
    of.rollout = new Installation.Rollout("7", 3, wanted, null);
    assertThat(restartOf(of)).as("decided before a crash").isEqualTo(second);
    of.rollout = new Installation.Rollout("8", 4, wanted + "-2", null);
    assertThat(of.treatment().orElseThrow().due()).as("written").isFalse();

    Restart fruitless =
        new Restart(
            NOW.minus(Duration.ofMinutes(50)), Way.TEMPLATE, wanted + "-2", "gone", START, 3, null);
    of.remembers(first.curedAt(loaded.minusSeconds(1)), fruitless);
    assertThat(of.treatment().orElseThrow().prognosis().kind()).isEqualTo(Kind.IMPOSSIBLE);
  }

  private static Restart restartOf(Case of) {
    return ((Action.Restart) of.treatment().orElseThrow().action()).restart();
  }

  /** What is left over costs nobody anything. */
  @Test
  void restartsForNoTextThatOnlyTakesJobsAway() {
    Case of = new Case();
    of.seen.replica().running =
        SeenInstallation.withJobs(MUTUAL.and(SlotJobs.named(List.of("appmetrics-2"))), FILES);
    assertThat(of.treatment()).isEmpty();
  }

  // --- reloads, over a crash

  private static Case poolMissingWithLifecycle() {
    return but(
        new Case(),
        c -> {
          c.lifecycle = true;
          c.seen.poolMissing();
        });
  }

  private static Case reloadNoted(Duration ago, Instant loaded) {
    Case of = poolMissingWithLifecycle();
    String cause = of.treatment().orElseThrow().cause().id();
    of.seen.state =
        StateReading.of(
            InstallationState.NONE.with(
                new Reload(NOW.minus(ago), UID, loaded, cause), List.of(UID)));
    return of.nudged();
  }

  @Test
  void sendsNoReloadThatWasSentBeforeACrash() {
    assertThat(poolMissingWithLifecycle().nudged().treatment().orElseThrow().action())
        .isInstanceOf(Action.Reload.class);

    Case happened = reloadNoted(Duration.ofMinutes(1), NOW.minus(Duration.ofHours(9)));
    assertThat(happened.treatment().orElseThrow().due()).as("it has loaded since").isFalse();

    Instant loaded = NOW.minus(Duration.ofHours(1));
    Case underWay = reloadNoted(Duration.ofSeconds(9), loaded);
    assertThat(underWay.treatment().orElseThrow().due()).as("it may be under way").isFalse();

    Case lost = reloadNoted(Duration.ofSeconds(10), loaded);
    assertThat(lost.treatment().orElseThrow().action()).isInstanceOf(Action.Reload.class);
  }

  // --- the proof

  @Test
  void provesTheCure() {
    Restart before =
        new Restart(NOW.minusSeconds(40), Way.TEMPLATE, "c0ffee", "gone", START, 3, null);
    Case of = new Case().without(USERS, "").remembers(before);
    of.seen.replica().startedAt = NOW.minusSeconds(30);
    of.seen.replica().loadedAt = NOW.minusSeconds(30);

    assertThat(of.diagnosis().cure(List.of()).map(Action::words))
        .contains(
            "the restart of %s has cured: every pod scrapes appmetrics-1-istio-secure, kubernetes-pods-istio-secure with the certificates c0ffee"
                .formatted(NOW.minusSeconds(40)));

    of.remembers(before.curedAt(NOW));
    assertThat(of.diagnosis().cure(List.of())).as("told once").isEmpty();

    of.remembers(before);
    of.without(USERS, "connect: connection refused");
    assertThat(of.diagnosis().cure(List.of())).as("nothing is up yet").isEmpty();
  }
}
