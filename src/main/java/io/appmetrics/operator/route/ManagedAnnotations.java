package io.appmetrics.operator.route;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that we write on a pod template, with a marker that names it: what is ours is seen on the
 * object itself, whoever has moved it meanwhile.
 */
public final class ManagedAnnotations {
  /** Names the keys that we wrote, those of ours without their prefix. */
  public static final String MARKER = SlotAnnotations.PREFIX + "managed";

  private ManagedAnnotations() {}

  /** The annotations, and the marker that names them; empty for nothing. */
  static SortedMap<String, String> of(
      Collection<Slot> slots, Optional<ScrapeAnnotations> scrapeAnnotations) {
    SortedMap<String, String> out = SlotAnnotations.of(slots);
    scrapeAnnotations.ifPresent(annotations -> out.putAll(annotations.annotations()));
    if (!out.isEmpty()) {
      out.put(
          MARKER,
          out.keySet().stream()
              .map(ManagedAnnotations::shortened)
              .collect(Collectors.joining(",")));
    }
    return out;
  }

  private static String shortened(String key) {
    return key.startsWith(SlotAnnotations.PREFIX)
        ? key.substring(SlotAnnotations.PREFIX.length())
        : key;
  }

  /** The keys that the marker names, the marker included; empty where there is no marker. */
  public static SortedSet<String> keys(Map<String, String> annotations) {
    String marker = annotations.get(MARKER);
    if (marker == null) {
      return new TreeSet<>();
    }
    return Stream.concat(
            Stream.of(MARKER),
            Stream.of(marker.split(",", -1))
                .filter(name -> !name.isBlank())
                .map(name -> name.contains("/") ? name : SlotAnnotations.PREFIX + name)
                .filter(ManagedAnnotations::canBeOurs))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whoever edits a marker must not have us take away what we never write. */
  private static boolean canBeOurs(String key) {
    return key.startsWith(SlotAnnotations.PREFIX) || ScrapeAnnotations.KEYS.contains(key);
  }

  /** Those of the annotations that the marker names. */
  public static SortedMap<String, String> ours(Map<String, String> annotations) {
    SortedMap<String, String> out = new TreeMap<>(annotations);
    out.keySet().retainAll(keys(annotations));
    return out;
  }

  /** Those of the annotations that are not ours. */
  static SortedMap<String, String> foreign(Map<String, String> annotations) {
    SortedMap<String, String> out = new TreeMap<>(annotations);
    out.keySet().removeAll(keys(annotations));
    return out;
  }
}
