package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** What is outside our block, read as YAML; its marks told as offsets and positions of the text. */
final class YamlText {

  /** No configuration comes near it. */
  private static final int DEEPEST = 200;

  private final MarkedText source;
  private final String text;
  private final String readable;
  private final boolean supplementary;
  private @Nullable List<Event> events;

  YamlText(MarkedText source) {
    this.source = source;
    this.text = source.outside();
    this.readable = withoutSeparatingTabs(withoutRareBreaks(text));
    this.supplementary = text.chars().anyMatch(c -> Character.isSurrogate((char) c));
  }

  String text() {
    return text;
  }

  /** The root node of the first document, the only one that Prometheus reads. */
  Optional<Node> root() throws UnparsableConfig {
    var seen = events();
    try {
      return seen.size() == 1
          ? Optional.empty()
          : Optional.of(
              new Composer(settings(""), new ReadEvents(seen.subList(1, seen.size()))).next());
    } catch (YamlEngineException e) {
      throw notYaml(e);
    }
  }

  /** The events through the end of the first document. */
  List<Event> events() throws UnparsableConfig {
    if (events == null) {
      var seen = read();
      checkDepth(seen);
      events = List.copyOf(seen);
    }
    return events;
  }

  /** Who reads the nodes goes down into them: a StackOverflowError would end its thread. */
  private void checkDepth(List<Event> seen) throws UnparsableConfig {
    var depth = 0;
    for (var event : seen) {
      if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
        throw problem(
            event.getStartMark(), "this is nested more than " + DEEPEST + " deep; correct it");
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }

  private List<Event> read() throws UnparsableConfig {
    try {
      return parse(readable);
    } catch (YamlEngineException e) {
      if (text.indexOf('\t') >= 0 && e instanceof MarkedYamlEngineException) {
        var untabbed = TabIndents.of(readable);
        try {
          var seen = parse(untabbed.replaced());
          if (untabbed.count() > 0 && untabbed.areIndifferent(seen)) {
            return seen;
          }
        } catch (YamlEngineException another) {
          // in JSON it is not the tabs then
          throw notYaml(text.stripLeading().startsWith("{") ? another : e);
        }
      }
      throw notYaml(e);
    }
  }

  private static LoadSettings settings(String text) {
    return LoadSettings.builder()
        // A ConfigMap ends at 1 MiB; what Prometheus has loaded may be longer than what was
        // written.
        .setCodePointLimit(64 * 1024 * 1024)
        // 50 by default; a file of many jobs that share their relabel_configs has more
        .setMaxAliasesForCollections(Integer.MAX_VALUE)
        .setSchema(new CoreSchema()) // knows ~ and Null, as Prometheus does
        // read at once: a buffer that ends between two surrogates is an IndexOutOfBoundsException
        .setBufferSize(text.length() + 1)
        .build();
  }

  private static List<Event> parse(String text) {
    var seen = new ArrayList<Event>();
    for (var event : new Parse(settings(text)).parseString(text)) {
      if (event.getEventId() == Event.ID.StreamEnd) {
        break;
      }
      seen.add(event);
      if (event.getEventId() == Event.ID.DocumentEnd) {
        break;
      }
    }
    return seen;
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
   * The text with line feeds for those characters that break a line in Prometheus' YAML 1.1 only.
   */
  private static String withoutRareBreaks(String text) {
    return text.replace('\u0085', '\n').replace('\u2028', '\n').replace('\u2029', '\n');
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
    if (source.hidesNull()) {
      return source.problem(
          source.before().length() + new Lines(source.after()).behindBlanks(0),
          "jobs were added behind a null that the AppMetrics block has made a comment; delete that"
              + " null, right behind "
              + MarkedText.END);
    }
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
