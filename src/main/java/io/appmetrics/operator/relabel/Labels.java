package io.appmetrics.operator.relabel;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a target on its way through the rules; an empty value is none, since 2.12. A copy
 * costs what it changes: most jobs drop most pods at their first rule.
 */
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

  private final boolean emptyIsNone;

  /** Shared by copies, never changed. */
  private final Map<String, String> base;

  /** What differs from it, null where a label is gone. */
  private final Map<String, @Nullable String> own;

  Labels(Dialect dialect) {
    this(dialect.emptyIsNone(), Map.of(), new HashMap<>());
  }

  private Labels(boolean emptyIsNone, Map<String, String> base, Map<String, @Nullable String> own) {
    this.emptyIsNone = emptyIsNone;
    this.base = base;
    this.own = own;
  }

  Labels copy() {
    return own.isEmpty()
        ? new Labels(emptyIsNone, base, new HashMap<>())
        : new Labels(emptyIsNone, all(new HashMap<>()), new HashMap<>());
  }

  /** The value, or an empty one. */
  String get(String name) {
    var value = own.get(name);
    if (value != null) {
      return value;
    }
    return own.containsKey(name) ? "" : base.getOrDefault(name, "");
  }

  void set(String name, String value) {
    if (value.isEmpty() && emptyIsNone) {
      remove(name);
    } else {
      own.put(name, value);
    }
  }

  void setIfAbsent(String name, String value) {
    if (get(name).isEmpty()) {
      set(name, value);
    }
  }

  void remove(String name) {
    if (base.containsKey(name)) {
      own.put(name, null);
    } else {
      own.remove(name);
    }
  }

  /** The names as they are now, sorted: what is changed meanwhile is not seen. */
  List<String> names() {
    return List.copyOf(values().keySet());
  }

  SortedMap<String, String> values() {
    return Collections.unmodifiableSortedMap(all(new TreeMap<>()));
  }

  private <M extends Map<String, String>> M all(M into) {
    into.putAll(base);
    own.forEach(
        (name, value) -> {
          if (value == null) {
            into.remove(name);
          } else {
            into.put(name, value);
          }
        });
    return into;
  }
}
