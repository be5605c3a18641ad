package io.appmetrics.operator.scrapeconfig;

import java.util.BitSet;
import java.util.List;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * The tabs by which lines are indented. In brackets, where no indentation counts, Prometheus takes
 * them, and the parser refuses them.
 *
 * @param replaced the text with spaces in their place
 * @param tabs their places, in code points, as the parser's marks count
 */
record TabIndents(String replaced, BitSet tabs) {

  static TabIndents of(String text) {
    var points = text.codePoints().toArray();
    var tabs = new BitSet(points.length);
    var indentation = true;
    for (var i = 0; i < points.length; i++) {
      if (points[i] == '\t' && indentation) {
        points[i] = ' ';
        tabs.set(i);
      } else if (points[i] != ' ') {
        indentation = points[i] == '\n' || points[i] == '\r';
      }
    }
    return new TabIndents(new String(points, 0, points.length), tabs);
  }

  int count() {
    return tabs.cardinality();
  }

  /** Whether each of them stands in brackets, or in a scalar of several lines. */
  boolean areIndifferent(List<Event> events) {
    var others = (BitSet) tabs.clone();
    var depth = 0;
    var start = 0;
    for (var event : events) {
      if (event instanceof ScalarEvent) {
        others.clear(index(event.getStartMark()), index(event.getEndMark()));
      } else if (event instanceof CollectionStartEvent collection) {
        if (depth == 0 && collection.isFlow()) {
          start = index(event.getStartMark());
        }
        depth += depth > 0 || collection.isFlow() ? 1 : 0;
      } else if (depth > 0
          && (event.getEventId() == Event.ID.MappingEnd
              || event.getEventId() == Event.ID.SequenceEnd)
          && --depth == 0) {
        others.clear(start, index(event.getEndMark()));
      }
    }
    return others.isEmpty();
  }

  private static int index(java.util.Optional<Mark> mark) {
    return mark.map(Mark::getIndex).orElse(0);
  }
}
