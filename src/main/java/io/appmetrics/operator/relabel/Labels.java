package io.appmetrics.operator.relabel;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The labels of a target on its way through the rules; an empty value is none, since 2.12. */
final class Labels {

  static final String ADDRESS = "__address__";
  static final String SCHEME = "__scheme__";
  static final String METRICS_PATH = "__metrics_path__";
  static final String INTERVAL = "__scrape_interval__";
  static final String TIMEOUT = "__scrape_timeout__";
  static final String PARAM = "__param_";
  static final String META = "__meta_";
  static final String RESERVED = "__";
  static final String JOB = "job";
  static final String INSTANCE = "instance";

  private final TreeMap<String, String> values = new TreeMap<>();

  private final boolean emptyIsNone;

  Labels(Dialect dialect) {
    this(dialect.emptyIsNone());
  }

  private Labels(boolean emptyIsNone) {
    this.emptyIsNone = emptyIsNone;
  }

  Labels copy() {
    var copy = new Labels(emptyIsNone);
    copy.values.putAll(values);
    return copy;
  }

  /** The value, or an empty one. */
  String get(String name) {
    return values.getOrDefault(name, "");
  }

  void set(String name, String value) {
    if (value.isEmpty() && emptyIsNone) {
      values.remove(name);
    } else {
      values.put(name, value);
    }
  }

  void setIfAbsent(String name, String value) {
    if (get(name).isEmpty()) {
      set(name, value);
    }
  }

  void remove(String name) {
    values.remove(name);
  }

  /** The names as they are now: what is changed meanwhile is not seen. */
  List<String> names() {
    return List.copyOf(values.keySet());
  }

  SortedMap<String, String> values() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }
}
