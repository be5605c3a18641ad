package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemandsTest {
  private static final SlotJobs ONE = SlotJobs.named(List.of("appmetrics-1"));
  private static final SlotJobs TWO = SlotJobs.named(List.of("appmetrics-2-istio-secure"));

  private final Demands demands = new Demands();

  @Test
  void isIncompleteUntilEveryAppMetricsWasHeard() {
    List<String> existing = List.of("shop/a", "shop/b");
    assertThat(demands.together(existing)).isEqualTo(new Demand(SlotJobs.none(), false));

    demands.put("shop/a", ONE, true, false);
    assertThat(demands.together(existing)).isEqualTo(new Demand(ONE, false));
    demands.put("shop/b", SlotJobs.none(), true, false);
    assertThat(demands.together(existing)).isEqualTo(new Demand(ONE, true));
    assertThat(new Demands().together(List.of())).isEqualTo(new Demand(SlotJobs.none(), true));
  }

  @Test
  void isWhatAllNeedTogether() {
    demands.put("shop/a", ONE, true, false);
    demands.put("shop/b", TWO, true, false);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(ONE.and(TWO));

    demands.remove("shop/a");
    demands.remove("shop/a");
    assertThat(demands.together(List.of()).jobs()).isEqualTo(TWO);
  }

  /** {@code kubectl replace --force} of a workload, or of all that a namespace holds. */
  @Test
  void keepsWhatWasNeededWhileAWorkloadIsMissing() {
    demands.put("shop/a", ONE, true, false);
    demands.put("shop/a", SlotJobs.none(), false, true);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(ONE);
    demands.put("shop/a", TWO, false, true);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(ONE.and(TWO));

    demands.put("shop/a", TWO, true, false);
    assertThat(demands.together(List.of()).jobs()).isEqualTo(TWO);
    demands.put("shop/b", ONE, false, true);
    assertThat(demands.together(List.of()).jobs()).as("never seen").isEqualTo(ONE.and(TWO));
  }

  /** Only news wakes the loop. */
  @Test
  void tellsNewsFromWhatIsKnown() {
    assertThat(demands.put("shop/a", ONE, true, true)).isTrue();
    assertThat(demands.put("shop/a", ONE, true, true)).isFalse();
    assertThat(demands.put("shop/a", ONE, true, false)).isTrue();
    assertThat(demands.put("shop/a", TWO, true, false)).isTrue();
  }

  @Test
  void pendsAsLongAsOneDoes() {
    demands.put("shop/a", ONE, true, false);
    assertThat(demands.pending()).isFalse();
    demands.put("shop/b", ONE, true, true);
    assertThat(demands.pending()).isTrue();
    demands.remove("shop/b");
    assertThat(demands.pending()).isFalse();
  }
}
