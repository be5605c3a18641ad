package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a replica suffers from, and the next step against it.
 *
 * @param installation what it was started with
 * @param config the text that it should run
 * @param userJobs the jobs of the user's own that scrape for us with the mesh's certificates
 * @param certificates the files that both name
 * @param attempts what has been tried
 * @param restarts whether it may be restarted
 */
record Diagnosis(
    Installation installation,
    ConfigFacts config,
    List<ScrapeJob> userJobs,
    CertificateFacts certificates,
    Attempts attempts,
    Restarts restarts,
    Instant now) {

  /** What a kubelet at rest takes to project: a process may start without what is there already. */
  static final Duration PROJECTION = Duration.ofSeconds(90);

  /** A reload that was sent shows after this. */
  private static final Duration RELOAD = Duration.ofSeconds(10);

  /** Prometheus up to 2.7 scrapes without the client that it could not make (istio#10528). */
  private static final String NO_CLIENT = "doesn't contain any IP SANs";

  /** With this begins a cause that no reload of the same text cures. */
  private static final String CLIENT = "client ";

  private static final Set<ScrapeFault> REFUSED =
      Set.of(
          ScrapeFault.OWN_CERTIFICATE_EXPIRED,
          ScrapeFault.OWN_CERTIFICATE_REFUSED,
          ScrapeFault.OWN_CERTIFICATE_WANTED);

  /**
   * What a replica suffers from.
   *
   * @param jobs the jobs that it does not scrape with certificates
   * @param step what is tried against it
   * @param fingerprint what it would be restarted for; null where that would prove nothing
   */
  private record Ailment(
      Action.Cause cause,
      SortedSet<String> jobs,
      Healing.Step step,
      @Nullable String fingerprint) {}

  /** Empty for a healthy replica, and for one that says nothing: then nothing is done. */
  Optional<Treatment> treat(ReplicaReading replica) {
    return ailment(replica).map(ailment -> treatment(replica, ailment));
  }

  private Optional<Ailment> ailment(ReplicaReading replica) {
    ReplicaReading.Answer answer = replica.answer();
    if (!replica.answers() || answer == null) {
      return silent(replica);
    }
    if (!endsJobs(answer) && !runsTheText(answer) && (means().loadText() || lacksJobs(answer))) {
      return Optional.of(
          text(replica, answer, "its configuration is not the one in " + config.place()));
    }
    if (replica.lacksMarker(config.digest()) && means().lifecycle()) {
      return Optional.of(
          text(replica, answer, "its last reload failed, and it has no pool for the jobs"));
    }
    if (config.state() == ConfigFacts.State.REJECTED
        && !answer.runtime().reloadConfigSuccess()
        && means().lifecycle()) {
      // it says so, and alerts, until it has loaded what was put back
      return Optional.of(text(replica, answer, "its last reload was of jobs that are taken back"));
    }
    return pools(replica, answer)
        .or(() -> clients(replica, answer))
        .or(() -> inPart(replica, answer));
  }

  private Treatment treatment(ReplicaReading replica, Ailment ailment) {
    boolean classic = isClassic(replica, ailment);
    Healing.Step step = classic ? atOnce(replica, ailment) : ailment.step();
    if (step.kind() != Healing.Kind.RESTART) {
      return new Treatment(
          replica,
          ailment.cause(),
          step,
          null,
          prognosis(ailment, Prognosis.Kind.UNDER_WAY, hope(ailment, classic)));
    }
    Healing.Step instead = Healing.instead(attempts.on(replica.uid(), ailment.cause().id()), now);
    String fingerprint = ailment.fingerprint();
    if (fingerprint == null) {
      return new Treatment(
          replica,
          ailment.cause(),
          instead,
          null,
          prognosis(ailment, Prognosis.Kind.UNDER_WAY, hope(ailment, classic)));
    }
    Restarts.Verdict verdict = restarts.judge(replica, ailment.cause(), fingerprint);
    return new Treatment(
        replica,
        ailment.cause(),
        verdict.restart() == null ? sooner(instead, verdict.again()) : step,
        verdict.restart(),
        prognosis(ailment, verdict.kind(), verdict.words()));
  }

  private static Healing.Step sooner(Healing.Step step, @Nullable Instant again) {
    return step.kind() == Healing.Kind.WAIT && again != null && again.isBefore(step.again())
        ? new Healing.Step(Healing.Kind.WAIT, again)
        : step;
  }

  private static Prognosis prognosis(Ailment ailment, Prognosis.Kind kind, String words) {
    return new Prognosis(kind, ailment.jobs(), ailment.cause().words(), words);
  }

  private String hope(Ailment ailment, boolean classic) {
    if (classic) {
      return "the operator nudges the pod, and then restarts it";
    }
    if (installation.lifecycle() && !ailment.cause().id().startsWith(CLIENT)) {
      return "the operator nudges the pod, and then reloads it";
    }
    return restarts.policy().when() == RestartPolicy.When.NEVER
        ? "the operator nudges the pod"
        : "the operator nudges the pod, and restarts it when that does not help";
  }

  /** The admin may want the classic workaround: no ladder where certificates have appeared. */
  private boolean isClassic(ReplicaReading replica, Ailment ailment) {
    return restarts.policy().when() == RestartPolicy.When.ON_CERTIFICATES
        && !ailment.jobs().isEmpty()
        && ailment.fingerprint() != null
        && startedBefore(replica, certificates.created());
  }

  private Healing.Step atOnce(ReplicaReading replica, Ailment ailment) {
    Attempts.Tried tried = attempts.on(replica.uid(), ailment.cause().id());
    return tried.lastNudge() == null ? ailment.step() : Healing.forClient(tried, now);
  }

  private Healing.Means means() {
    return Healing.Means.of(installation);
  }

  // --- a replica that cannot be asked ---

  private Optional<Ailment> silent(ReplicaReading replica) {
    if (restarts.policy().when() != RestartPolicy.When.ON_CERTIFICATES
        || !replica.lost(now)
        || !replica.container().running()
        || mutualJobs().isEmpty()
        || !startedBefore(replica, certificates.created())) {
      return Optional.empty();
    }
    return Optional.of(
        new Ailment(
            new Action.Cause(
                "silence " + certificates.fingerprint(),
                "it cannot be asked, and it started before its certificates were there"),
            mutualJobs(),
            new Healing.Step(Healing.Kind.RESTART, now),
            certificates.fingerprint()));
  }

  // --- another text than it should run ---

  private boolean runsTheText(ReplicaReading.Answer answer) {
    String digest = config.digest();
    return answer.config().markerDigests().equals(digest == null ? Set.of() : Set.of(digest));
  }

  /**
   * The jobs that another writer has taken out of the text still run: to load it would end them.
   */
  private boolean endsJobs(ReplicaReading.Answer answer) {
    return config.state() == ConfigFacts.State.REVERTED
        && !config.jobs().contains(SlotJobs.named(answer.config().jobNames()));
  }

  /** A restart is worth a job that is missing, and not one that nobody needs any more. */
  private boolean lacksJobs(ReplicaReading.Answer answer) {
    return !SlotJobs.named(answer.config().jobNames()).contains(config.jobs());
  }

  private Ailment text(ReplicaReading replica, ReplicaReading.Answer answer, String symptom) {
    String digest = config.digest();
    String id = Attempts.text(digest);
    return new Ailment(
        new Action.Cause(id, symptom),
        Collections.emptySortedSet(),
        grown(
            answer,
            attempts.on(replica.uid(), id),
            notTwice(
                replica,
                answer,
                id,
                Healing.forText(attempts.on(replica.uid(), id), means(), now))),
        digest == null ? null : forText(digest));
  }

  /** A text that was refused and is tried again is another cause: else nobody would load it. */
  private String forText(String digest) {
    InstallationState.Rejected rejected = restarts.memory().state().texts().rejected();
    return Restarts.FOR_TEXT
        + digest
        + (rejected != null && rejected.digest().equals(digest) ? "." + rejected.times() : "");
  }

  /** What stands in a file shows by its pools alone, and the pool of the marker takes its time. */
  private Healing.Step grown(
      ReplicaReading.Answer answer, Attempts.Tried tried, Healing.Step step) {
    Instant loaded = answer.runtime().lastConfigTime();
    Instant nudged = tried.lastNudge();
    Instant grown = loaded.plus(Healing.DISCOVERY);
    boolean grows =
        config.inFile() && nudged != null && loaded.isAfter(nudged) && now.isBefore(grown);
    return grows ? new Healing.Step(Healing.Kind.WAIT, grown) : step;
  }

  // --- no pool: 2.8 and later ---

  private Optional<Ailment> pools(ReplicaReading replica, ReplicaReading.Answer answer) {
    SortedSet<String> missing = mutualJobs();
    missing.removeAll(answer.pools());
    // an older one makes its pools without certificates: one that is missing has no target yet
    if (missing.isEmpty() || !filesMayBeThere() || !answer.version().atLeast(2, 8)) {
      return Optional.empty();
    }
    String id = "certificates " + state(answer);
    return Optional.of(
        new Ailment(
            new Action.Cause(id, "it has no scrape pool for " + String.join(", ", missing)),
            missing,
            notTwice(
                replica,
                answer,
                id,
                Healing.forPool(
                    recalled(replica, answer, id),
                    certificates.state() == CertificateFacts.State.PRESENT,
                    installation.lifecycle(),
                    answer.runtime().lastConfigTime(),
                    now)),
            provable(replica)));
  }

  // --- a pool without the certificates, or with old ones: 2.8 and older ---

  private Optional<Ailment> clients(ReplicaReading replica, ReplicaReading.Answer answer) {
    if (answer.version().atLeast(2, 9)) {
      return Optional.empty(); // reads its files for each new connection
    }
    SortedSet<String> without =
        scraped(answer).stream()
            .filter(t -> t.health() == TargetHealth.DOWN && t.lastError().contains(NO_CLIENT))
            .map(ActiveTarget::pool)
            .filter(unverifiedJobs()::contains)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!without.isEmpty()) {
      return Optional.of(
          client(
              replica,
              answer,
              without,
              "it scrapes %s without certificates, which it started before"
                  .formatted(String.join(", ", without))));
    }
    List<ActiveTarget> old =
        scraped(answer).stream().filter(t -> jobsAsOldAsTheProcess().contains(t.pool())).toList();
    boolean refused =
        !old.isEmpty()
            && old.stream().allMatch(t -> REFUSED.contains(ScrapeFault.of(t.lastError())));
    return refused && startedBefore(replica, certificates.written())
        ? Optional.of(
            client(
                replica,
                answer,
                old.stream().map(ActiveTarget::pool).collect(Collectors.toCollection(TreeSet::new)),
                "every target refuses the certificates that it started with, and others are there since %s"
                    .formatted(certificates.written())))
        : Optional.empty();
  }

  /**
   * Whose client is. A job of ours gets another one with each content of the certificates, which
   * its text names, wherever a text is loaded without a restart: what refuses that, would refuse it
   * after a restart, too.
   */
  private SortedSet<String> jobsAsOldAsTheProcess() {
    SortedSet<String> jobs = mutualJobs();
    if (means().loadText()) {
      config.jobs().mutual().forEach(slot -> jobs.remove(SlotJobs.mutualJob(slot)));
    }
    return jobs;
  }

  private Ailment client(
      ReplicaReading replica,
      ReplicaReading.Answer answer,
      SortedSet<String> jobs,
      String symptom) {
    String id = CLIENT + state(answer);
    return new Ailment(
        new Action.Cause(id, symptom),
        jobs,
        certificates.state() == CertificateFacts.State.PRESENT
            ? Healing.forClient(attempts.on(replica.uid(), id), now)
            : new Healing.Step(Healing.Kind.WAIT, now.plus(PROJECTION)),
        provable(replica));
  }

  /** The targets of which the last scrape says something of what is loaded now. */
  private static List<ActiveTarget> scraped(ReplicaReading.Answer answer) {
    return answer.targets().values().stream()
        .flatMap(Collection::stream)
        .filter(target -> target.lastScrape().isAfter(answer.runtime().lastConfigTime()))
        .toList();
  }

  // --- a reload that failed ---

  /**
   * A reload that failed for want of a file may have been applied in part: the text is shown as
   * loaded, and a pool of before runs on with other files. Prometheus does not try again.
   */
  private Optional<Ailment> inPart(ReplicaReading replica, ReplicaReading.Answer answer) {
    if (answer.runtime().reloadConfigSuccess()
        || config.jobs().mutual().isEmpty()
        || !filesMayBeThere()) {
      return Optional.empty();
    }
    String id = "reload " + state(answer);
    return Optional.of(
        new Ailment(
            new Action.Cause(
                id, "its last reload failed, so that it may run only a part of the configuration"),
            Collections.emptySortedSet(),
            Healing.forPart(attempts.on(replica.uid(), id), means(), isHarmed(answer), now),
            provable(replica)));
  }

  private boolean isHarmed(ReplicaReading.Answer answer) {
    return scraped(answer).stream()
        .filter(target -> mutualJobs().contains(target.pool()))
        .map(target -> ScrapeFault.of(target.lastError()))
        .anyMatch(fault -> REFUSED.contains(fault) || fault == ScrapeFault.FILE_UNUSABLE);
  }

  // --- after a restart ---

  /**
   * That the last restart has cured: nobody suffers, and every replica scrapes with the
   * certificates, where it was for these.
   */
  Optional<Action.NoteCure> cure(List<Treatment> ailing) {
    if (!ailing.isEmpty()) {
      return Optional.empty();
    }
    return restarts
        .unproven()
        .filter(
            restart ->
                restart.cause().startsWith(Restarts.FOR_TEXT)
                    || restarts.replicas().stream().allMatch(this::scrapesWithCertificates))
        .map(
            restart ->
                new Action.NoteCure(
                    "the restart of %s has cured: %s"
                        .formatted(
                            restart.at(),
                            restart.cause().startsWith(Restarts.FOR_TEXT)
                                ? "every pod runs the configuration in " + config.place()
                                : "every pod scrapes %s with the certificates %s"
                                    .formatted(String.join(", ", mutualJobs()), restart.cause()))));
  }

  private boolean scrapesWithCertificates(ReplicaReading replica) {
    ReplicaReading.Answer answer = replica.answer();
    return answer != null
        && replica.answers()
        && scraped(answer).stream()
            .anyMatch(t -> t.health() == TargetHealth.UP && mutualJobs().contains(t.pool()));
  }

  // --- what all of these ask ---

  /** By name: ours, and the user's. */
  private SortedSet<String> mutualJobs() {
    SortedSet<String> jobs = new TreeSet<>();
    config.jobs().mutual().forEach(slot -> jobs.add(SlotJobs.mutualJob(slot)));
    userJobs.forEach(job -> jobs.add(job.name()));
    return jobs;
  }

  /** Of which a certificate of the other side is no trouble: ours, and some of the user's. */
  private Set<String> unverifiedJobs() {
    SortedSet<String> jobs = mutualJobs();
    userJobs.stream().filter(job -> !job.unverified()).forEach(job -> jobs.remove(job.name()));
    return jobs;
  }

  /**
   * The certificates that a restart would load: null where they are not known to be there, and
   * where the process has started with them.
   */
  private @Nullable String provable(ReplicaReading replica) {
    Instant written = certificates.written();
    return certificates.state() == CertificateFacts.State.PRESENT
            && written != null
            && startedBefore(replica, written.plus(PROJECTION))
        ? certificates.fingerprint()
        : null;
  }

  private static boolean startedBefore(ReplicaReading replica, @Nullable Instant time) {
    return time != null && Restarts.startOf(replica).isBefore(time);
  }

  /** What was tried, the reload included of which only the state knows: we were another process. */
  private Attempts.Tried recalled(
      ReplicaReading replica, ReplicaReading.Answer answer, String cause) {
    Attempts.Tried tried = attempts.on(replica.uid(), cause);
    return restarts
        .memory()
        .state()
        .reload(replica.uid(), cause)
        .filter(reload -> tried.reloads() == 0)
        .filter(reload -> !reload.loaded().equals(answer.runtime().lastConfigTime()))
        .map(reload -> tried.andReloadedAt(reload.at()))
        .orElse(tried);
  }

  /** A reload that was sent by the process before us may still be under way. */
  private Healing.Step notTwice(
      ReplicaReading replica, ReplicaReading.Answer answer, String cause, Healing.Step step) {
    if (step.kind() != Healing.Kind.RELOAD || attempts.on(replica.uid(), cause).reloads() > 0) {
      return step;
    }
    return restarts
        .memory()
        .state()
        .reload(replica.uid(), cause)
        .filter(reload -> reload.loaded().equals(answer.runtime().lastConfigTime()))
        .map(reload -> reload.at().plus(RELOAD))
        .filter(now::isBefore)
        .map(shows -> new Healing.Step(Healing.Kind.WAIT, shows))
        .orElse(step);
  }

  /** The same process with the same text and the same files has the same trouble. */
  private String state(ReplicaReading.Answer answer) {
    return "%s of %s since %s"
        .formatted(
            certificates.fingerprint() == null ? "not seen" : certificates.fingerprint(),
            config.digest(),
            answer.runtime().startTime());
  }

  private boolean filesMayBeThere() {
    return switch (certificates.state()) {
      case PRESENT, UNSEEN, FORBIDDEN -> true;
      case NOT_CONFIGURED, MISSING, EXPIRED -> false;
    };
  }
}
