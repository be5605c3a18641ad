package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.prometheus.InstallationState.Restart;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What has been tried on each replica, and for what; immutable.
 *
 * @param byReplica by pod uid and cause
 */
public record Attempts(Map<Key, Tried> byReplica) {

  /** Nothing tried yet. */
  public static final Attempts NONE = new Attempts(Map.of());

  /** With this begins the cause of a replica's not running the text that it should. */
  static final String TEXT = "config ";

  /** The cause of a replica's not running the text whose jobs have this digest. */
  static String text(@Nullable String digest) {
    return TEXT + (digest == null ? "without a block" : digest);
  }

  /** Attempts are counted for one trouble of one pod. */
  public record Key(String podUid, String cause) {}

  /**
   * What was tried.
   *
   * @param nudges how many nudges
   * @param lastNudge when the last one was
   * @param reloads how many reloads
   * @param lastReload when the last one was
   * @param rejection what Prometheus answered to the last reload; null when it agreed
   * @param refusal what came of the last restart; null when it was not refused
   */
  public record Tried(
      int nudges,
      @Nullable Instant lastNudge,
      int reloads,
      @Nullable Instant lastReload,
      @Nullable String rejection,
      @Nullable Refusal refusal) {
    static final Tried NOTHING = new Tried(0, null, 0, null, null, null);

    /** This, and a reload that was sent by the process before us. */
    Tried andReloadedAt(Instant at) {
      return new Tried(nudges, lastNudge, reloads + 1, at, rejection, refusal);
    }
  }

  /**
   * A restart that was not done.
   *
   * @param words how it ended, such as {@code refused: no right}
   * @param at when
   */
  public record Refusal(String words, Instant at) {}

  /** What was tried on a replica for a cause. */
  public Tried on(String podUid, String cause) {
    return byReplica.getOrDefault(new Key(podUid, cause), Tried.NOTHING);
  }

  /** What Prometheus answered to the last reload of a replica; empty when it agreed. */
  public Optional<String> lastRejection(String podUid) {
    return byReplica.entrySet().stream()
        .filter(e -> e.getKey().podUid().equals(podUid))
        .map(Map.Entry::getValue)
        .filter(tried -> tried.lastReload() != null)
        .max(Comparator.comparing(tried -> Objects.requireNonNull(tried.lastReload())))
        .map(Tried::rejection);
  }

  /** These attempts and one more nudge. */
  public Attempts nudged(String podUid, String cause, Instant at) {
    Tried t = on(podUid, cause);
    return with(
        podUid,
        cause,
        new Tried(t.nudges() + 1, at, t.reloads(), t.lastReload(), t.rejection(), t.refusal()));
  }

  /** These attempts and one more reload. */
  public Attempts reloaded(String podUid, String cause, Instant at, @Nullable String rejection) {
    Tried t = on(podUid, cause);
    return with(
        podUid,
        cause,
        new Tried(t.nudges(), t.lastNudge(), t.reloads() + 1, at, rejection, t.refusal()));
  }

  /** These attempts and one more restart, which was refused, or was not. */
  Attempts restarted(Restart restart, @Nullable Refusal refusal) {
    Tried t = on(restart.replica(), restart.cause());
    return with(
        restart.replica(),
        restart.cause(),
        new Tried(t.nudges(), t.lastNudge(), t.reloads(), t.lastReload(), t.rejection(), refusal));
  }

  /** That a restart that was decided was refused, the last time that it was tried. */
  Optional<Refusal> refusal(Restart restart) {
    return Optional.ofNullable(on(restart.replica(), restart.cause()).refusal());
  }

  private Attempts with(String podUid, String cause, Tried tried) {
    Map<Key, Tried> copy = new HashMap<>(byReplica);
    copy.put(new Key(podUid, cause), tried);
    return new Attempts(Map.copyOf(copy));
  }

  /**
   * What was tried for older texts is over. The same text may come again, and its first cure is a
   * nudge again: a reload before the kubelet has projected it would load the older one.
   */
  Attempts withoutTexts() {
    Map<Key, Tried> copy = new HashMap<>(byReplica);
    copy.keySet().removeIf(key -> key.cause().startsWith(TEXT));
    return new Attempts(Map.copyOf(copy));
  }

  /** Without what was tried on pods that suffer from nothing any more. */
  Attempts withoutCured(Set<String> podUids) {
    Map<Key, Tried> copy = new HashMap<>(byReplica);
    copy.keySet().removeIf(key -> podUids.contains(key.podUid()));
    return new Attempts(Map.copyOf(copy));
  }

  /** Only what concerns pods that still exist. */
  public Attempts retaining(Set<String> podUids) {
    Map<Key, Tried> copy = new HashMap<>(byReplica);
    copy.keySet().removeIf(key -> !podUids.contains(key.podUid()));
    return new Attempts(Map.copyOf(copy));
  }
}
