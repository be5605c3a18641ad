package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DemandsTest {
  private static final Duration FIFTEEN = Duration.ofSeconds(15);
  private static final SlotJobs ONE = SlotJobs.named(List.of("appmetrics-1"));
  private static final SlotJobs TWO = SlotJobs.named(List.of("appmetrics-2-istio-secure"));

  private final Demands demands = new Demands();

  @Test
  void isIncompleteUntilEveryAppMetricsWasHeard() {
    List<String> existing = List.of("shop/a", "shop/b");
    assertThat(demands.together(existing)).isEqualTo(new Demand(SlotJobs.none(), false));

    demands.put("shop/a", ONE, Set.of(), Map.of(), true, false);
    assertThat(demands.together(existing)).isEqualTo(new Demand(ONE, false));
    demands.put("shop/b", SlotJobs.none(), Set.of(), Map.of(), true, false);
    assertThat(demands.together(existing)).isEqualTo(new Demand(ONE, true));
    assertThat(new Demands().together(List.of())).isEqualTo(new Demand(SlotJobs.none(), true));
  }

  @Test
  void looksAtEveryJobOfTheUsersThatScrapesForAnybody() {
    demands.put("shop/a", SlotJobs.none(), Set.of("kubernetes-pods"), Map.of(), true, false);
    demands.put("shop/b", ONE, Set.of("kubernetes-pods-istio-secure"), Map.of(), true, false);
    assertThat(demands.together(List.of()).agents()).isEmpty();
    assertThat(demands.together(List.of()).userJobs())
        .containsExactly("kubernetes-pods", "kubernetes-pods-istio-secure");

    demands.put("shop/a", SlotJobs.none(), Set.of(), Map.of(), true, false);
    assertThat(demands.together(List.of()).userJobs())
        .containsExactly("kubernetes-pods-istio-secure");
  }

  @Test
  void isWhatAllNeedTogether() {
    demands.put("shop/a", ONE, Set.of(), Map.of(), true, false);
    demands.put("shop/b", TWO, Set.of(), Map.of(), true, false);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(ONE.and(TWO));

    demands.remove("shop/a");
    demands.remove("shop/a");
    assertThat(demands.together(List.of()).jobs()).isEqualTo(TWO);
  }

  /** {@code kubectl replace --force} of a workload, or of all that a namespace holds. */
  @Test
  void keepsWhatWasNeededWhileAWorkloadIsMissing() {
    demands.put("shop/a", ONE, Set.of(), Map.of(), true, false);
    demands.put("shop/a", SlotJobs.none(), Set.of(), Map.of(), false, true);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(ONE);
    demands.put("shop/a", TWO, Set.of(), Map.of(), false, true);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(ONE.and(TWO));

    demands.put("shop/a", TWO, Set.of(), Map.of(), true, false);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(TWO);
    demands.put("shop/b", ONE, Set.of(), Map.of(), false, true);
    assertThat(demands.together(List.of()).jobs()).as("never seen").isEqualTo(ONE.and(TWO));
  }

  /** Only news wakes the loop. */
  @Test
  void tellsNewsFromWhatIsKnown() {
    assertThat(demands.put("shop/a", ONE, Set.of(), Map.of(), true, true)).isTrue();
    assertThat(demands.put("shop/a", ONE, Set.of(), Map.of(), true, true)).isFalse();
    assertThat(demands.put("shop/a", ONE, Set.of(), Map.of(), true, false)).isTrue();
    assertThat(demands.put("shop/a", TWO, Set.of(), Map.of(), true, false)).isTrue();
  }

  @Test
  void pendsAsLongAsOneDoes() {
    demands.put("shop/a", ONE, Set.of(), Map.of(), true, false);
    assertThat(demands.pending()).isFalse();
    demands.put("shop/b", ONE, Set.of(), Map.of(), true, true);
    assertThat(demands.pending()).isTrue();
    demands.remove("shop/b");
    assertThat(demands.pending()).isFalse();
  }

  /** How far a look goes back is decided by the rarest scrape of a job. */
  @Test
  void takesTheLongestIntervalOfTheAgentsOfAJob() {
    Set<String> pods = Set.of("kubernetes-pods");
    demands.put("shop/a", SlotJobs.none(), pods, Map.of("kubernetes-pods", FIFTEEN), true, false);
    demands.put(
        "shop/b",
        SlotJobs.none(),
        pods,
        Map.of("kubernetes-pods", FIFTEEN.plus(FIFTEEN)),
        true,
        false);
    demands.put("shop/c", SlotJobs.none(), pods, Map.of(), true, false);
    assertThat(demands.together(List.of()).agents())
        .isEqualTo(Map.of("kubernetes-pods", FIFTEEN.plus(FIFTEEN)));
    assertThat(
            demands.put(
                "shop/a", SlotJobs.none(), pods, Map.of("kubernetes-pods", FIFTEEN), true, false))
        .as("no news")
        .isFalse();
    assertThat(demands.put("shop/a", SlotJobs.none(), pods, Map.of(), true, false))
        .as("news")
        .isTrue();
  }
}
