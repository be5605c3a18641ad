package io.appmetrics.operator.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotAnnotationsTest {
  private static final Slot FULL =
      new Slot(
          12,
          8443,
          "/actuator/prometheus",
          Scheme.ISTIO_MUTUAL,
          "1m",
          "10s",
          new TreeMap<>(Map.of("format", "text")),
          new TreeSet<>());
  private static final Slot BARE =
      new Slot(1, 8080, "/metrics", Scheme.HTTP, null, null, new TreeMap<>(), new TreeSet<>());

  @Test
  void readsWhatItWrites() {
    assertThat(SlotAnnotations.read(SlotAnnotations.of(List.of(FULL, BARE))))
        .containsExactly(BARE, FULL);
    assertThat(SlotAnnotations.of(List.of())).isEmpty();
    assertThat(SlotAnnotations.read(Map.of())).isEmpty();
  }

  /** Prometheus drops a target whose timeout is above its interval: both or none. */
  @Test
  void writesIntervalAndTimeoutBothOrNone() {
    Slot half =
        new Slot(1, 8080, "/metrics", Scheme.HTTP, "1m", null, new TreeMap<>(), new TreeSet<>());
    assertThat(SlotAnnotations.of(List.of(half)))
        .doesNotContainKeys("appmetrics.io/interval-1", "appmetrics.io/timeout-1");
  }

  @ParameterizedTest
  @CsvSource({
    // what a slot job does not keep is no slot
    "port-1,  8080, true",
    "port-12, 8080, false", // its path and scheme are those of slot 1
    "port-1,  0,    false",
    "port-1,  -1,   false",
    "port-1,  http, false",
    "port-1,  08080, false",
    "port-0,  8080, false",
    "port-01, 8080, false",
    "port-,   8080, false",
    "Port-1,  8080, false"
  })
  void readsOnlyWhatASlotJobKeeps(String key, String value, boolean slot) {
    Map<String, String> annotations =
        Map.of(
            "appmetrics.io/" + key,
            value,
            "appmetrics.io/path-1",
            "/metrics",
            "appmetrics.io/path-0",
            "/metrics",
            "appmetrics.io/scheme-1",
            "http",
            "appmetrics.io/scheme-0",
            "http");

    assertThat(SlotAnnotations.read(annotations)).hasSize(slot ? 1 : 0);
  }

  @Test
  void aSlotWithoutPathOrWithAnUnknownSchemeIsNone() {
    assertThat(
            SlotAnnotations.read(
                Map.of("appmetrics.io/port-1", "8080", "appmetrics.io/scheme-1", "http")))
        .isEmpty();
    assertThat(
            SlotAnnotations.read(
                Map.of(
                    "appmetrics.io/port-1", "8080",
                    "appmetrics.io/path-1", "/metrics",
                    "appmetrics.io/scheme-1", "gopher")))
        .isEmpty();
  }

  @Test
  void keepsTheParametersOfSlotsApart() {
    Map<String, String> annotations = new TreeMap<>(SlotAnnotations.of(List.of(FULL, BARE)));
    annotations.put("appmetrics.io/param-1-a", "b");

    assertThat(SlotAnnotations.read(annotations))
        .extracting(Slot::params)
        .containsExactly(new TreeMap<>(Map.of("a", "b")), new TreeMap<>(Map.of("format", "text")));
  }

  @Test
  void theMarkerNamesWhatIsOurs() {
    Map<String, String> annotations =
        new TreeMap<>(ManagedAnnotations.of(List.of(BARE), Optional.empty()));
    annotations.put("appmetrics.io/port-2", "of somebody else");
    annotations.put("prometheus.io/scrape", "true");

    assertThat(ManagedAnnotations.keys(annotations))
        .containsExactly(
            "appmetrics.io/managed",
            "appmetrics.io/path-1",
            "appmetrics.io/port-1",
            "appmetrics.io/scheme-1");
    assertThat(ManagedAnnotations.ours(annotations))
        .isEqualTo(ManagedAnnotations.of(List.of(BARE), Optional.empty()));
    assertThat(ManagedAnnotations.keys(Map.of("appmetrics.io/port-1", "8080"))).isEmpty();
    assertThat(ManagedAnnotations.keys(Map.of("appmetrics.io/managed", ",, ")))
        .containsExactly("appmetrics.io/managed");
  }

  @Test
  void theLiveSchemeGoesBeforeTheTemplates() {
    Map<String, String> pod =
        Map.of(
            "appmetrics.io/scheme-1", "http",
            "appmetrics.io/scheme-2", "http",
            "appmetrics.io/live-scheme-2", "istio-mutual",
            "appmetrics.io/live-scheme-3", "https",
            "appmetrics.io/live-scheme-x", "https");

    assertThat(SlotAnnotations.schemeOf(1, pod)).contains(Scheme.HTTP);
    assertThat(SlotAnnotations.schemeOf(2, pod)).contains(Scheme.ISTIO_MUTUAL);
    assertThat(SlotAnnotations.schemeOf(4, pod)).isEmpty();
    assertThat(SlotAnnotations.liveSchemes(pod))
        .containsOnlyKeys("appmetrics.io/live-scheme-2", "appmetrics.io/live-scheme-3");
  }
}
