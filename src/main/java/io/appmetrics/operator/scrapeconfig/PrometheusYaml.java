package io.appmetrics.operator.scrapeconfig;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A user's {@code prometheus.yml}, with or without our block in it. Everything outside the block
 * stays as it is, to the byte: the text is spliced where the parser's marks say, never written
 * anew. For one thread.
 */
public final class PrometheusYaml {

  private static final Pattern BLOCK_JOB = Pattern.compile("(?m)^ *- job_name: (\\S+)$");

  private static final Pattern BLOCK_CERTIFICATES =
      Pattern.compile(
          "source_labels: \\[" + SlotJobText.CERTIFICATES + "], action: drop, regex: '([^']*)'");

  private record Edited(ScrapeBlock block, String text) {}

  private final MarkedText marked;
  private final YamlText yaml;
  private final ConfigTree tree;

  /** The proof that a splice is faithful reads the text twice more, and a block seldom changes. */
  private @Nullable Edited last;

  private PrometheusYaml(MarkedText marked, YamlText yaml, ConfigTree tree) {
    this.marked = marked;
    this.yaml = yaml;
    this.tree = tree;
  }

  /**
   * Reads a configuration. What stands inside our block does not matter: it is replaced.
   *
   * @throws UnparsableConfig when it is no YAML, no Prometheus configuration, or our block in it is
   *     damaged
   */
  public static PrometheusYaml parse(String text) throws UnparsableConfig {
    var marked = MarkedText.cut(text);
    var yaml = new YamlText(marked);
    return new PrometheusYaml(marked, yaml, ConfigTree.read(yaml));
  }

  /** The user's jobs: those outside our block, in the order of the text. */
  public List<ScrapeJob> jobs() {
    return tree.jobs().stream().map(ConfigTree.Found::job).toList();
  }

  /** The jobs of our block, as we write them, the marker job among them; empty without a block. */
  public List<String> blockJobs() {
    return Optional.ofNullable(marked.block()).stream()
        .flatMap(block -> BLOCK_JOB.matcher(block).results())
        .map(job -> job.group(1))
        .toList();
  }

  /** The digest that our block's marker job names; empty without a block. */
  public Optional<String> blockDigest() {
    return blockJobs().stream()
        .filter(job -> job.startsWith(ScrapeBlock.MARKER_PREFIX))
        .map(job -> job.substring(ScrapeBlock.MARKER_PREFIX.length()))
        .findFirst();
  }

  /** The certificates that our block names, where it does. */
  public Optional<String> blockCertificates() {
    return Optional.ofNullable(marked.block()).stream()
        .flatMap(block -> BLOCK_CERTIFICATES.matcher(block).results())
        .map(rule -> rule.group(1))
        .findFirst();
  }

  /**
   * The text with {@code block} in place of ours, every other byte as it was.
   *
   * @throws UnparsableConfig when the block has no safe place, or a job's name is there already
   */
  public String with(ScrapeBlock block) throws UnparsableConfig {
    var known = last;
    if (known == null || !known.block().equals(block)) {
      checkNames(block);
      known = new Edited(block, Splice.insert(yaml, block));
      last = known;
    }
    return known.text();
  }

  private void checkNames(ScrapeBlock block) throws UnparsableConfig {
    var names = new HashSet<String>();
    for (var found : tree.jobs()) {
      var name = found.job().name();
      if (!names.add(name)) {
        throw yaml.problem(
            found.mark(),
            "a second job named " + name + ", which Prometheus refuses; rename one of the two");
      }
      if (block.jobNames().contains(name)) {
        throw yaml.problem(
            found.mark(),
            "the job name "
                + name
                + " is the AppMetrics operator's, and this job stands outside its block; rename it,"
                + " or delete it when it is a copy");
      }
    }
  }

  /** The user's own text, to the byte. */
  public String without() {
    return marked.outside();
  }
}
