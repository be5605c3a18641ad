package io.appmetrics.operator.scrapeconfig;

import static java.util.stream.Collectors.joining;

import io.appmetrics.operator.scrapeconfig.Place.Brackets;
import io.appmetrics.operator.scrapeconfig.Place.Dashes;
import io.appmetrics.operator.scrapeconfig.Place.Opens;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/** Puts a block into a text, and proves that it did what it should and nothing else. */
final class Splice {

  private static final String BEGIN_LINE =
      MarkedText.BEGIN + " (written by the AppMetrics operator; edit around, not inside)";

  private Splice() {}

  /**
   * The text with the block in it.
   *
   * @throws UnparsableConfig when the block has no safe place
   */
  static String insert(YamlText yaml, ScrapeBlock block) throws UnparsableConfig {
    var places = new PlaceSearch(yaml).find();
    for (var place : places) {
      var spliced = new StringBuilder(yaml.text()).insert(place.offset(), marked(block, place));
      if (isFaithful(yaml, place, block, spliced.toString())) {
        return spliced.toString();
      }
    }
    throw yaml.problem(
        places.get(0).offset(),
        "jobs added behind this line would change the meaning of what is there; end the file with"
            + " a line break, and let the last value before it be one without | or >");
  }

  private static String marked(ScrapeBlock block, Place place) throws UnparsableConfig {
    var jobs =
        place.form() instanceof Dashes dashes
            ? dashed(block, dashes, place.opens())
            : bracketed(block, (Brackets) place.form(), place.opens());
    return "\n"
        + BEGIN_LINE
        + "\n"
        + jobs
        + MarkedText.END
        + (place.breaksLine() ? MarkedText.LINE_BREAK : "");
  }

  private static String dashed(ScrapeBlock block, Dashes form, Opens opens) {
    var items = (opens.key() ? Place.KEY + ":\n" : "") + block.items();
    return items.lines().map(line -> " ".repeat(form.column()) + line + "\n").collect(joining());
  }

  private static String bracketed(ScrapeBlock block, Brackets form, Opens opens)
      throws UnparsableConfig {
    return (form.comma() ? ",\n" : "")
        + (opens.key() ? Place.KEY + ":\n" : "")
        + (opens.list() ? "[\n" : "")
        + FlowItems.of(block)
        + (opens.list() ? "]\n" : "");
  }

  /**
   * Whether the new text gives the events of the old one and, in one place, those of our items; and
   * whether taking the block out gives the old one.
   */
  private static boolean isFaithful(YamlText yaml, Place place, ScrapeBlock block, String spliced) {
    try {
      var expected = new ArrayList<>(meaning(yaml.events()));
      var replaced = expected.subList(place.from(), place.to());
      replaced.clear();
      replaced.addAll(added(place, block));
      return meaning(new YamlText(MarkedText.unmarked(spliced)).events()).equals(expected)
          && MarkedText.cut(spliced).outside().equals(yaml.text());
    } catch (UnparsableConfig e) {
      return false;
    }
  }

  private static List<String> added(Place place, ScrapeBlock block) throws UnparsableConfig {
    var own =
        meaning(new YamlText(MarkedText.unmarked(Place.KEY + ":\n" + block.items())).events());
    return own.subList(place.opens().first(), own.size() - place.opens().last());
  }

  private static List<String> meaning(List<Event> events) {
    return events.stream().map(Splice::meaning).toList();
  }

  private static String meaning(Event event) {
    var text = new StringBuilder(event.getEventId().name());
    if (event instanceof AliasEvent alias) {
      return text.append(" *").append(alias.getAlias().getValue()).toString();
    }
    if (event instanceof NodeEvent node) {
      node.getAnchor().ifPresent(anchor -> text.append(" &").append(anchor.getValue()));
    }
    if (event instanceof CollectionStartEvent collection) {
      collection.getTag().ifPresent(tag -> text.append(" !").append(tag));
    }
    if (event instanceof ScalarEvent scalar) {
      scalar.getTag().ifPresent(tag -> text.append(" !").append(tag));
      text.append(scalar.isPlain() ? " plain " : " text ").append(scalar.getValue());
    }
    return text.toString();
  }
}
