package io.appmetrics.operator.scrapeconfig;

import io.appmetrics.operator.scrapeconfig.Place.Opens;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Looks for the place of our jobs in a text.
 *
 * <p>Among the parser's events and not among the composer's nodes: a node that an alias stands for
 * has the marks of its anchor, far from where it is used.
 */
final class PlaceSearch {
  private final YamlText yaml;
  private final List<Event> events;

  PlaceSearch(YamlText yaml, List<Event> events) {
    this.yaml = yaml;
    this.events = events;
  }

  Place find() throws UnparsableConfig {
    if (events.size() < 3) {
      // nothing but comments and blank lines
      return new Place(lastLineEnd(), 0, true, 1, 1, Opens.DOCUMENT);
    }
    var root = 2;
    if (isEmptyScalar(root)) {
      return new Place(
          lineEnd(yaml.offset(events.get(1).getEndMark())), 0, true, root, root + 1, Opens.MAPPING);
    }
    if (!(events.get(root) instanceof CollectionStartEvent mapping)
        || mapping.getEventId() != Event.ID.MappingStart) {
      throw refuse(root, "this is no mapping; give it keys such as global and scrape_configs");
    }
    if (mapping.isFlow()) {
      throw refuse(
          root,
          "the configuration is written in braces (flow style, or JSON), where no block can be"
              + " added; write its top level in block style, one key per line");
    }
    return inMapping(root);
  }

  private Place inMapping(int root) throws UnparsableConfig {
    var found = -1;
    var merge = -1;
    var at = root + 1;
    while (events.get(at).getEventId() != Event.ID.MappingEnd) {
      if (isScalar(at, Place.KEY)) {
        if (found >= 0) {
          throw refuse(at, "a second " + Place.KEY + ", which Prometheus refuses; join the two");
        }
        found = at;
      } else if (isScalar(at, "<<")) {
        merge = at;
      }
      at = behind(behind(at));
    }
    var column = column(events.get(root + 1).getStartMark());
    if (found >= 0) {
      return inValue(found + 1, column);
    }
    if (merge >= 0) {
      throw refuse(
          merge,
          Place.KEY
              + " may come out of this merge, where no job can be added; write "
              + Place.KEY
              + " itself at the top level");
    }
    return new Place(contentEnd(root, at), column, true, at, at, Opens.KEY);
  }

  private Place inValue(int value, int keyColumn) throws UnparsableConfig {
    if (isEmptyScalar(value)) {
      return new Place(
          lineEnd(yaml.offset(events.get(value).getEndMark())),
          keyColumn,
          false,
          value,
          value + 1,
          Opens.LIST);
    }
    var event = events.get(value);
    if (event instanceof AliasEvent) {
      throw refuse(
          value,
          Place.KEY
              + " is an alias, and a job added to it would be added wherever its anchor is used;"
              + " write the list itself here");
    }
    if (event instanceof ScalarEvent) {
      throw refuse(
          value,
          Place.KEY + " has a value that is no list; leave it empty, or make it a list of jobs");
    }
    if (!(event instanceof SequenceStartEvent list)) {
      throw refuse(value, Place.KEY + " is no list; make it a list of jobs");
    }
    if (list.isFlow()) {
      throw refuse(
          value,
          Place.KEY
              + " is written in brackets (flow style), where no block can be added; write it in"
              + " block style, one \"- job_name: ...\" per job");
    }
    if (list.getAnchor().isPresent() && isUsed(list.getAnchor().get(), value)) {
      throw refuse(
          value,
          Place.KEY
              + " has the anchor &"
              + list.getAnchor().get().getValue()
              + ", and a job added to it would be added wherever that is used; write the list"
              + " there itself");
    }
    var end = behind(value) - 1;
    return new Place(contentEnd(value, end), dashColumn(list), false, end, end, Opens.NOTHING);
  }

  /**
   * The end of the line in which the last scalar, alias, or bracket of the events ends. The ends of
   * block collections say nothing: they lie at the next token, behind comments.
   */
  private int contentEnd(int from, int to) {
    var flow = 0;
    var last = events.get(from);
    for (var i = from + 1; i < to; i++) {
      var event = events.get(i);
      if (event instanceof CollectionStartEvent start) {
        flow += flow > 0 || start.isFlow() ? 1 : 0;
      } else if (event instanceof ScalarEvent || event instanceof AliasEvent) {
        last = event;
      } else if (flow > 0) {
        flow--;
        last = event;
      }
    }
    var offset = yaml.offset(last.getEndMark());
    if (last instanceof ScalarEvent scalar && (scalar.isLiteral() || scalar.isFolded())) {
      // it ends at the start of the line behind its last blank one, which |+ counts as content
      return lineBreakBefore(offset);
    }
    return lineEnd(offset);
  }

  /** The first dash of a list: there its event ends, or right before, when not indented. */
  private int dashColumn(SequenceStartEvent list) {
    var end = yaml.offset(list.getEndMark());
    var dash = yaml.text().startsWith("-", end) ? end : end - 1;
    return dash - lineStart(dash);
  }

  private int column(Optional<Mark> mark) {
    return mark.map(Mark::getColumn).orElse(0);
  }

  private int lineStart(int offset) {
    var at = offset;
    while (at > 0 && !isBreak(at - 1)) {
      at--;
    }
    return at;
  }

  private int lineEnd(int offset) {
    var at = offset;
    while (at < yaml.text().length() && !isBreak(at)) {
      at++;
    }
    return at;
  }

  private int lastLineEnd() {
    return lineBreakBefore(yaml.text().length());
  }

  private int lineBreakBefore(int offset) {
    if (offset == 0 || !isBreak(offset - 1)) {
      return offset;
    }
    return yaml.text().startsWith("\r\n", offset - 2) ? offset - 2 : offset - 1;
  }

  private boolean isBreak(int offset) {
    var c = yaml.text().charAt(offset);
    return c == '\n' || c == '\r';
  }

  private boolean isScalar(int at, String value) {
    return events.get(at) instanceof ScalarEvent scalar && scalar.getValue().equals(value);
  }

  private boolean isEmptyScalar(int at) {
    return events.get(at) instanceof ScalarEvent scalar
        && scalar.isPlain()
        && scalar.getValue().isEmpty()
        && scalar.getAnchor().isEmpty()
        && scalar.getTag().isEmpty();
  }

  private boolean isUsed(Anchor anchor, int behind) {
    return events.subList(behind, events.size()).stream()
        .anyMatch(event -> event instanceof AliasEvent alias && alias.getAlias().equals(anchor));
  }

  /** The event behind the node that begins at {@code at}. */
  private int behind(int at) {
    var depth = 0;
    var i = at;
    do {
      var id = events.get(i).getEventId();
      if (events.get(i) instanceof CollectionStartEvent) {
        depth++;
      } else if (id == Event.ID.MappingEnd || id == Event.ID.SequenceEnd) {
        depth--;
      }
      i++;
    } while (depth > 0);
    return i;
  }

  private UnparsableConfig refuse(int at, String problem) {
    return yaml.problem(events.get(at).getStartMark(), problem);
  }
}
