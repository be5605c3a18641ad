package io.appmetrics.operator.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appmetrics.operator.prometheus.InstallationState.Rejected;
import io.appmetrics.operator.prometheus.InstallationState.Reload;
import io.appmetrics.operator.prometheus.InstallationState.Restart;
import io.appmetrics.operator.prometheus.InstallationState.Way;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstallationStateTest {
  private static final Instant AT = Instant.parse("2026-03-01T12:00:00.123Z");
  private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
  private static final Restart QUIT = new Restart(AT, Way.QUIT, "c0ffee", "uid-1", START, 3, null);
  private static final Restart TEMPLATE =
      new Restart(AT.plusSeconds(9), Way.TEMPLATE, "config-0ddba11", "uid-2", START, 4, AT);
  private static final Reload RELOAD =
      new Reload(AT, "uid-1", START, "certificates c0ffee of 0ddba11 since " + START);

  @Test
  void isWrittenAsLinesThatAHumanCanRead() {
    InstallationState state =
        InstallationState.NONE.with(QUIT).with(TEMPLATE).with(RELOAD, List.of("uid-1"));

    assertThat(state.encode())
        .isEqualTo(
            Map.of(
                "restarts",
                """
                2026-03-01T12:00:00.123Z QUIT c0ffee uid-1 2026-03-01T10:00:00Z 3 -
                2026-03-01T12:00:09.123Z TEMPLATE config-0ddba11 uid-2 2026-03-01T10:00:00Z 4 2026-03-01T12:00:00.123Z
                """,
                "reloads",
                """
                2026-03-01T12:00:00.123Z uid-1 2026-03-01T10:00:00Z certificates c0ffee of 0ddba11 since 2026-03-01T10:00:00Z
                """));
    assertThat(InstallationState.decode(state.encode())).isEqualTo(state);
    assertThat(InstallationState.decode(Map.of())).isEqualTo(InstallationState.NONE);
  }

  @Test
  void remembersTheGoodJobsAsTheyWereRenderedAndTheRefusedByTheirDigest() {
    ScrapeBlock good =
        ScrapeBlock.render(
            SlotJobs.named(List.of("appmetrics-1")), PrometheusVersion.parse("3.16.0"), null);
    InstallationState state =
        InstallationState.NONE
            .good(good)
            .rejected(
                new Rejected(
                    "0ddba11",
                    SlotJobs.named(List.of("appmetrics-2", "appmetrics-2-istio-secure")),
                    "0ther",
                    "3.16.0",
                    AT,
                    2,
                    "no such key"));
    InstallationState ofText =
        InstallationState.NONE.rejected(
            new Rejected(good.digest(), SlotJobs.none(), "0ther", "", AT, 1, "no such key"));

    assertThat(state.encode())
        .containsEntry("good", good.items())
        .containsEntry(
            "rejected",
            "0ddba11 appmetrics-2,appmetrics-2-istio-secure 0ther 3.16.0 2026-03-01T12:00:00.123Z 2"
                + " no such key\n");
    assertThat(InstallationState.decode(state.encode())).isEqualTo(state);
    assertThat(ofText.encode())
        .containsEntry(
            "rejected", good.digest() + " - 0ther - 2026-03-01T12:00:00.123Z 1 no such key\n");
    assertThat(InstallationState.decode(ofText.encode())).isEqualTo(ofText);
    assertThat(InstallationState.NONE.encode()).containsOnlyKeys("restarts", "reloads");
    assertThatThrownBy(() -> InstallationState.decode(Map.of("good", "- job_name: a\n")))
        .isInstanceOf(IllegalArgumentException.class);
    for (String other :
        List.of(
            "0ddba11 no", "0ddba11 - 0ther - now 1 no", "0ddba11 - o - 2026-03-01T12:00:00Z x n")) {
      assertThat(InstallationState.decode(Map.of("rejected", other + "\n")))
          .as("at worst it is refused once more")
          .isEqualTo(InstallationState.NONE);
    }
  }

  /** Else it would be tried again at once, each time that the others are seen to run. */
  @Test
  void forgetsWhatWasRefusedOnlyOnceItRuns() {
    SlotJobs one = SlotJobs.named(List.of("appmetrics-1"));
    SlotJobs two = SlotJobs.named(List.of("appmetrics-2"));
    PrometheusVersion version = PrometheusVersion.parse("3.16.0");
    ScrapeBlock others = ScrapeBlock.render(one, version, null);
    ScrapeBlock all = ScrapeBlock.render(one.and(two), version, null);

    InstallationState jobs =
        InstallationState.NONE.rejected(
            new Rejected("0ddba11", two, "0ther", "3.16.0", AT, 1, "no"));
    assertThat(jobs.good(others).texts().rejected()).isNotNull();
    assertThat(jobs.good(all).texts().rejected()).isNull();

    InstallationState text =
        InstallationState.NONE.rejected(
            new Rejected(all.digest(), SlotJobs.none(), "0ther", "3.16.0", AT, 1, "no"));
    assertThat(text.good(others).texts().rejected()).isNotNull();
    assertThat(text.good(all).texts().rejected()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday QUIT c0ffee uid-1 2026-03-01T10:00:00Z 3 -",
        "2026-03-01T12:00:00Z KILL c0ffee uid-1 2026-03-01T10:00:00Z 3 -",
        "2026-03-01T12:00:00Z QUIT c0ffee uid-1 2026-03-01T10:00:00Z three -",
        "2026-03-01T12:00:00Z QUIT c0ffee uid-1 2026-03-01T10:00:00Z 3",
        "2026-03-01T12:00:00Z QUIT c0ffee uid-1 2026-03-01T10:00:00Z 3 - or so"
      })
  void whatItHasNotWrittenIsNoState(String line) {
    assertThatThrownBy(() -> InstallationState.decode(Map.of("restarts", line + "\n")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isOfBoundedSize() {
    InstallationState state = InstallationState.NONE;
    for (int i = 0; i < 1000; i++) {
      state = state.with(new Restart(AT.plusSeconds(i), Way.QUIT, "c" + i, "u", START, i, null));
      state = state.with(new Reload(AT.plusSeconds(i), "u", START, "cause " + i), List.of("u"));
    }
    assertThat(state.restarts()).hasSize(InstallationState.MOST);
    assertThat(state.latest()).map(Restart::cause).contains("c999");
    assertThat(state.reloads()).hasSize(InstallationState.MOST);
    assertThat(state.encode().values())
        .allSatisfy(text -> assertThat(text.length()).isLessThan(16 * 1024));
  }

  @Test
  void forgetsReloadsOfPodsThatAreGoneAndKeepsOnePerCause() {
    Reload again = new Reload(AT.plusSeconds(5), "uid-1", AT, RELOAD.cause());
    Reload other = new Reload(AT.plusSeconds(6), "uid-2", AT, "another");
    InstallationState state =
        InstallationState.NONE
            .with(RELOAD, List.of("uid-1"))
            .with(again, List.of("uid-1", "uid-2"))
            .with(other, List.of("uid-1", "uid-2"));

    assertThat(state.reloads()).containsExactly(again, other);
    assertThat(state.reload("uid-1", RELOAD.cause())).contains(again);
    assertThat(state.with(other, List.of("uid-2")).reloads()).containsExactly(other);
  }

  @Test
  void notesTheCureOfTheLatestRestart() {
    InstallationState state = InstallationState.NONE.with(TEMPLATE).with(QUIT).cured(AT);
    assertThat(state.restarts()).containsExactly(TEMPLATE, QUIT.curedAt(AT));
  }
}
