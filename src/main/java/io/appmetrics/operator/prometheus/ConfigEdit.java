package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.relabel.Shard;
import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The configuration as it stands, and as it should. */
final class ConfigEdit {

  /** The API server takes 1 MiB of data; some room is left for the user's own next edit. */
  static final int MOST_BYTES = 1024 * 1024 - 16 * 1024;

  private final InstallationObservation seen;
  private final Installation installation;
  private final String usersPlace;
  private final String place;
  private final boolean included;
  private final ConfigText text;
  private final PrometheusYaml yaml;
  private final @Nullable BlockText block;
  private final SlotJobs standing;
  private final SlotJobs wanted;
  private final Attempts attempts;
  private final Instant now;

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
    this.yaml = text.yaml();
    this.block = text.block().orElse(null);
    this.standing = block == null ? SlotJobs.none() : SlotJobs.named(block.jobs());
    Demand demand = seen.demand();
    this.wanted = demand.complete() ? demand.jobs() : standing.and(demand.jobs());
    this.included = isIncluded();
    this.place = included ? ownPlace() : usersPlace;
  }

  ConfigDecision decide() throws UnparsableConfig {
    if (wanted.isEmpty()) {
      return write(null);
    }
    String unsourced = seen.demand().federating().problem();
    if (unsourced != null) {
      return stays(ConfigFacts.State.INSTALLATION_UNSUPPORTED, unsourced);
    }
    Optional<PrometheusVersion> version =
        OldestPrometheus.reading(seen.replicas(), installation.image(), digest() != null);
    Optional<Shard> shard =
        standing.contains(wanted) || wanted.federated() ? Optional.empty() : shard();
    if (shard.isPresent()) {
      return stays(
          ConfigFacts.State.SHARDED,
          "%s divides the pods with others: %s. A job of the operator's would have it scrape every pod that takes part; if it may, set APPMETRICS_SHARDS=ScrapeAll"
              .formatted(seen.workload(), shard.get().sentence()));
    }
    if (version.isEmpty()) {
      return standing.contains(wanted)
          ? stays(ConfigFacts.State.WRITTEN, place)
          : stays(
              ConfigFacts.State.PENDING,
              "The jobs are written to %s once %s answers: its version decides which keys it understands"
                  .formatted(place, seen.workload()));
    }
    ScrapeBlock jobs =
        ScrapeBlock.render(
            wanted,
            version.get(),
            seen.certificates().source().map(CertificateFiles::files).orElse(null),
            certificates(version.get()),
            seen.demand().reader(),
            seen.demand().federation(block));
    return isRejected(jobs) ? putBack(jobs) : taken(jobs);
  }

  // --- what Prometheus refuses ---

  /** With anything else in the ConfigMap, whose fault it may have been, they are tried again. */
  private boolean isRejected(ScrapeBlock jobs) {
    InstallationState.Rejected rejected = texts().rejected();
    return rejected != null
        && rejected.digest().equals(jobs.digest())
        && rejected.others().equals(text.others());
  }

  private ConfigDecision taken(ScrapeBlock jobs) throws UnparsableConfig {
    Optional<ConfigDecision> refused = refused(jobs);
    return refused.isPresent() ? refused.get() : write(jobs);
  }

  private InstallationState.Texts texts() {
    return seen.state().state().texts();
  }

  /** The last good jobs in place of those that were refused: who needs no more goes on. */
  private ConfigDecision putBack(ScrapeBlock refused) throws UnparsableConfig {
    ScrapeBlock good = texts().good();
    ScrapeBlock instead = good == null || good.digest().equals(refused.digest()) ? null : good;
    ConfigDecision decision = write(instead);
    if (!(decision.action() instanceof Action.None)
        || decision.facts().state() != ConfigFacts.State.WRITTEN) {
      return decision;
    }
    Optional<String> alone = new Rejection(seen, attempts, digest(), now).wordsOnReload();
    return stays(
        ConfigFacts.State.REJECTED,
        alone.isPresent()
            ? "Prometheus refuses %s, with and without the jobs %s: correct it there (Prometheus: %s)"
                .formatted(usersPlace, wanted, alone.get())
            : "Prometheus refuses the jobs %s beside what stands in %s, and runs %s instead: correct what is in their way, and they are tried again (Prometheus: %s)"
                .formatted(
                    wanted, place, standing, Objects.requireNonNull(texts().rejected()).words()));
  }

  /**
   * Noted before anything is put back. Nothing is, where it could not be noted, or where these very
   * jobs were loaded before: then it is what somebody else has changed that is refused.
   */
  private Optional<ConfigDecision> refused(ScrapeBlock jobs) {
    ScrapeBlock good = texts().good();
    boolean ours =
        jobs.digest().equals(digest())
            && (good == null || !good.digest().equals(jobs.digest()))
            && seen.state().problem() == null;
    return ours
        ? new Rejection(seen, attempts, jobs.digest(), now)
            .words()
            .map(
                words ->
                    new ConfigDecision(
                        facts(
                            ConfigFacts.State.PENDING,
                            "Prometheus refuses the jobs in %s, and they are being taken back: %s"
                                .formatted(place, words)),
                        new Action.Reject(
                            new InstallationState.Rejected(jobs.digest(), text.others(), words))))
        : Optional.empty();
  }

  // --- what is written ---

  private Optional<Shard> shard() {
    return seen.sharded() == ShardedPolicy.SCRAPE_ALL
        ? Optional.empty()
        : seen.replicas().stream()
            .flatMap(replica -> Optional.ofNullable(replica.answer()).stream())
            .flatMap(answer -> answer.model().shards().stream())
            .findFirst();
  }

  /**
   * Old versions make another client only for another text, so that the text names the
   * certificates; where nobody loads a changed text without a restart, the symptom alone decides.
   * Certificates that are gone change nothing: such a Prometheus has them in its memory.
   */
  private @Nullable String certificates(PrometheusVersion version) {
    if (version.atLeast(2, 9) || !Healing.Means.of(installation).loadText()) {
      return null;
    }
    return seen.certificates()
        .secret()
        .flatMap(secret -> Optional.ofNullable(secret.fingerprint()))
        .or(() -> Optional.ofNullable(block).flatMap(BlockText::certificates))
        .orElse(null);
  }

  private ConfigDecision write(@Nullable ScrapeBlock jobs) throws UnparsableConfig {
    ConfigValues values = values(jobs);
    ConfigValues present = text.values();
    if (values.equals(present)) {
      return new ConfigDecision(facts(ConfigFacts.State.WRITTEN, place), new Action.None(), jobs);
    }
    int bytes = values.bytes() + text.otherBytes();
    if (bytes > MOST_BYTES && values.bytes() > present.bytes()) {
      return stays(
          ConfigFacts.State.TOO_LARGE,
          "%s would hold %d bytes with the jobs in it, more than the %d that the API server leaves room for: move alerting rules or dashboards out of it"
              .formatted(place, bytes, MOST_BYTES));
    }
    InstallationObservation.Refusal refusal = seen.refusal();
    if (refusal != null && refusal.values().equals(values)) {
      return stays(
          ConfigFacts.State.REFUSED,
          "The API server refused to write %s: %s".formatted(place, refusal.words()));
    }
    InstallationObservation.TakenBack taken = seen.takenBack();
    if (jobs != null && taken != null && taken.place().equals(place)) {
      return new ConfigDecision(
          facts(ConfigFacts.State.REVERTED, reverted(taken)), new Action.None());
    }
    return new ConfigDecision(
        facts(ConfigFacts.State.PENDING, "The jobs are being written to " + place),
        new Action.WriteConfig(
            values,
            place,
            jobs == null ? null : written(values),
            text.resourceVersion(),
            "jobs %s become %s".formatted(standing, wanted)));
  }

  /** As it will be read again: a tool that only formats it anew takes it back, too. */
  private BlockText written(ConfigValues values) throws UnparsableConfig {
    return included
        ? new BlockText(Objects.requireNonNull(values.included()))
        : BlockText.in(values.text()).orElseThrow();
  }

  private ConfigValues values(@Nullable ScrapeBlock jobs) throws UnparsableConfig {
    String others = text.isIncludedForeign() ? text.included() : null;
    if (jobs == null) {
      return new ConfigValues(yaml.without(), others);
    }
    if (included) {
      yaml.checkNames(jobs);
      return new ConfigValues(yaml.without(), IncludedFile.with(jobs));
    }
    return new ConfigValues(yaml.with(jobs), others);
  }

  /**
   * Whether the jobs belong into a key of their own. In one write both keys change, and the kubelet
   * shows both at once: no job is ever double.
   */
  private boolean isIncluded() {
    Installation.OwnFile own = installation.included();
    return own != null
        && !text.isIncludedForeign()
        && yaml.includes().include(own.configDirectory(), own.path());
  }

  private String reverted(InstallationObservation.TakenBack taken) {
    String who = text.writer().isEmpty() ? "Another writer" : text.writer();
    return "%s has taken the jobs out of %s %d times, last at %s, and the operator tries again at %s: %s"
        .formatted(who, place, taken.times(), taken.last(), taken.until(), remedy());
  }

  private String remedy() {
    if (included) {
      return "have it leave this ConfigMap alone";
    }
    Installation.OwnFile own = installation.included();
    return own != null && !text.isIncludedForeign() && readsFiles()
        ? "add to the configuration that it applies the line \"scrape_config_files: [%s]\", and the jobs move to a key of their own, which it leaves alone"
            .formatted(own.path())
        : "have it leave this key alone";
  }

  private boolean readsFiles() {
    return OldestPrometheus.answered(seen.replicas())
        .filter(version -> version.compareTo(IncludedFile.SINCE) >= 0)
        .isPresent();
  }

  private String ownPlace() {
    return "ConfigMap %s/%s (key %s)"
        .formatted(seen.workload().namespace(), installation.configMap(), IncludedFile.NAME);
  }

  private @Nullable String digest() {
    return block == null ? null : block.digest().orElse(null);
  }

  private ConfigDecision stays(ConfigFacts.State state, String message) {
    return new ConfigDecision(facts(state, message), new Action.None());
  }

  private ConfigFacts facts(ConfigFacts.State state, String message) {
    return new ConfigFacts(state, place, message, standing, digest());
  }
}
