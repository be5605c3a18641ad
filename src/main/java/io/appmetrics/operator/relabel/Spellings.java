package io.appmetrics.operator.relabel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keys of Kubernetes as Prometheus sees them: {@code prometheus.io/port} and {@code
 * prometheus-io.port} are one label, and Go's maps, which have no order, decide whose value it has.
 */
final class Spellings {

  /** Each collision doubles the alternatives at least; more than four are somebody's joke. */
  static final int ALTERNATIVES = 16;

  private Spellings() {}

  /** A key as part of a label's name (util/strutil, SanitizeLabelName). */
  static String sanitised(String key) {
    var name = new StringBuilder(key.length());
    key.codePoints().forEach(c -> name.append(isPlain(c) ? (char) c : '_'));
    return name.toString();
  }

  private static boolean isPlain(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  /** Keys of different value that become one label, in the order of their names. */
  static List<List<String>> collisions(Map<String, String> meta) {
    var byName = new TreeMap<String, List<String>>();
    for (var key : meta.keySet()) {
      byName.computeIfAbsent(sanitised(key), name -> new ArrayList<>(1)).add(key);
    }
    return byName.values().stream()
        .filter(keys -> keys.size() > 1)
        .filter(keys -> keys.stream().map(meta::get).distinct().count() > 1)
        .map(keys -> keys.stream().sorted().toList())
        .toList();
  }

  /** What is left when one key of each collision counts, in all ways; empty when too many. */
  static List<Map<String, String>> alternatives(Map<String, String> meta) {
    var alternatives = new ArrayList<Map<String, String>>();
    alternatives.add(meta);
    for (var keys : collisions(meta)) {
      var next = new ArrayList<Map<String, String>>();
      for (var alternative : alternatives) {
        for (var chosen : keys) {
          var left = new HashMap<>(alternative);
          left.keySet().removeIf(key -> keys.contains(key) && !key.equals(chosen));
          next.add(left);
        }
      }
      if (next.size() > ALTERNATIVES) {
        return List.of();
      }
      alternatives = next;
    }
    return alternatives;
  }
}
