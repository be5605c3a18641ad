package io.appmetrics.operator.route;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The annotations by which a pod tells the slot jobs where its metrics are. */
public final class SlotAnnotations {
  /** Every annotation of ours begins so. */
  public static final String PREFIX = "appmetrics.io/";

  private static final Pattern PORT =
      Pattern.compile(Pattern.quote(PREFIX) + "port-([1-9]\\d{0,2})");
  private static final Pattern LIVE_SCHEME =
      Pattern.compile(Pattern.quote(PREFIX) + "live-scheme-[1-9]\\d{0,2}");

  private SlotAnnotations() {}

  /** The annotations of these slots. */
  static SortedMap<String, String> of(Collection<Slot> slots) {
    SortedMap<String, String> out = new TreeMap<>();
    for (Slot slot : slots) {
      int n = slot.number();
      out.put(PREFIX + "port-" + n, Integer.toString(slot.port()));
      out.put(PREFIX + "path-" + n, slot.path());
      out.put(PREFIX + "scheme-" + n, slot.scheme().annotation());
      if (slot.interval() != null && slot.timeout() != null) {
        out.put(PREFIX + "interval-" + n, slot.interval());
        out.put(PREFIX + "timeout-" + n, slot.timeout());
      }
      if (!slot.readers().isEmpty()) {
        out.put(PREFIX + "for-" + n, String.join(",", slot.readers()));
      }
      slot.params().forEach((key, value) -> out.put(PREFIX + "param-" + n + "-" + key, value));
    }
    return out;
  }

  /** The slots that stand in the annotations of a pod or a template, by number. */
  public static List<Slot> read(Map<String, String> annotations) {
    SortedMap<Integer, Slot> slots = new TreeMap<>();
    for (String key : annotations.keySet()) {
      Matcher port = PORT.matcher(key);
      if (port.matches()) {
        int n = Integer.parseInt(port.group(1));
        read(n, annotations).ifPresent(slot -> slots.put(n, slot));
      }
    }
    return new ArrayList<>(slots.values());
  }

  private static Optional<Slot> read(int n, Map<String, String> annotations) {
    Optional<Scheme> scheme =
        Optional.ofNullable(annotations.get(PREFIX + "scheme-" + n)).flatMap(Scheme::ofAnnotation);
    String path = annotations.get(PREFIX + "path-" + n);
    String port = annotations.getOrDefault(PREFIX + "port-" + n, "");
    if (scheme.isEmpty() || path == null || !port.matches("[1-9]\\d{0,4}")) {
      return Optional.empty(); // a slot job would not keep it either
    }
    String paramPrefix = PREFIX + "param-" + n + "-";
    SortedMap<String, String> params = new TreeMap<>();
    annotations.forEach(
        (key, value) -> {
          if (key.startsWith(paramPrefix)) {
            params.put(key.substring(paramPrefix.length()), value);
          }
        });
    return Optional.of(
        new Slot(
            n,
            Integer.parseInt(port),
            path,
            scheme.get(),
            annotations.get(PREFIX + "interval-" + n),
            annotations.get(PREFIX + "timeout-" + n),
            params,
            readers(annotations.getOrDefault(PREFIX + "for-" + n, ""))));
  }

  private static SortedSet<String> readers(String names) {
    return Stream.of(names.split(",", -1))
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The annotation on a live pod that goes before the template's scheme of slot n. */
  public static String liveScheme(int n) {
    return PREFIX + "live-scheme-" + n;
  }

  /** The live schemes that a pod carries. */
  public static SortedMap<String, String> liveSchemes(Map<String, String> annotations) {
    SortedMap<String, String> out = new TreeMap<>(annotations);
    out.keySet().removeIf(key -> !LIVE_SCHEME.matcher(key).matches());
    return out;
  }

  /** The scheme by which the slot jobs scrape a pod's slot: the live one, else the template's. */
  public static Optional<Scheme> schemeOf(int n, Map<String, String> podAnnotations) {
    String live = podAnnotations.get(liveScheme(n));
    String value = live != null ? live : podAnnotations.get(PREFIX + "scheme-" + n);
    return Optional.ofNullable(value).flatMap(Scheme::ofAnnotation);
  }
}
