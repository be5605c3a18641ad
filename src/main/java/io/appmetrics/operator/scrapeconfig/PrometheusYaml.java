package io.appmetrics.operator.scrapeconfig;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A user's {@code prometheus.yml}, with or without our block in it. Everything outside the block
 * stays as it is, to the byte: the text is spliced where the parser's marks say, never written
 * anew. For one thread.
 */
public final class PrometheusYaml {

  private record Edited(ScrapeBlock block, String text) {}

  private final MarkedText marked;
  private final YamlText yaml;
  private final ConfigTree tree;

  /** The proof that a splice is faithful reads the text twice more, and a block seldom changes. */
  private @Nullable Edited last;

  private boolean checked;

  private PrometheusYaml(MarkedText marked, YamlText yaml, ConfigTree tree) {
    this.marked = marked;
    this.yaml = yaml;
    this.tree = tree;
  }

  /**
   * Reads a configuration. What stands inside our block does not matter, since it is replaced,
   * unless that would delete a job or a key of the user's.
   *
   * @throws UnparsableConfig when it is no YAML, no Prometheus configuration, or our block in it is
   *     damaged, or has in it what is not ours
   */
  public static PrometheusYaml parse(String text) throws UnparsableConfig {
    var marked = MarkedText.cut(text);
    checkForeign(marked);
    var yaml = new YamlText(marked);
    try {
      return new PrometheusYaml(marked, yaml, ConfigTree.read(yaml));
    } catch (UnparsableConfig e) {
      // what belongs to our block is no YAML without it
      checkStrays(marked);
      throw e;
    }
  }

  /**
   * Reads a file that a configuration includes, which has no block of ours, whatever it says.
   *
   * @throws UnparsableConfig when it is no YAML, or no file of jobs
   */
  public static PrometheusYaml included(String text) throws UnparsableConfig {
    var marked = MarkedText.unmarked(text);
    var yaml = new YamlText(marked);
    return new PrometheusYaml(marked, yaml, ConfigTree.read(yaml));
  }

  private static void checkForeign(MarkedText marked) throws UnparsableConfig {
    if (marked.block() == null) {
      return;
    }
    var from = marked.before().length();
    var foreign = Foreign.find(marked.whole(), from, from + marked.block().length());
    if (foreign.isPresent()) {
      throw marked.problemInBlock(
          foreign.get().offset() - from,
          foreign.get().what()
              + " stands inside the AppMetrics block, which the operator writes anew; move it"
              + " behind the "
              + MarkedText.END
              + " line, or delete it");
    }
  }

  /** The user's jobs: those outside our block, in the order of the text. */
  public List<ScrapeJob> jobs() {
    return tree.jobs().stream().map(ConfigTree.Found::job).toList();
  }

  /** What is wrong with one of the user's jobs, with its place. */
  public UnparsableConfig problemOfJob(String name, String problem) {
    return tree.jobs().stream()
        .filter(found -> found.job().name().equals(name))
        .map(found -> yaml.problem(found.mark(), problem))
        .findFirst()
        .orElseThrow();
  }

  /** Why our block may not stand here, with its place. */
  public UnparsableConfig problemOfBlock(String problem) {
    var own = Objects.requireNonNull(marked.block());
    return marked.problemInBlock(own.indexOf(MarkedText.BEGIN), problem);
  }

  /** Our block, as it stands. */
  public Optional<BlockText> block() {
    return Optional.ofNullable(marked.block()).map(BlockText::new);
  }

  /** The files that the configuration includes. */
  public ScrapeConfigFiles includes() {
    return tree.includes();
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
    if (!known.text().equals(marked.whole())) {
      checkStrays();
    }
    return known.text();
  }

  /**
   * Sees whether jobs of these names may stand beside the user's, in whichever file.
   *
   * @throws UnparsableConfig when a name is there already
   */
  public void checkNames(ScrapeBlock block) throws UnparsableConfig {
    checkNames(block, Map.of());
  }

  /**
   * Sees whether each of the user's jobs has a name of its own, and none of ours is left among
   * them.
   *
   * @throws UnparsableConfig when one has not
   */
  public void checkNames() throws UnparsableConfig {
    addNames(List.of(), new HashSet<>());
  }

  /**
   * Sees whether jobs of these names may stand beside the user's, also beside those of the files
   * that it includes: Prometheus takes each name once.
   *
   * @param files by their keys
   * @throws UnparsableConfig when a name is there already; it names the key where it is a file's
   */
  public void checkNames(ScrapeBlock block, Map<String, PrometheusYaml> files)
      throws UnparsableConfig {
    var names = new HashSet<String>();
    addNames(block.jobNames(), names);
    for (var file : files.entrySet()) {
      try {
        file.getValue().addNames(block.jobNames(), names);
      } catch (UnparsableConfig e) {
        throw e.inKey(file.getKey());
      }
    }
  }

  private void addNames(List<String> ours, Set<String> names) throws UnparsableConfig {
    for (var found : tree.jobs()) {
      var name = found.job().name();
      if (!names.add(name)) {
        throw yaml.problem(
            found.mark(),
            "a second job named " + name + ", which Prometheus refuses; rename one of the two");
      }
      if (ours.contains(name) || Foreign.isOurs(name)) {
        throw yaml.problem(
            found.mark(),
            "the job name "
                + name
                + " is the AppMetrics operator's, and this job stands outside its block; rename it,"
                + " or delete it when it is a copy");
      }
    }
  }

  /**
   * The user's own text, to the byte.
   *
   * @throws UnparsableConfig when a part of it would come to mean something else
   */
  public String without() throws UnparsableConfig {
    checkStrays();
    return marked.outside();
  }

  private void checkStrays() throws UnparsableConfig {
    if (!checked) {
      checkStrays(marked);
      checked = true;
    }
  }

  /** What is inside the block may be broken; then nothing is to be seen, and it is replaced. */
  private static void checkStrays(MarkedText marked) throws UnparsableConfig {
    if (marked.block() == null) {
      return;
    }
    var whole = new YamlText(MarkedText.unmarked(marked.whole()));
    Optional<Node> stray;
    try {
      stray = whole.root().flatMap(root -> Strays.find(root, marked.blockFrom(), marked.blockTo()));
    } catch (UnparsableConfig e) {
      return;
    }
    if (stray.isPresent()) {
      throw whole.problem(
          stray.get().getStartMark(),
          "this belongs to what the AppMetrics block begins, and the block may move and go; delete"
              + " it when it is the operator's, and for jobs of your own write the line "
              + Place.KEY
              + ": above them");
    }
  }
}
