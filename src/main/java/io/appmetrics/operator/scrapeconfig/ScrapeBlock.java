package io.appmetrics.operator.scrapeconfig;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Our jobs as YAML: the items of {@code scrape_configs} that stand between the marker comments, or
 * in a file of their own.
 *
 * @param jobNames the slot jobs and the marker job, in the order of the text
 * @param items the items at column 0, each line ended by a line feed
 * @param digest 12 hexadecimal digits of the SHA-256 of the slot jobs' text, and of where they
 *     stand: a Prometheus that still runs them from the other place is known by it
 */
public record ScrapeBlock(List<String> jobNames, String items, String digest) {

  /** The name before the digest in the name of the empty job that marks our block. */
  public static final String MARKER_PREFIX = "appmetrics-digest-";

  private static final int DIGEST_DIGITS = 12;

  private static final String INLINE = "";

  private static final String MARKER_COMMENT =
      "# no discovery, no targets: the name tells the operator which text Prometheus runs\n";

  private static final String HEAD =
      """
      # One pair of jobs per slot, shared by every AppMetrics of the cluster. A pod takes part in slot n
      # by its annotations appmetrics.io/port-n, path-n and scheme-n, which the operator writes:
      # appmetrics-n scrapes http and https, appmetrics-n-istio-secure scrapes with the mesh's certificates.
      """;

  public ScrapeBlock {
    jobNames = List.copyOf(jobNames);
  }

  /** For the only installation, without limits. */
  public static ScrapeBlock render(
      SlotJobs wanted, PrometheusVersion version, @Nullable TlsFiles tls) {
    return render(wanted, new JobReader(version), tls, null, null);
  }

  /**
   * Renders the wanted jobs with only those keys that the reader's version knows; without {@code
   * tls} the mutual jobs are left out. The job that pulls has no limits: one scrape of it brings
   * what all apps have, and a limit would cut off all of them.
   *
   * @param reader who is to load them
   * @param certificates what identifies the content of those files, for a version that reads them
   *     again only when the text of the job changes; else null
   * @param federation what is pulled, where that is wanted; null where it is not, or cannot be told
   */
  public static ScrapeBlock render(
      SlotJobs wanted,
      JobReader reader,
      @Nullable TlsFiles tls,
      @Nullable String certificates,
      @Nullable Federation federation) {
    var names = new ArrayList<String>();
    var slots = new TreeSet<>(wanted.plain());
    slots.addAll(wanted.mutual());
    var items = new StringBuilder(slots.isEmpty() && federation != null ? "" : HEAD);
    if (wanted.federated() && federation != null) {
      names.add(Federation.JOB);
      items.append(new FederationText(federation).text());
    }
    for (var slot : slots) {
      if (wanted.plain().contains(slot)) {
        names.add(SlotJobs.plainJob(slot));
        items.append(new SlotJobText(slot, reader).plain());
      }
      if (tls != null && wanted.mutual().contains(slot)) {
        names.add(SlotJobs.mutualJob(slot));
        items.append(new SlotJobText(slot, reader).mutual(tls, certificates));
      }
    }
    return marked(names, items.toString(), INLINE);
  }

  private static ScrapeBlock marked(List<String> slotJobs, String text, String place) {
    var digest = digest(text + place);
    var marker = MARKER_PREFIX + digest;
    var names = new ArrayList<>(slotJobs);
    names.add(marker);
    return new ScrapeBlock(names, text + MARKER_COMMENT + "- job_name: " + marker + '\n', digest);
  }

  /** These jobs as they stand in a file of their own. */
  public ScrapeBlock inFile() {
    return in(IncludedFile.NAME);
  }

  /** These jobs as they stand in the configuration itself. */
  public ScrapeBlock inline() {
    return in(INLINE);
  }

  private ScrapeBlock in(String place) {
    return marked(jobNames.subList(0, jobNames.size() - 1), unmarked(), place);
  }

  private String unmarked() {
    var marker = items.lastIndexOf(MARKER_COMMENT);
    return marker < 0 ? items : items.substring(0, marker);
  }

  /** The slot jobs among them. */
  public SlotJobs slotJobs() {
    return SlotJobs.named(jobNames);
  }

  /** What stands somewhere; empty where it is not, to the byte, what was written there. */
  public static Optional<ScrapeBlock> standing(BlockText text) {
    return text.items()
        .filter(items -> new BlockText(items).digest().isPresent())
        .map(ScrapeBlock::of)
        .filter(block -> block.equals(block.inline()) || block.equals(block.inFile()));
  }

  /**
   * One that was rendered before, maybe by another release of the operator.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static ScrapeBlock of(String items) {
    var text = new BlockText(items);
    return new ScrapeBlock(
        text.jobs(),
        items,
        text.digest().orElseThrow(() -> new IllegalArgumentException("no marker job")));
  }

  private static String digest(String text) {
    try {
      var sha = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha).substring(0, DIGEST_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
