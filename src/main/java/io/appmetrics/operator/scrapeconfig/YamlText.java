package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** What is outside our block, read as YAML; its marks told as offsets and positions of the text. */
final class YamlText {

  // A ConfigMap ends at 1 MiB; what Prometheus has loaded may be longer than what was written.
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setCodePointLimit(64 * 1024 * 1024)
          // 50 by default; a file of many jobs that share their relabel_configs has more
          .setMaxAliasesForCollections(Integer.MAX_VALUE)
          .setSchema(new CoreSchema()) // knows ~ and Null, as Prometheus does
          .build();

  private final MarkedText source;
  private final String text;
  private final String readable;
  private final boolean supplementary;

  YamlText(MarkedText source) {
    this.source = source;
    this.text = source.outside();
    this.readable = withoutSeparatingTabs(text);
    this.supplementary = text.chars().anyMatch(c -> Character.isSurrogate((char) c));
  }

  String text() {
    return text;
  }

  /** The root node of the first document, the only one that Prometheus reads. */
  Optional<Node> root() throws UnparsableConfig {
    try {
      var documents = new Compose(SETTINGS).composeAllFromString(readable).iterator();
      return documents.hasNext() ? Optional.of(documents.next()) : Optional.empty();
    } catch (YamlEngineException e) {
      throw notYaml(e);
    }
  }

  List<Event> events() throws UnparsableConfig {
    try {
      var events = new ArrayList<Event>();
      new Parse(SETTINGS).parseString(readable).forEach(events::add);
      return events;
    } catch (YamlEngineException e) {
      throw notYaml(e);
    }
  }

  /** The place of a mark, in UTF-16 units of {@link #text}; marks count code points. */
  int offset(Optional<Mark> mark) {
    var index = mark.map(Mark::getIndex).orElse(0);
    return supplementary ? text.offsetByCodePoints(0, index) : index;
  }

  UnparsableConfig problem(Optional<Mark> mark, String problem) {
    return problem(offset(mark), problem);
  }

  UnparsableConfig problem(int offset, String problem) {
    return source.problem(offset, problem);
  }

  /**
   * The text with spaces for the tabs behind the first word of a line: Prometheus takes {@code
   * key:<tab>value}, which this parser refuses. No place moves by that, and no indentation.
   */
  private static String withoutSeparatingTabs(String text) {
    if (text.indexOf('\t') < 0) {
      return text;
    }
    var readable = new StringBuilder(text);
    var indentation = true;
    for (var i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        indentation = true;
      } else if (c == '\t' && !indentation) {
        readable.setCharAt(i, ' ');
      } else if (c != ' ' && c != '\t') {
        indentation = false;
      }
    }
    return readable.toString();
  }

  private UnparsableConfig notYaml(YamlEngineException e) {
    if (e instanceof MarkedYamlEngineException marked) {
      var context = marked.getContext() == null ? "" : marked.getContext() + ": ";
      return problem(
          marked.getProblemMark().or(marked::getContextMark),
          "this is no YAML (" + context + marked.getProblem() + "); correct it");
    }
    if (e instanceof ReaderException reader) {
      return source.problem(
          text.offsetByCodePoints(0, Math.min(reader.getPosition(), text.length())),
          String.format(
              "YAML forbids the character U+%04X; remove or escape it", reader.getCodePoint()));
    }
    return source.problem(0, "this is no YAML (" + e.getMessage() + "); correct it");
  }
}
