package io.appmetrics.operator.scrapeconfig;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What somebody has put among our jobs: to write these anew would delete it.
 *
 * @param what it is, by its name
 * @param offset of its line, in UTF-16 units of the whole text
 */
record Foreign(String what, int offset) {

  private static final Pattern MARKER = Pattern.compile(ScrapeBlock.MARKER_PREFIX + "[0-9a-f]{12}");

  /** A name in whatever way it may be written, in a line that is no comment. */
  private static final Pattern NAME =
      Pattern.compile(
          "(?m)^(?![ \\t]*#).*?\\bjob_name[\"']?[ \\t]*:[ \\t]*(?:\"([^\"\\n]*)\"|'([^'\\n]*)'|([^\\s,}#\\[{&*!|>][^\\s,}#]*))");

  /** Whether we name a job so; also those of another block. */
  static boolean isOurs(String job) {
    return !SlotJobs.named(List.of(job)).isEmpty() || MARKER.matcher(job).matches();
  }

  /**
   * The one in a part of a text; empty without any. What stands there as some release has written
   * it is not read, for a parser takes its time; the lines are looked at, too, for what is no YAML.
   */
  static Optional<Foreign> find(String whole, int from, int to) {
    var own = new BlockText(whole.substring(from, to));
    if (ScrapeBlock.standing(own).isPresent()) {
      return Optional.empty();
    }
    var yaml = new YamlText(MarkedText.unmarked(whole));
    Optional<Foreign> read;
    try {
      read =
          yaml.root()
              .filter(MappingNode.class::isInstance)
              .flatMap(config -> find(yaml, (MappingNode) config, from, to));
    } catch (UnparsableConfig e) {
      read = Optional.empty();
    }
    return read.or(() -> inLines(own, from));
  }

  private static Optional<Foreign> find(YamlText yaml, MappingNode config, int from, int to) {
    return config.getValue().stream()
        .flatMap(
            entry ->
                Stream.concat(
                    key(entry.getKeyNode()).stream()
                        .map(key -> at(yaml, entry.getKeyNode(), "the key " + key)),
                    entry.getValueNode() instanceof SequenceNode list
                        ? list.getValue().stream().flatMap(item -> job(yaml, item).stream())
                        : Stream.of()))
        .filter(foreign -> foreign.offset() >= from && foreign.offset() < to)
        .findFirst();
  }

  private static Optional<String> key(Node node) {
    return Optional.of(node)
        .filter(ScalarNode.class::isInstance)
        .map(key -> ((ScalarNode) key).getValue())
        .filter(key -> !key.equals(Place.KEY));
  }

  private static Optional<Foreign> job(YamlText yaml, Node item) {
    return ConfigNode.field(item, "job_name")
        .filter(ScalarNode.class::isInstance)
        .map(name -> ((ScalarNode) name).getValue())
        .filter(name -> !isOurs(name))
        .map(name -> at(yaml, item, "the job " + name));
  }

  private static Foreign at(YamlText yaml, Node node, String what) {
    return new Foreign(what, new Lines(yaml.text()).start(yaml.offset(node.getStartMark())));
  }

  private static Optional<Foreign> inLines(BlockText own, int from) {
    return NAME.matcher(own.text())
        .results()
        .flatMap(
            job ->
                Stream.of(1, 2, 3)
                    .flatMap(group -> Stream.ofNullable(job.group(group)))
                    .filter(name -> !isOurs(name))
                    .map(name -> new Foreign("the job " + name, from + job.start())))
        .findFirst();
  }
}
