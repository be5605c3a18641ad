package io.appmetrics.operator.scrapeconfig;

import io.appmetrics.operator.scrapeconfig.Place.Brackets;
import io.appmetrics.operator.scrapeconfig.Place.Dashes;
import io.appmetrics.operator.scrapeconfig.Place.Opens;
import java.util.List;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Looks for the places of our jobs in a text: the end of the list, and for a text whose end cannot
 * be continued, its beginning.
 */
final class PlaceSearch {

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final YamlText yaml;
  private final Lines lines;
  private final Nodes nodes;

  PlaceSearch(YamlText yaml) throws UnparsableConfig {
    this.yaml = yaml;
    this.lines = new Lines(yaml.text());
    this.nodes = new Nodes(yaml, yaml.events());
  }

  /**
   * The places, the best one first.
   *
   * @throws UnparsableConfig when there is none that leaves the user's jobs as they are
   */
  List<Place> find() throws UnparsableConfig {
    var root = 2;
    if (nodes.size() <= root) {
      // nothing but comments and blank lines
      var end = lines.breakBefore(yaml.text().length());
      return List.of(Place.atLineEnd(end, new Dashes(0), 1, 1, Opens.DOCUMENT));
    }
    if (nodes.isEmpty(root)) {
      var end = lines.end(nodes.end(1));
      return List.of(Place.atLineEnd(end, new Dashes(0), root, root + 1, Opens.MAPPING));
    }
    if (nodes.isNull(root)) {
      throw refuse(root, "the whole configuration is null; delete that word");
    }
    if (!(nodes.get(root) instanceof CollectionStartEvent mapping)
        || mapping.getEventId() != Event.ID.MappingStart) {
      throw refuse(root, "this is no mapping; give it keys such as global and scrape_configs");
    }
    var key = nodes.key(root, Place.KEY);
    if (key < 0) {
      return withKey(root, mapping);
    }
    if (nodes.key(root, Place.KEY, nodes.behind(nodes.behind(key))) >= 0) {
      var second = nodes.key(root, Place.KEY, nodes.behind(nodes.behind(key)));
      throw refuse(second, "a second " + Place.KEY + ", which Prometheus refuses; join the two");
    }
    return inValue(nodes.behind(key), column(mapping), mapping.isFlow());
  }

  private List<Place> withKey(int root, CollectionStartEvent mapping) throws UnparsableConfig {
    var merge = nodes.key(root, "<<");
    if (merge >= 0
        && yaml.root().flatMap(config -> ConfigNode.field(config, Place.KEY)).isPresent()) {
      throw refuse(
          merge,
          Place.KEY
              + " comes out of this merge, where no job can be added; write "
              + Place.KEY
              + " itself at the top level");
    }
    var end = nodes.behind(root) - 1;
    if (mapping.isFlow()) {
      return List.of(inBrackets(root, end, Opens.KEY));
    }
    var form = new Dashes(column(mapping));
    var front = lines.start(nodes.end(root));
    if (front < yaml.text().length() && yaml.text().charAt(front) == BYTE_ORDER_MARK) {
      front++;
    }
    return List.of(
        Place.atLineEnd(writtenEnd(root, end), form, end, end, Opens.KEY),
        new Place(front, form, true, root + 1, root + 1, Opens.KEY));
  }

  private List<Place> inValue(int value, int keyColumn, boolean inBraces) throws UnparsableConfig {
    if (nodes.isEmpty(value)) {
      return List.of(emptyList(value, keyColumn, inBraces));
    }
    if (nodes.isNull(value) && !inBraces) {
      // our list stands before the null, which becomes part of the comment that ends our block
      var colon = lines.beforeBlanks(nodes.start(value));
      return List.of(Place.atLineEnd(colon, new Dashes(keyColumn), value, value + 1, Opens.LIST));
    }
    if (nodes.get(value) instanceof AliasEvent) {
      throw refuse(
          value,
          Place.KEY
              + " is an alias, and a job added to it would be added wherever its anchor is used;"
              + " write the list itself here");
    }
    if (nodes.get(value) instanceof ScalarEvent) {
      throw refuse(
          value, Place.KEY + " has a value that is no list; make it [], or a list of jobs");
    }
    if (!(nodes.get(value) instanceof SequenceStartEvent list)) {
      throw refuse(value, Place.KEY + " is no list; make it a list of jobs");
    }
    if (nodes.isUsedElsewhere(value)) {
      throw refuse(
          value,
          Place.KEY
              + " has the anchor &"
              + list.getAnchor().orElseThrow().getValue()
              + ", and a job added to it would be added wherever that is used; write the list"
              + " there itself");
    }
    var end = nodes.behind(value) - 1;
    if (list.isFlow()) {
      return List.of(inBrackets(value, end, Opens.NOTHING));
    }
    var dash = firstDash(value);
    var form = new Dashes(dash - lines.start(dash));
    var front = lines.breakBefore(lines.start(dash));
    return List.of(
        Place.atLineEnd(writtenEnd(value, end), form, end, end, Opens.NOTHING),
        Place.atLineEnd(front, form, value + 1, value + 1, Opens.NOTHING));
  }

  private Place emptyList(int value, int keyColumn, boolean inBraces) throws UnparsableConfig {
    var offset = nodes.end(value);
    if (!inBraces) {
      return Place.atLineEnd(
          lines.end(offset), new Dashes(keyColumn), value, value + 1, Opens.LIST);
    }
    if (yaml.text().charAt(offset - 1) != ':') {
      throw refuse(value, Place.KEY + " has no value here; write " + Place.KEY + ": []");
    }
    return behind(offset, new Brackets(false), value, value + 1, Opens.LIST);
  }

  /** Behind the last thing in brackets or braces, and behind the comma that may follow it. */
  private Place inBrackets(int collection, int end, Opens opens) {
    var last = nodes.lastWritten(collection, end);
    var offset = nodes.end(last);
    var close = nodes.start(end);
    var comma = last == collection ? -1 : comma(offset, close);
    var form = new Brackets(last != collection && comma < 0);
    return behind(comma < 0 ? offset : comma + 1, form, end, end, opens);
  }

  private int comma(int from, int to) {
    var at = from;
    while (at < to && yaml.text().charAt(at) != ',') {
      at = yaml.text().charAt(at) == '#' ? lines.end(at) : at + 1;
    }
    return at < to ? at : -1;
  }

  /** At the end of the line, when nothing but a comment follows, which is about what it follows. */
  private Place behind(int offset, Brackets form, int from, int to, Opens opens) {
    var next = lines.behindBlanks(offset);
    return lines.isEnd(next) || yaml.text().charAt(next) == '#'
        ? Place.atLineEnd(lines.end(next), form, from, to, opens)
        : new Place(offset, form, true, from, to, opens);
  }

  /** The end of the line in which the last thing among the events is written. */
  private int writtenEnd(int from, int to) {
    var last = nodes.lastWritten(from, to);
    var offset = nodes.end(last);
    if (nodes.get(last) instanceof ScalarEvent scalar
        && (scalar.isLiteral() || scalar.isFolded())) {
      // it ends at the start of the line behind its last blank one, which |+ counts as content
      return lines.breakBefore(offset);
    }
    return lines.end(offset);
  }

  /** There the event of a list ends, or right before, when it is not indented. */
  private int firstDash(int list) {
    var end = nodes.end(list);
    return yaml.text().startsWith("-", end) ? end : end - 1;
  }

  /** Of the first key, or the question mark before it: there the event ends, behind an anchor. */
  private static int column(CollectionStartEvent mapping) {
    return mapping.getEndMark().map(Mark::getColumn).orElse(0);
  }

  private UnparsableConfig refuse(int at, String problem) {
    return yaml.problem(nodes.get(at).getStartMark(), problem);
  }
}
