package io.appmetrics.operator.prometheus;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What must outlive a crash of the operator: it is written before each act that is not to be done
 * twice. A crash in between costs budget, never a second restart.
 *
 * @param restarts the restarts that were decided, oldest first
 * @param reloads the reloads that were decided, oldest first
 */
public record InstallationState(List<Restart> restarts, List<Reload> reloads) {

  /** Nothing was ever done. */
  public static final InstallationState NONE = new InstallationState(List.of(), List.of());

  /** More than a day's budget, and still a small object. */
  static final int MOST = 64;

  private static final String RESTARTS = "restarts";
  private static final String RELOADS = "reloads";
  private static final String NOTHING = "-";

  /** How Prometheus is restarted. */
  public enum Way {
    /** {@code POST /-/quit}: the kubelet starts the container again, in place. */
    QUIT,
    /** An annotation of the pod template: other pods take the place of all. */
    TEMPLATE
  }

  /**
   * A restart that was decided.
   *
   * @param at when
   * @param way how
   * @param cause the fingerprint of the certificates, or {@code config-} and the digest of a text
   * @param replica the uid of the pod that suffered
   * @param started when its process had started
   * @param generation the Deployment's, on which it was decided
   * @param cured when it was seen that nothing suffers any more; null until then
   */
  public record Restart(
      Instant at,
      Way way,
      String cause,
      String replica,
      Instant started,
      long generation,
      @Nullable Instant cured) {

    /** Whether it was for the process that a replica still runs. */
    boolean isOf(String uid, Instant start) {
      return replica.equals(uid) && started.equals(start);
    }

    Restart curedAt(Instant when) {
      return new Restart(at, way, cause, replica, started, generation, when);
    }
  }

  /**
   * A reload that was decided.
   *
   * @param at when
   * @param replica the uid of the pod
   * @param loaded when it had last loaded a configuration: once it says otherwise, it was done
   * @param cause the id of what it was to cure
   */
  public record Reload(Instant at, String replica, Instant loaded, String cause) {}

  public InstallationState {
    restarts = last(restarts);
    reloads = last(reloads);
  }

  private static <T> List<T> last(List<T> all) {
    return List.copyOf(all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  /** The latest restart. */
  public Optional<Restart> latest() {
    return restarts.isEmpty() ? Optional.empty() : Optional.of(restarts.get(restarts.size() - 1));
  }

  /** The latest reload of a replica for this cause. */
  Optional<Reload> reload(String replica, String cause) {
    return reloads.stream()
        .filter(reload -> reload.replica().equals(replica) && reload.cause().equals(cause))
        .reduce((earlier, later) -> later);
  }

  /** This and one more restart. */
  InstallationState with(Restart restart) {
    return new InstallationState(and(restarts, restart), reloads);
  }

  /** This and one more reload; those of pods that are gone are forgotten. */
  InstallationState with(Reload reload, Collection<String> replicas) {
    List<Reload> kept =
        reloads.stream()
            .filter(known -> replicas.contains(known.replica()))
            .filter(
                known ->
                    !known.replica().equals(reload.replica())
                        || !known.cause().equals(reload.cause()))
            .toList();
    return new InstallationState(restarts, and(kept, reload));
  }

  /** This, its latest restart proven to have cured. */
  InstallationState cured(Instant when) {
    List<Restart> changed = new ArrayList<>(restarts);
    if (!changed.isEmpty()) {
      changed.set(changed.size() - 1, changed.get(changed.size() - 1).curedAt(when));
    }
    return new InstallationState(changed, reloads);
  }

  private static <T> List<T> and(List<T> all, T one) {
    return Stream.concat(all.stream(), Stream.of(one)).toList();
  }

  /** As the data of a ConfigMap: one line each. */
  public Map<String, String> encode() {
    Map<String, String> data = new TreeMap<>();
    data.put(
        RESTARTS,
        lines(
            restarts.stream()
                .map(
                    r ->
                        String.join(
                            " ",
                            r.at().toString(),
                            r.way().toString(),
                            r.cause(),
                            r.replica(),
                            r.started().toString(),
                            String.valueOf(r.generation()),
                            r.cured() == null ? NOTHING : r.cured().toString()))));
    data.put(
        RELOADS,
        lines(
            reloads.stream()
                .map(
                    r ->
                        String.join(
                            " ",
                            r.at().toString(),
                            r.replica(),
                            r.loaded().toString(),
                            r.cause()))));
    return data;
  }

  private static String lines(Stream<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /**
   * Reads what {@link #encode} has written.
   *
   * @throws IllegalArgumentException when it is something else: then nothing is known of what was
   *     done, and nothing may be done twice
   */
  public static InstallationState decode(Map<String, String> data) {
    return new InstallationState(
        data.getOrDefault(RESTARTS, "").lines().map(InstallationState::restart).toList(),
        data.getOrDefault(RELOADS, "").lines().map(InstallationState::reload).toList());
  }

  private static Restart restart(String line) {
    String[] word = words(line, 7);
    try {
      return new Restart(
          Instant.parse(word[0]),
          Way.valueOf(word[1]),
          word[2],
          word[3],
          Instant.parse(word[4]),
          Long.parseLong(word[5]),
          word[6].equals(NOTHING) ? null : Instant.parse(word[6]));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no restart: " + line, e);
    }
  }

  private static Reload reload(String line) {
    String[] word = words(line, 4);
    try {
      return new Reload(Instant.parse(word[0]), word[1], Instant.parse(word[2]), word[3]);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no reload: " + line, e);
    }
  }

  private static String[] words(String line, int count) {
    String[] words = line.split(" ", count);
    if (words.length < count) {
      throw new IllegalArgumentException("too short: " + line);
    }
    return words;
  }
}
