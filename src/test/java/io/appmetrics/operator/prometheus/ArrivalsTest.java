package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ArrivalsTest {

  /** As old as two scrapes there, and two of ours, may make it. */
  @Test
  void asksForWhatIsUpAndStillComes() {
    assertThat(
            Arrivals.query(
                new TreeMap<>(
                    Map.of(
                        "a.b", Duration.ofSeconds(15), "kubernetes-pods", Duration.ofMinutes(1))),
                Duration.ofSeconds(30)))
        .isEqualTo(
            "(up{job=~\"a\\\\.b|kubernetes-pods\"} == 1) and"
                + " (timestamp(up{job=~\"a\\\\.b|kubernetes-pods\"}) > time() - 190)");
  }

  @Test
  void knowsATargetByJobAndInstance() {
    Arrivals arrivals =
        new Arrivals(
            Set.of("a"),
            Set.of(Map.of("job", "a", "instance", "10.0.0.1:8080", "cluster", "mine")));
    assertThat(arrivals.contain(Map.of("job", "a", "instance", "10.0.0.1:8080", "pod", "p")))
        .isTrue();
    assertThat(arrivals.contain(Map.of("job", "a", "instance", "10.0.0.1:8081"))).isFalse();
    assertThat(arrivals.contain(Map.of("job", "b", "instance", "10.0.0.1:8080"))).isFalse();
    assertThat(Arrivals.NONE.contain(Map.of("job", "a", "instance", "10.0.0.1:8080"))).isFalse();
  }
}
