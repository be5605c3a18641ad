package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as it stands in the ConfigMap. It is read as YAML once, however often it is
 * looked at: 900 KiB take a parser 250 ms. For one thread.
 */
final class ConfigText {
  private final Stands stands;
  private final String text;
  private @Nullable PrometheusYaml yaml;
  private @Nullable UnparsableConfig problem;
  private @Nullable PrometheusYaml foreign;

  /**
   * What may change while the text stays.
   *
   * @param resourceVersion of the ConfigMap
   * @param included the value of the key {@link IncludedFile#NAME}; null without that key
   * @param others a hash of everything in the ConfigMap's data but our jobs
   * @param otherBytes the size of everything in the ConfigMap's data but these two
   * @param files the values of all other keys
   * @param writer who has last written the text
   * @param includedWriter who has last written the key {@link IncludedFile#NAME}, or taken it out
   */
  record Stands(
      String resourceVersion,
      @Nullable String included,
      String others,
      int otherBytes,
      Map<String, String> files,
      Writer writer,
      Writer includedWriter) {}

  /**
   * A text that was read.
   *
   * @param text the value of the key
   */
  ConfigText(String text, Stands stands) {
    this.text = text;
    this.stands = stands;
  }

  String resourceVersion() {
    return stands.resourceVersion();
  }

  String text() {
    return text;
  }

  /** What stands in our own key; null without it. */
  @Nullable String included() {
    return stands.included();
  }

  /** What stands in both keys. */
  ConfigValues values() {
    return new ConfigValues(text, included());
  }

  /** Whether the key of that name is not ours to write. */
  boolean isIncludedForeign() {
    return included() != null && includedBlock().isEmpty();
  }

  /** Our jobs in a key of their own, whether or not the configuration includes it. */
  Optional<BlockText> includedBlock() {
    return Optional.ofNullable(included()).flatMap(IncludedFile::read);
  }

  /**
   * The texts of the other keys that the configuration includes, by their keys, in the order in
   * which Prometheus reads them; none where that is not known. Not our own, unless somebody else
   * has written it.
   *
   * @param own where Prometheus sees the keys of this ConfigMap
   */
  Map<String, String> usersFiles(Installation.@Nullable OwnFile own) {
    if (own == null) {
      return Map.of();
    }
    Map<String, String> texts = new TreeMap<>(stands.files());
    if (isIncludedForeign()) {
      texts.put(IncludedFile.NAME, Objects.requireNonNull(included()));
    }
    Map<String, String> byPath = new TreeMap<>();
    texts.keySet().forEach(key -> own.of(key).ifPresent(path -> byPath.put(path, key)));
    Map<String, String> files = new LinkedHashMap<>();
    try {
      for (String path : yaml().includes().matched(own.configDirectory(), byPath.keySet())) {
        String key = Objects.requireNonNull(byPath.get(path));
        files.put(key, Objects.requireNonNull(texts.get(key)));
      }
    } catch (UnparsableConfig e) {
      return Map.of(); // who decides on it says so
    }
    return files;
  }

  /**
   * A file of somebody else's that is included by the name of ours, by its key. Names that others
   * of these files have are left to Prometheus, which refuses the jobs of those alone who need
   * them.
   *
   * @throws UnparsableConfig when it is no file of jobs; it names the key
   */
  Map<String, PrometheusYaml> foreignFile(Installation.@Nullable OwnFile own)
      throws UnparsableConfig {
    String file = usersFiles(own).get(IncludedFile.NAME);
    if (file == null) {
      return Map.of();
    }
    if (foreign == null) {
      try {
        foreign = PrometheusYaml.included(file);
      } catch (UnparsableConfig e) {
        throw e.inKey(IncludedFile.NAME);
      }
    }
    return Map.of(IncludedFile.NAME, foreign);
  }

  /** A hash of everything but our jobs. */
  String others() {
    return stands.others();
  }

  int otherBytes() {
    return stands.otherBytes();
  }

  /**
   * Who has last written where our jobs stand, or stood.
   *
   * @param own whether that is the key of their own
   */
  Writer writer(boolean own) {
    return own ? stands.includedWriter() : stands.writer();
  }

  /**
   * The text as YAML.
   *
   * @throws UnparsableConfig when it is none, or no Prometheus configuration
   */
  PrometheusYaml yaml() throws UnparsableConfig {
    if (problem != null) {
      throw problem;
    }
    if (yaml == null) {
      try {
        yaml = PrometheusYaml.parse(text);
      } catch (UnparsableConfig e) {
        problem = e;
        throw e;
      }
    }
    return yaml;
  }

  /**
   * Our jobs, wherever they stand.
   *
   * @throws UnparsableConfig when the text is no Prometheus configuration
   */
  Optional<BlockText> block() throws UnparsableConfig {
    return yaml().block().or(this::includedBlock);
  }

  /**
   * The slot jobs that stand, wherever.
   *
   * @throws UnparsableConfig when the text is no Prometheus configuration
   */
  SlotJobs jobs() throws UnparsableConfig {
    return block().map(block -> SlotJobs.named(block.jobs())).orElseGet(SlotJobs::none);
  }

  /**
   * The digest of the jobs that stand; null without any.
   *
   * @throws UnparsableConfig when the text is no Prometheus configuration
   */
  @Nullable String digest() throws UnparsableConfig {
    return block().flatMap(BlockText::digest).orElse(null);
  }

  /** Whether it is a configuration: who edits one by hand has not decided yet what is in it. */
  boolean isReadable() {
    try {
      yaml();
      return true;
    } catch (UnparsableConfig e) {
      return false;
    }
  }

  /** The same; empty, too, for a text that is none: who decides on it says so. */
  Optional<BlockText> blockIfReadable() {
    try {
      return block();
    } catch (UnparsableConfig e) {
      return Optional.empty();
    }
  }

  /** This text, still read, among other things that have changed. */
  ConfigText among(Stands others) {
    ConfigText same = new ConfigText(text, others);
    same.yaml = yaml;
    same.problem = problem;
    return same;
  }
}
