package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.SeenInstallation.Replica;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** For how long a Prometheus pod could have scraped, from pass to pass. */
class UptimeTest {
  private final SeenInstallation seen = SeenInstallation.well();
  private final Replica replica = seen.replica();

  /** What the passes make of it. */
  private Uptime next() {
    ScrapeFacts facts = seen.decide().facts();
    seen.before = facts;
    return facts.replicas().get(0).uptime();
  }

  private static Instant ago(int seconds) {
    return NOW.minusSeconds(seconds);
  }

  @Test
  void countsFromWhenItWasReady() {
    replica.startedAt = ago(50);
    replica.readySince = ago(20);
    assertThat(next()).isEqualTo(new Uptime(true, ago(20)));
  }

  @Test
  void isNotReadyUntilItsLogIsReplayed() {
    replica.startedAt = ago(50);
    replica.readySince = null;
    assertThat(next()).isEqualTo(new Uptime(false, ago(50)));
    replica.readySince = ago(2);
    assertThat(next()).isEqualTo(new Uptime(true, ago(2)));
  }

  /** The kubelet says ready of the process before, until it has looked. */
  @Test
  void isNewWithAnotherProcess() {
    next();
    replica.startedAt = ago(3);
    assertThat(next()).isEqualTo(new Uptime(true, ago(3)));
  }

  /** A probe that fails now and then says nothing of the targets. */
  @Test
  void isNotNewForNotBeingReadyForAWhile() {
    Uptime first = next();
    replica.readySince = null;
    assertThat(next()).isEqualTo(first);
    replica.readySince = ago(1);
    assertThat(next()).isEqualTo(first);
  }

  /** Else one that crashes in its replay would be new for ever. */
  @Test
  void hasItsTimeOnceHoweverOftenItEndsBeforeItIsReady() {
    replica.readySince = null;
    replica.startedAt = ago(500);
    next();
    replica.startedAt = ago(5);
    assertThat(next()).isEqualTo(new Uptime(false, ago(500)));
  }

  /** Nor may one be, that is ready for a while and ends, or is not seen in between. */
  @Test
  void isNewNoMoreInAPodThatHasHadItsTime() {
    replica.podSince = ago(599);
    replica.startedAt = ago(3);
    replica.readySince = null;
    assertThat(next()).isEqualTo(new Uptime(false, ago(3)));
    replica.podSince = ago(600);
    assertThat(next()).isEqualTo(Uptime.LONG);
    seen.before = null;
    assertThat(next()).isEqualTo(Uptime.LONG);
  }

  @Test
  void countsAfterTwoIntervalsAndThirtySecondsAtLeast() {
    assertThat(Uptime.settling(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(30));
    assertThat(Uptime.settling(Duration.ofSeconds(40))).isEqualTo(Duration.ofSeconds(80));
    assertThat(new Uptime(true, NOW).counts(Duration.ofSeconds(80))).isEqualTo(NOW.plusSeconds(80));
    assertThat(new Uptime(false, NOW).counts(Duration.ofSeconds(80)))
        .isEqualTo(NOW.plusSeconds(600));
  }

  @Test
  void tellsSinceWhenNoneAnswersThatIsNotNew() {
    next();
    assertThat(seen.before).extracting(ScrapeFacts::gap).as("one does").isNull();

    List<Replica> gone = List.copyOf(seen.replicas);
    seen.replicas.clear();
    ScrapeFacts none = seen.decide().facts();
    assertThat(none.gap()).isEqualTo(NOW);

    seen.before = none;
    seen.replicas.addAll(gone);
    replica.startedAt = ago(-4);
    replica.readySince = ago(-5);
    InstallationObservation young = seen.observation();
    assertThat(InstallationDecision.of(young, Attempts.NONE, NOW.plusSeconds(9)).facts().gap())
        .as("it lasts while there are new ones")
        .isEqualTo(NOW);
    assertThat(InstallationDecision.of(young, Attempts.NONE, NOW.plusSeconds(34)).facts().gap())
        .isEqualTo(NOW);
    assertThat(InstallationDecision.of(young, Attempts.NONE, NOW.plusSeconds(35)).facts().gap())
        .as("its 30 s are over")
        .isNull();
  }
}
