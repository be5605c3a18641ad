package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.BlockText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a Prometheus refuses the jobs that stand in the ConfigMap, and not something else in it.
 *
 * <p>A reload fails in one of two stages (main.go, reloadConfig). In the first the text is not
 * taken: the answer says why, but not which text was read, for a kubelet may be late. In the second
 * each part of Prometheus takes what concerns it, and the answer says only that one did not: it was
 * the scrape manager where the marker job, which needs nothing, gets no pool.
 *
 * @param installation whose pods they are
 * @param text that stands
 * @param block our jobs in it
 * @param digest of these jobs
 * @param inFile whether they stand in a file of their own
 */
record Rejection(
    InstallationObservation seen,
    Attempts attempts,
    Installation installation,
    ConfigText text,
    BlockText block,
    String digest,
    boolean inFile,
    Instant now) {

  private static final String APPLYING = "while applying the new configuration";

  private static final Pattern LINE = Pattern.compile("\\bline (\\d{1,9})\\b");

  private static final Pattern UNKNOWN_KEY =
      Pattern.compile("\\bline (\\d{1,9}): field (\\w+) not found");

  /** A process may end for many reasons; one that ends each time that it starts has read one. */
  private static final int ENDS = 2;

  /**
   * What a replica says of them.
   *
   * @param words in one line
   * @param atStart whether it does not even start with them
   */
  record Refusal(String words, boolean atStart) {}

  /** That of the first replica that refuses them. */
  Optional<Refusal> refusal() {
    return seen.replicas().stream()
        .map(
            replica ->
                replica.answers()
                    ? onReload(replica).map(words -> new Refusal(inOneLine(words), false))
                    : onStart(replica).map(words -> new Refusal(words, true)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What a replica says of a text that it could not load whole, whoever is to blame. */
  static Optional<String> ofReload(InstallationObservation seen, Attempts attempts, String cause) {
    return seen.replicas().stream()
        .filter(replica -> replica.answers() && !replica.lastReloadSucceeded())
        .flatMap(
            replica -> Optional.ofNullable(attempts.on(replica.uid(), cause).rejection()).stream())
        .filter(words -> words.startsWith(PrometheusApi.RELOAD_FAILED))
        .map(Rejection::inOneLine)
        .findFirst();
  }

  /** Whether that was surely said of the text that stands. */
  static boolean isCertain(InstallationObservation seen, Attempts attempts, String cause) {
    return seen.replicas().stream()
        .filter(replica -> replica.answers() && !replica.lastReloadSucceeded())
        .map(replica -> attempts.on(replica.uid(), cause))
        .anyMatch(tried -> tried.rejection() != null && isLate(tried));
  }

  private static String inOneLine(String words) {
    return words.replaceAll("\\s+", " ").strip();
  }

  private Optional<String> onReload(ReplicaReading replica) {
    Attempts.Tried tried = attempts.on(replica.uid(), Attempts.text(digest));
    String words = tried.rejection();
    if (words == null
        || replica.lastReloadSucceeded()
        || !words.startsWith(PrometheusApi.RELOAD_FAILED)) {
      return installation.lifecycle() ? Optional.empty() : onItsOwnReload(replica, tried);
    }
    boolean refused =
        words.contains(APPLYING)
            ? (replica.shows(digest) || isLate(tried)) && lacksMarker(replica, tried)
            : !replica.shows(digest) && isOurs(words, tried);
    return refused ? Optional.of(words) : Optional.empty();
  }

  /** The pool of the marker job that is to come has come by then. */
  private boolean lacksMarker(ReplicaReading replica, Attempts.Tried tried) {
    Instant reloaded = tried.lastReload();
    return replica.hasNoPoolOfMarker(digest)
        && reloaded != null
        && !now.isBefore(reloaded.plus(Healing.DISCOVERY));
  }

  private boolean isOurs(String words, Attempts.Tried tried) {
    if (names(words) || (isOfThisText(tried) && namesAKey(words))) {
      return true;
    }
    // a configuration that only includes ours was read without a look at it
    return !inFile && isLate(tried) && (!LINE.matcher(words).find() || namesALine(words));
  }

  /** Whoever has edited the text since has moved its lines. */
  private boolean isOfThisText(Attempts.Tried tried) {
    Instant written = text.writer(inFile).at();
    Instant reloaded = tried.lastReload();
    return written == null || (reloaded != null && reloaded.isAfter(written));
  }

  /** A line of our block that has the key of which they speak: no other text would, too. */
  private boolean namesAKey(String words) {
    List<String> lines = text.text().lines().toList();
    Matcher unknown = UNKNOWN_KEY.matcher(words);
    while (unknown.find()) {
      int number = Integer.parseInt(unknown.group(1));
      if (isInBlock(number) && lines.get(number - 1).contains(unknown.group(2) + ":")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where nobody but itself has it reload, nobody hears why it failed. The nudge came first, so
   * that the file has been shown for long.
   */
  private Optional<String> onItsOwnReload(ReplicaReading replica, Attempts.Tried tried) {
    Instant nudged = tried.lastNudge();
    return replica.lacksMarker(digest)
            && nudged != null
            && !now.isBefore(nudged.plus(Diagnosis.PROJECTION).plus(Healing.DISCOVERY))
        ? Optional.of("its last reload failed, and its log says why")
        : Optional.empty();
  }

  /** Whether they name a job of ours, or our file. */
  private boolean names(String words) {
    Installation.OwnFile own = installation.included();
    // as Go's %q writes the path of a file that is refused (config.go, fileErr)
    if (inFile && own != null && words.contains('"' + own.path() + '"')) {
      return true;
    }
    for (String job : block.jobs()) {
      if (Pattern.compile("(?<![\\w-])" + Pattern.quote(job) + "(?![\\w-])")
          .matcher(words)
          .find()) {
        return true;
      }
    }
    return false;
  }

  private boolean namesALine(String words) {
    return LINE.matcher(words)
        .results()
        .anyMatch(line -> isInBlock(Integer.parseInt(line.group(1))));
  }

  private boolean isInBlock(int line) {
    int begin = text.text().indexOf(block.text());
    long before = lines(text.text().substring(0, Math.max(0, begin)));
    return begin >= 0 && line - 1 > before && line - 1 <= before + lines(block.text());
  }

  private static long lines(String text) {
    return text.chars().filter(c -> c == '\n').count();
  }

  /** By then the kubelet has shown the text that was reloaded. */
  private static boolean isLate(Attempts.Tried tried) {
    Instant nudged = tried.lastNudge();
    Instant reloaded = tried.lastReload();
    return nudged != null
        && reloaded != null
        && !reloaded.isBefore(nudged.plus(Diagnosis.PROJECTION));
  }

  private Optional<String> onStart(ReplicaReading replica) {
    PrometheusContainer.End end = replica.container().end();
    if (end == null || !replica.container().failing() || end.times() < ENDS || !hasReadThem(end)) {
      return Optional.empty();
    }
    return Optional.of(
        "pod %s has ended %d times with them, the last time with exit code %d; see kubectl -n %s logs %s -c %s --previous"
            .formatted(
                replica.pod(),
                end.times(),
                end.exitCode(),
                seen.workload().namespace(),
                replica.pod(),
                installation.container()));
  }

  /** A pod of later mounts what stands; in one of before the kubelet may be late to show it. */
  private boolean hasReadThem(PrometheusContainer.End end) {
    Instant written = text.writer(inFile).at();
    Instant since = end.podSince();
    return written == null
        || (since != null && !since.isBefore(written))
        || !end.startedAt().isBefore(written.plus(Diagnosis.PROJECTION));
  }
}
