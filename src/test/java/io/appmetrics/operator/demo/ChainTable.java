package io.appmetrics.operator.demo;

import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.chain.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The chain as a table: a column for each link and one for Ready, a row for each change. */
final class ChainTable {
  static final String READY = "Ready";

  private static final List<String> COLUMNS =
      Stream.concat(Stream.of(Link.values()).map(Link::condition), Stream.of(READY)).toList();

  private Map<String, Condition> shown = Map.of();

  /**
   * A change.
   *
   * @param statuses True, False or Unknown, in the order of the columns
   * @param why what Ready says, with the name of the link that it speaks of; empty when it says
   *     what it said before
   */
  record Row(List<String> statuses, String why) {

    /** As text below the head; {@code paint} is given each cell and its status. */
    String text(BiFunction<String, String, String> paint) {
      var cells = new ArrayList<String>();
      for (var i = 0; i < statuses.size(); i++) {
        var status = statuses.get(i);
        var cell = status.equals("Unknown") ? "." : status;
        var room = i == statuses.size() - 1 ? 0 : width(COLUMNS.get(i)) - cell.length();
        cells.add(paint.apply(cell, status) + " ".repeat(room));
      }
      return String.join(" ", cells);
    }
  }

  /** The names of the columns, on two lines. */
  static List<String> head() {
    return List.of(headLine(0), headLine(1));
  }

  /** The row to add, if there are conditions, and any differs from the row before. */
  Optional<Row> add(List<Condition> conditions) {
    if (conditions.isEmpty()) {
      return Optional.empty();
    }
    var now = new TreeMap<String, Condition>();
    conditions.forEach(condition -> now.put(condition.type(), condition));
    var before = shown;
    shown = now;
    if (COLUMNS.stream().allMatch(column -> said(before, column).equals(said(now, column)))) {
      return Optional.empty();
    }
    var statuses = COLUMNS.stream().map(column -> status(now, column)).toList();
    var news = !said(before, READY).equals(said(now, READY));
    return Optional.of(new Row(statuses, news ? why(now) : ""));
  }

  private static String why(Map<String, Condition> conditions) {
    var ready = conditions.get(READY);
    if (ready == null) {
      return "";
    }
    if (ready.status().equals("True")) {
      return ready.message();
    }
    return brokenLink(conditions.values()).map(link -> link + ": ").orElse("")
        + ready.reason()
        + ": "
        + ready.message();
  }

  /** The first link that does not hold. */
  static Optional<String> brokenLink(Iterable<Condition> conditions) {
    for (var column : COLUMNS) {
      for (var condition : conditions) {
        if (condition.type().equals(column)
            && !column.equals(READY)
            && !condition.status().equals("True")) {
          return Optional.of(column);
        }
      }
    }
    return Optional.empty();
  }

  private static String said(Map<String, Condition> conditions, String column) {
    var condition = conditions.get(column);
    return condition == null ? "" : condition.status() + " " + condition.reason();
  }

  private static String status(Map<String, Condition> conditions, String column) {
    var condition = conditions.get(column);
    return condition == null ? "Unknown" : condition.status();
  }

  private static String headLine(int line) {
    return COLUMNS.stream()
        .map(column -> ("%-" + width(column) + "s").formatted(word(column, line)))
        .collect(Collectors.joining(" "))
        .stripTrailing();
  }

  private static int width(String column) {
    return Math.max(5, Math.max(word(column, 0).length(), word(column, 1).length()));
  }

  /** CertificatesLoaded has two words, Accepted has one. */
  private static String word(String column, int index) {
    var words = column.split("(?<=[a-z])(?=[A-Z])", -1);
    return index < words.length ? words[index] : "";
  }
}
