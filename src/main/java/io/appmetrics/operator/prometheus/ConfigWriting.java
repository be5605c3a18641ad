package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How our jobs get into a ConfigMap, in one of two places, and what may keep them out of it. */
final class ConfigWriting {

  /** The API server takes 1 MiB of data; some room is left for the user's own next edit. */
  static final int MOST_BYTES = 1024 * 1024 - 16 * 1024;

  private final InstallationObservation seen;
  private final Installation installation;
  private final ConfigText text;
  private final PrometheusYaml yaml;
  private final boolean inFile;
  private final String place;
  private final SlotJobs standing;
  private final @Nullable String digest;

  /**
   * Into one place.
   *
   * @param usersPlace the ConfigMap and the key of the user's configuration, for messages
   * @param inFile whether the jobs are to stand in a file of their own
   */
  ConfigWriting(
      InstallationObservation seen,
      Installation installation,
      ConfigText text,
      String usersPlace,
      boolean inFile)
      throws UnparsableConfig {
    this.seen = seen;
    this.installation = installation;
    this.text = text;
    this.yaml = text.yaml();
    this.inFile = inFile;
    this.place = inFile ? ConfigDecision.place(seen, installation, IncludedFile.NAME) : usersPlace;
    this.standing = text.jobs();
    this.digest = text.digest();
  }

  /**
   * Whether the jobs belong into a key of their own: Prometheus reads that once. In one write both
   * keys change, and the kubelet shows both at once: no job is ever double.
   */
  static boolean intoFile(Installation installation, ConfigText text) throws UnparsableConfig {
    return !text.isIncludedForeign() && reading(installation, text) == 1;
  }

  /** How many patterns of the configuration have Prometheus read our file. */
  private static long reading(Installation installation, ConfigText text) throws UnparsableConfig {
    Installation.OwnFile own = installation.included();
    return own == null ? 0 : text.yaml().includes().matching(own.configDirectory(), own.path());
  }

  String place() {
    return place;
  }

  ConfigFacts facts(ConfigFacts.State state, String message) {
    return new ConfigFacts(state, place, message, standing, digest, inFile);
  }

  ConfigDecision stays(ConfigFacts.State state, String message) {
    return new ConfigDecision(facts(state, message), new Action.None());
  }

  /** Nothing is to be written. */
  ConfigDecision stands() {
    return stays(ConfigFacts.State.WRITTEN, place);
  }

  /** These jobs as this place marks them. */
  ScrapeBlock placed(ScrapeBlock jobs) {
    return inFile ? jobs.inFile() : jobs.inline();
  }

  /** The write that makes these the jobs that stand; none where they do already. */
  ConfigDecision write(@Nullable ScrapeBlock jobs) throws UnparsableConfig {
    ConfigValues values = values(jobs);
    ConfigValues present = text.values();
    if (values.equals(present)) {
      return stands();
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
      return reverted(taken).againAt(taken.until());
    }
    return new ConfigDecision(
        facts(ConfigFacts.State.PENDING, "The jobs are being written to " + place),
        new Action.WriteConfig(
            values,
            place,
            jobs == null ? null : written(values),
            text.resourceVersion(),
            "jobs %s become %s"
                .formatted(standing, jobs == null ? SlotJobs.none() : jobs.slotJobs())));
  }

  /** As it will be read again: a tool that only formats it anew takes it back, too. */
  private BlockText written(ConfigValues values) throws UnparsableConfig {
    return inFile
        ? new BlockText(Objects.requireNonNull(values.included()))
        : BlockText.in(values.text()).orElseThrow();
  }

  private ConfigValues values(@Nullable ScrapeBlock jobs) throws UnparsableConfig {
    String others = text.isIncludedForeign() ? text.included() : null;
    if (jobs == null) {
      return new ConfigValues(yaml.without(), others);
    }
    yaml.checkNames(jobs, text.foreignFile(installation.included()));
    return inFile
        ? new ConfigValues(yaml.without(), IncludedFile.with(jobs))
        : new ConfigValues(yaml.with(jobs), others);
  }

  // --- another writer, who takes the jobs out ---

  private ConfigDecision reverted(InstallationObservation.TakenBack taken) {
    Writer writer = text.writer(inFile && !isCopied());
    ConfigFacts facts =
        facts(
            ConfigFacts.State.REVERTED,
            "%s has taken the jobs out of %s %d times, last at %s, and the operator tries again at %s: %s"
                .formatted(
                    writer.manager().isEmpty() ? "Another writer" : writer.manager(),
                    place,
                    taken.times(),
                    taken.last(),
                    taken.until(),
                    remedy()));
    return isCopied() && text.includedBlock().isPresent()
        ? new ConfigDecision(
            facts,
            new Action.WriteConfig(
                new ConfigValues(text.text(), null),
                place,
                null,
                text.resourceVersion(),
                "another writer puts the jobs into the configuration, too, and Prometheus would refuse them twice"))
        : new ConfigDecision(facts, new Action.None());
  }

  /** Whether the block stands inline though it should not: somebody has put it into git. */
  private boolean isCopied() {
    return inFile && yaml.block().isPresent();
  }

  private String remedy() {
    if (isCopied()) {
      return "delete the lines from # BEGIN appmetrics.io to # END appmetrics.io from the configuration that it applies";
    }
    if (inFile) {
      return "have it leave this ConfigMap alone";
    }
    Installation.OwnFile own = installation.included();
    return own != null && !text.isIncludedForeign() && readsFiles() && !isReadTwice()
        ? "add to the configuration that it applies the line \"scrape_config_files: [%s]\", and the jobs move to a key of their own, which it leaves alone"
            .formatted(own.path())
        : isReadTwice()
            ? "leave one of the patterns of scrape_config_files that match %s, which Prometheus reads once for each, and the jobs move to that key, which it leaves alone"
                .formatted(IncludedFile.NAME)
            : "have it leave this key alone";
  }

  private boolean isReadTwice() {
    try {
      return reading(installation, text) > 1;
    } catch (UnparsableConfig e) {
      return false; // it was read before
    }
  }

  private boolean readsFiles() {
    return OldestPrometheus.answered(seen.replicas())
        .filter(version -> version.compareTo(IncludedFile.SINCE) >= 0)
        .isPresent();
  }
}
