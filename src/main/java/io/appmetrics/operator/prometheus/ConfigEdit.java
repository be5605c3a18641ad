package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.relabel.Shard;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.JobReader;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which of our jobs should stand in the configuration. */
final class ConfigEdit {
  private final InstallationObservation seen;
  private final Installation installation;
  private final String usersPlace;
  private final ConfigText text;
  private final @Nullable BlockText block;
  private final SlotJobs standing;
  private final @Nullable String digest;
  private final SlotJobs wanted;
  private final ConfigWriting writing;
  private final Quarantine quarantine;
  private final Attempts attempts;
  private final Instant now;

  /** What should stand; null before that is known. */
  private @Nullable ScrapeBlock placed;

  /**
   * Of one ConfigMap.
   *
   * @param usersPlace the ConfigMap and the key of the user's configuration, for messages
   */
  ConfigEdit(
      InstallationObservation seen,
      Attempts attempts,
      Instant now,
      Installation installation,
      String usersPlace,
      ConfigText text)
      throws UnparsableConfig {
    this.seen = seen;
    this.attempts = attempts;
    this.now = now;
    this.installation = installation;
    this.usersPlace = usersPlace;
    this.text = text;
    this.block = text.block().orElse(null);
    this.standing = text.jobs();
    this.digest = text.digest();
    Demand demand = seen.demand();
    this.wanted = demand.complete() ? demand.jobs() : standing.and(demand.jobs());
    this.writing = writing(ConfigWriting.intoFile(installation, text));
    this.quarantine =
        Quarantine.of(
            texts().rejected(),
            new Quarantine.World(
                text.others(),
                version(),
                means().loadText(),
                !isSilent()
                    && seen.replicas().stream()
                        .allMatch(r -> !r.answers() || r.lastReloadSucceeded())),
            now);
  }

  private ConfigWriting writing(boolean inFile) throws UnparsableConfig {
    return new ConfigWriting(seen, installation, text, usersPlace, inFile);
  }

  ConfigDecision decide() throws UnparsableConfig {
    if (text.includedBlock().isPresent()) {
      IncludedFile.check(text.includedBlock().get());
    }
    ConfigDecision decision = wanted.isEmpty() ? writing.write(null) : refusedOrEdited();
    Action.NoteGood good = good().orElse(null);
    return good != null && decision.action() instanceof Action.WriteConfig
        ? new ConfigDecision(decision.facts(), good) // before it is written over
        : new ConfigDecision(decision.facts(), decision.action(), good, decision.again());
  }

  private ConfigDecision refusedOrEdited() throws UnparsableConfig {
    Optional<ConfigDecision> refused = refused();
    return refused.isPresent() ? refused.get() : edited();
  }

  private ConfigDecision edited() throws UnparsableConfig {
    String unsourced = seen.demand().federating().problem();
    if (unsourced != null) {
      return writing.stays(ConfigFacts.State.INSTALLATION_UNSUPPORTED, unsourced);
    }
    SlotJobs allowed = quarantine.without(wanted);
    boolean stands = standing.contains(allowed);
    Optional<Shard> shard = stands || allowed.federated() ? Optional.empty() : shard();
    if (shard.isPresent()) {
      return writing.stays(
          ConfigFacts.State.SHARDED,
          shard.get().refusal(seen.workload().toString(), "set APPMETRICS_SHARDS=ScrapeAll"));
    }
    if (allowed.isEmpty()) {
      return kept(writing.write(null));
    }
    Optional<PrometheusVersion> version =
        OldestPrometheus.reading(seen.replicas(), installation.image(), digest != null);
    if (version.isEmpty()) {
      return stands
          ? told(allowed, writing.stands())
          : writing.stays(
              ConfigFacts.State.PENDING,
              "The jobs are written to %s once %s answers: its version decides which keys it understands"
                  .formatted(writing.place(), seen.workload()));
    }
    if (!seen.state().known() && !stands) {
      return writing.stays(
          ConfigFacts.State.REFUSED,
          "No new job is written to %s while nobody knows which ones %s has refused: %s"
              .formatted(writing.place(), seen.workload(), seen.state().problem()));
    }
    ScrapeBlock good = texts().good();
    if (isSilent() && good != null) {
      if (!isGood() && !quarantine.keeps(digest) && standing.equals(allowed)) {
        return writing.stands(); // it is about to be judged
      }
      if (quarantine.isOn() && good.slotJobs().contains(allowed)) {
        return kept(lastGood()); // as it was: no answer tells for which version to render it
      }
    }
    placed = writing.placed(rendered(allowed, version.get()));
    return quarantine.keeps(placed.digest())
        ? kept(lastGood())
        : told(allowed, writing.write(placed));
  }

  private ScrapeBlock rendered(SlotJobs jobs, PrometheusVersion version) {
    return ScrapeBlock.render(
        jobs,
        new JobReader(version, seen.limits(), seen.demand().reader()),
        seen.certificates().source().map(CertificateFiles::files).orElse(null),
        certificates(version),
        seen.demand().federation(block));
  }

  // --- what Prometheus has loaded ---

  private InstallationState.Texts texts() {
    return seen.state().state().texts();
  }

  /** Whether what stands is what was loaded last. */
  private boolean isGood() {
    ScrapeBlock good = texts().good();
    return good != null && good.digest().equals(digest);
  }

  /** What every replica runs is what is put back when later jobs are refused. */
  private Optional<Action.NoteGood> good() {
    if (block == null || digest == null || seen.state().problem() != null || isGood()) {
      return Optional.empty();
    }
    List<ReplicaReading> counted = seen.counted(now);
    return !counted.isEmpty() && counted.stream().allMatch(replica -> replica.hasLoaded(digest))
        ? ScrapeBlock.standing(block)
            // a block in brackets is not read back, but is known where it is what should stand
            .or(() -> Optional.ofNullable(placed).filter(jobs -> jobs.digest().equals(digest)))
            .map(Action.NoteGood::new)
        : Optional.empty();
  }

  // --- what it refuses ---

  /**
   * Noted before anything is put back. Nothing is, where it could not be noted, or where these very
   * jobs were loaded before: then it is what somebody else has changed that is refused. It is
   * judged by what stands, and not by what would be written now: a Prometheus that does not come up
   * may be of any version.
   */
  private Optional<ConfigDecision> refused() {
    if (block == null
        || digest == null
        || seen.state().problem() != null
        || quarantine.keeps(digest)
        || isGood()) {
      return Optional.empty();
    }
    boolean inFile = text.includedBlock().filter(block::equals).isPresent();
    return new Rejection(seen, attempts, installation, text, block, digest, inFile, now)
        .refusal()
        .map(
            refusal ->
                new ConfigDecision(
                    writing.facts(
                        ConfigFacts.State.PENDING,
                        "Prometheus refuses the jobs in %s, and they are being taken back: %s"
                            .formatted(writing.place(), refusal.words())),
                    new Action.Reject(rejected(refusal, digest))));
  }

  private InstallationState.Rejected rejected(Rejection.Refusal refusal, String judged) {
    SlotJobs unknown = standing.without(known());
    // where nothing else is known, a text with which it does not even start is not put back
    SlotJobs nothing = texts().good() == null && refusal.atStart() ? standing : unknown;
    SlotJobs jobs = (unknown.isEmpty() ? nothing : unknown).and(quarantine.jobs());
    return new InstallationState.Rejected(
        judged,
        jobs,
        text.others(),
        version(),
        now.truncatedTo(ChronoUnit.SECONDS), // it is read by humans
        Optional.ofNullable(texts().rejected()).map(last -> last.timesWith(judged, jobs)).orElse(1),
        refusal.words());
  }

  /**
   * The jobs that are not to blame: this Prometheus has run them; where that was never noted, it
   * has pools of their names, which may be a job of the user's, though.
   */
  private SlotJobs known() {
    ScrapeBlock good = texts().good();
    if (good != null) {
      return good.slotJobs();
    }
    SlotJobs known = SlotJobs.none();
    for (ReplicaReading replica : seen.replicas()) {
      ReplicaReading.Answer answer = replica.answer();
      if (answer != null && replica.answers()) {
        known = known.and(SlotJobs.named(answer.pools()));
      }
    }
    return known;
  }

  private boolean isSilent() {
    return seen.replicas().stream().noneMatch(ReplicaReading::answers);
  }

  /** The oldest that answers; empty when none does. */
  private String version() {
    return OldestPrometheus.answered(seen.replicas()).map(PrometheusVersion::toString).orElse("");
  }

  /** Where the same jobs were good in another text, or in another place, that. */
  private ConfigDecision lastGood() throws UnparsableConfig {
    ScrapeBlock good = texts().good();
    if (good == null) {
      return writing.write(null);
    }
    boolean inFile = ConfigWriting.intoFile(installation, text) && good.equals(good.inFile());
    ConfigWriting back = writing(inFile);
    ScrapeBlock jobs = back.placed(good);
    return back.write(quarantine.keeps(jobs.digest()) ? null : jobs);
  }

  /** Who is kept from nothing hears of no quarantine. */
  private ConfigDecision told(SlotJobs allowed, ConfigDecision decision) {
    return allowed.equals(wanted) ? decision : kept(decision);
  }

  /** Who needs no more than is left goes on; the others hear why. */
  private ConfigDecision kept(ConfigDecision decision) {
    InstallationState.Rejected rejected = quarantine.rejected();
    if (rejected == null || !decision.isWritten()) {
      return decision;
    }
    String cause = Attempts.text(digest);
    Optional<String> alone = Rejection.ofReload(seen, attempts, cause);
    if (alone.isPresent()
        && !rejected.isBlameless()
        && seen.state().problem() == null
        && Rejection.isCertain(seen, attempts, cause)) {
      return new ConfigDecision(decision.facts(), new Action.Reject(rejected.blameless()));
    }
    SlotJobs refused = rejected.jobs().isEmpty() ? wanted : rejected.jobs();
    ConfigFacts facts =
        decision
            .facts()
            .as(
                ConfigFacts.State.REJECTED,
                alone.isPresent()
                    ? "Prometheus refuses %s, with and without the jobs %s: correct it there (Prometheus: %s)"
                        .formatted(usersPlace, refused, alone.get())
                    : "Prometheus refuses the jobs %s beside what stands in %s, and runs %s instead: correct what is in their way, and they are tried again%s (Prometheus: %s)"
                        .formatted(
                            refused,
                            decision.facts().place(),
                            standing,
                            retry(),
                            rejected.words()));
    return new ConfigDecision(facts, new Action.None())
        .againAt(quarantine.until().equals(Instant.MAX) ? null : quarantine.until());
  }

  private String retry() {
    return quarantine.until().equals(Instant.MAX)
        ? " once that has changed"
        : ", at %s at the latest".formatted(quarantine.until());
  }

  // --- what the jobs look like ---

  private Optional<Shard> shard() {
    return seen.sharded() == ShardedPolicy.SCRAPE_ALL
        ? Optional.empty()
        : seen.replicas().stream()
            .flatMap(replica -> Optional.ofNullable(replica.answer()).stream())
            .flatMap(answer -> answer.model().shards().stream())
            .findFirst();
  }

  private Healing.Means means() {
    return Healing.Means.of(installation);
  }

  /**
   * Old versions make another client only for another text, so that the text names the
   * certificates; where nobody loads a changed text without a restart, the symptom alone decides.
   * Certificates that are gone change nothing: such a Prometheus has them in its memory.
   */
  private @Nullable String certificates(PrometheusVersion version) {
    if (version.atLeast(2, 9) || !means().loadText()) {
      return null;
    }
    return seen.certificates()
        .secret()
        .flatMap(secret -> Optional.ofNullable(secret.fingerprint()))
        .or(() -> Optional.ofNullable(block).flatMap(BlockText::certificates))
        .orElse(null);
  }
}
