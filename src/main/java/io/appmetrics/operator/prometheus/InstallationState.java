package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
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
 * @param texts how Prometheus took our jobs
 */
public record InstallationState(List<Restart> restarts, List<Reload> reloads, Texts texts) {

  /** Nothing was ever done. */
  public static final InstallationState NONE =
      new InstallationState(List.of(), List.of(), Texts.NONE);

  /** More than a day's budget, and still a small object. */
  static final int MOST = 64;

  private static final String RESTARTS = "restarts";
  private static final String RELOADS = "reloads";
  private static final String GOOD = "good";
  private static final String REJECTED = "rejected";
  private static final String NOTHING = "-";

  /**
   * Our jobs, and what became of them.
   *
   * @param good the last that every replica has loaded; null before that
   * @param rejected the last that one refused; null when none was
   */
  public record Texts(@Nullable ScrapeBlock good, @Nullable Rejected rejected) {
    static final Texts NONE = new Texts(null, null);
  }

  /**
   * Jobs that a Prometheus refuses.
   *
   * @param digest of the text that was refused
   * @param jobs those of it that no Prometheus is known to have run; none where it is the text
   *     alone
   * @param others the hash of everything else in the ConfigMap: with another, they may be taken; a
   *     hyphen where it is not they that are refused
   * @param version of the oldest Prometheus that answered then; empty when none did
   * @param at when
   * @param times how often in a row
   * @param words Prometheus' own, in one line
   */
  public record Rejected(
      String digest,
      SlotJobs jobs,
      String others,
      String version,
      Instant at,
      int times,
      String words) {

    /** Whether it is known that the same Prometheus refuses what is left without them, too. */
    boolean isBlameless() {
      return others.equals(NOTHING);
    }

    /** This, once that is known: they are tried again as soon as what is left is loaded. */
    Rejected blameless() {
      return new Rejected(digest, jobs, NOTHING, version, at, times, words);
    }

    /** How often in a row it is, once a text with these jobs is refused. */
    int timesWith(String text, SlotJobs refused) {
      boolean again = digest.equals(text) || !refused.without(jobs).equals(refused);
      return again ? times + 1 : 1;
    }

    private boolean isTakenWith(ScrapeBlock block) {
      return jobs.isEmpty() ? block.digest().equals(digest) : block.slotJobs().contains(jobs);
    }
  }

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
   * @param cause the fingerprint of the certificates, or {@code config-} and the digest of a text,
   *     with its number where it is not the first for that text
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
    return new InstallationState(and(restarts, restart), reloads, texts);
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
    return new InstallationState(restarts, and(kept, reload), texts);
  }

  /** This, its latest restart proven to have cured. */
  InstallationState cured(Instant when) {
    List<Restart> changed = new ArrayList<>(restarts);
    if (!changed.isEmpty()) {
      changed.set(changed.size() - 1, changed.get(changed.size() - 1).curedAt(when));
    }
    return new InstallationState(changed, reloads, texts);
  }

  /** This, and these jobs loaded by every replica: what was refused of them is refused no more. */
  InstallationState good(ScrapeBlock block) {
    Rejected known = texts.rejected();
    return new InstallationState(
        restarts,
        reloads,
        new Texts(block, known == null || known.isTakenWith(block) ? null : known));
  }

  /** This, and jobs that were refused. */
  InstallationState rejected(Rejected what) {
    return new InstallationState(restarts, reloads, new Texts(texts.good(), what));
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
    if (texts.good() != null) {
      data.put(GOOD, texts.good().items());
    }
    if (texts.rejected() != null) {
      Rejected rejected = texts.rejected();
      data.put(
          REJECTED,
          String.join(
                  " ",
                  rejected.digest(),
                  orNothing(String.join(",", rejected.jobs().names())),
                  rejected.others(),
                  orNothing(rejected.version()),
                  rejected.at().toString(),
                  String.valueOf(rejected.times()),
                  rejected.words())
              + "\n");
    }
    return data;
  }

  private static String orNothing(String value) {
    return value.isEmpty() ? NOTHING : value;
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
        data.getOrDefault(RELOADS, "").lines().map(InstallationState::reload).toList(),
        new Texts(
            Optional.ofNullable(data.get(GOOD)).map(ScrapeBlock::of).orElse(null),
            Optional.ofNullable(data.get(REJECTED))
                .flatMap(InstallationState::rejection)
                .orElse(null)));
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

  /** One that is not understood is forgotten: at worst it is refused, and noted, once more. */
  private static Optional<Rejected> rejection(String line) {
    try {
      String[] word = words(line.strip(), 7);
      return Optional.of(
          new Rejected(
              word[0],
              SlotJobs.named(List.of(word[1].split(",", -1))),
              word[2],
              word[3].equals(NOTHING) ? "" : word[3],
              Instant.parse(word[4]),
              Integer.parseInt(word[5]),
              word[6]));
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty();
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
