package io.appmetrics.operator.scrapeconfig;

import java.util.List;
import java.util.NoSuchElementException;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.parser.Parser;

/** Events that were read already, for a composer: to scan a text is most of the work. */
final class ReadEvents implements Parser {

  private final List<Event> events;
  private int next;

  ReadEvents(List<Event> events) {
    this.events = events;
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return hasNext() && peekEvent().getEventId() == choice;
  }

  @Override
  public Event peekEvent() {
    return events.get(next);
  }

  @Override
  public boolean hasNext() {
    return next < events.size();
  }

  @Override
  public Event next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return events.get(next++);
  }
}
