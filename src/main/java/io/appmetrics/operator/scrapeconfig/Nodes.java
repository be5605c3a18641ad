package io.appmetrics.operator.scrapeconfig;

import java.util.List;
import java.util.Set;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/**
 * The nodes of a document, told by the index of their first event.
 *
 * <p>The parser's events and not the composer's nodes: a node that an alias stands for has the
 * marks of its anchor, far from where it is used.
 */
record Nodes(YamlText yaml, List<Event> events) {

  private static final Set<String> NULLS = Set.of("~", "null", "Null", "NULL");

  int size() {
    return events.size();
  }

  Event get(int at) {
    return events.get(at);
  }

  int start(int at) {
    return yaml.offset(get(at).getStartMark());
  }

  int end(int at) {
    return yaml.offset(get(at).getEndMark());
  }

  /** The event behind the node that begins at {@code at}. */
  int behind(int at) {
    var depth = 0;
    var i = at;
    do {
      if (get(i) instanceof CollectionStartEvent) {
        depth++;
      } else if (isCollectionEnd(i)) {
        depth--;
      }
      i++;
    } while (depth > 0);
    return i;
  }

  /** A key of a mapping; -1 without it. */
  int key(int mapping, String key) {
    return key(mapping, key, mapping + 1);
  }

  /** The same, not before the key {@code from}. */
  int key(int mapping, String key, int from) {
    for (var at = from; !isCollectionEnd(at); at = behind(behind(at))) {
      if (get(at) instanceof ScalarEvent scalar && scalar.getValue().equals(key)) {
        return at;
      }
    }
    return -1;
  }

  /** Whether nothing at all is written there. */
  boolean isEmpty(int at) {
    return isBare(at, "");
  }

  /** Whether null is spelled out there. */
  boolean isNull(int at) {
    return NULLS.stream().anyMatch(word -> isBare(at, word));
  }

  private boolean isBare(int at, String value) {
    return get(at) instanceof ScalarEvent scalar
        && scalar.isPlain()
        && scalar.getValue().equals(value)
        && scalar.getAnchor().isEmpty()
        && scalar.getTag().isEmpty();
  }

  /** Whether an alias behind the node stands for it. */
  boolean isUsedElsewhere(int at) {
    if (!(get(at) instanceof NodeEvent node) || node.getAnchor().isEmpty()) {
      return false;
    }
    var anchor = node.getAnchor().get();
    return events.subList(at, size()).stream()
        .anyMatch(event -> event instanceof AliasEvent alias && alias.getAlias().equals(anchor));
  }

  /**
   * The last scalar, alias or bracket among events; {@code from} when there is none. The ends of
   * collections without brackets say nothing: they lie at the next token, behind comments.
   */
  int lastWritten(int from, int to) {
    var at = to - 1;
    while (at > from
        && (isCollectionEnd(at) ? !isBracket(at) : get(at) instanceof CollectionStartEvent)) {
      at--;
    }
    return at;
  }

  /** Not the end of a pair such as {@code [a: b]}. */
  private boolean isBracket(int at) {
    var bracket = get(at).getEventId() == Event.ID.MappingEnd ? "}" : "]";
    return end(at) > start(at) && yaml.text().startsWith(bracket, start(at));
  }

  private boolean isCollectionEnd(int at) {
    var id = get(at).getEventId();
    return id == Event.ID.MappingEnd || id == Event.ID.SequenceEnd;
  }
}
