package io.appmetrics.operator.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.Condition;
import io.appmetrics.operator.chain.Link;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChainTableTest {
  private final ChainTable table = new ChainTable();

  @Test
  void the_cells_stand_below_the_names_of_their_links() {
    var row = table.add(broken(Link.CONFIG_LOADED, "PropagationPending")).orElseThrow();

    assertThat(ChainTable.head())
        .containsExactly(
            "Accepted Targets Annotated Config  Config Certificates Targets Ready",
            "         Found             Written Loaded Loaded       Up");
    assertThat(row.text((cell, status) -> cell))
        .isEqualTo("True     True    True      True    False  .            .       False");
    assertThat(row.why()).isEqualTo("ConfigLoaded: PropagationPending: not yet");
  }

  @Test
  void it_fits_on_a_terminal_of_80_columns_behind_the_time() {
    assertThat(ChainTable.head()).allSatisfy(line -> assertThat(line.length()).isLessThan(70));
  }

  @Test
  void colours_do_not_move_cells() {
    var row = table.add(broken(Link.TARGETS_UP, "PodsJoining")).orElseThrow();

    assertThat(row.text((cell, status) -> "<" + cell + ">"))
        .startsWith("<True>     <True>    <True>      ");
  }

  @Test
  void a_row_for_each_change_and_none_without() {
    assertThat(table.add(List.of())).isEmpty();
    assertThat(table.add(broken(Link.TARGETS_UP, "PodsJoining"))).isPresent();
    assertThat(table.add(broken(Link.TARGETS_UP, "PodsJoining"))).isEmpty();
    assertThat(table.add(broken(Link.TARGETS_UP, "ConnectionRefused"))).isPresent();
    assertThat(table.add(broken(null, "Verified")))
        .get()
        .satisfies(
            row -> {
              assertThat(row.why()).isEqualTo("not yet");
              assertThat(row.statuses()).hasSize(8).containsOnly("True");
            });
  }

  @Test
  void the_first_link_that_does_not_hold_is_named() {
    assertThat(ChainTable.brokenLink(broken(Link.ANNOTATED, "RolloutInProgress")))
        .contains("Annotated");
    assertThat(ChainTable.brokenLink(broken(null, "Verified"))).isEmpty();
  }

  /** All links before it hold, those after it are unknown; null: all hold. */
  private static List<Condition> broken(@Nullable Link link, String reason) {
    var conditions = new ArrayList<Condition>();
    var status = "True";
    for (var each : Link.values()) {
      status = each == link ? "False" : status.equals("True") ? "True" : "Unknown";
      conditions.add(condition(each.condition(), status, status.equals("False") ? reason : "-"));
    }
    conditions.add(condition("Ready", link == null ? "True" : "False", reason));
    return conditions;
  }

  private static Condition condition(String type, String status, String reason) {
    return new Condition(type, status, reason, "not yet", Instant.EPOCH, 1L);
  }
}
