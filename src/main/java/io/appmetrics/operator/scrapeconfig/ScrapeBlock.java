package io.appmetrics.operator.scrapeconfig;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Our jobs as YAML: the items of {@code scrape_configs} that stand between the marker comments.
 *
 * @param jobNames the slot jobs and the marker job, in the order of the text
 * @param items the items at column 0, each line ended by a line feed
 * @param digest 12 hexadecimal digits of the SHA-256 of the slot jobs' text
 */
public record ScrapeBlock(List<String> jobNames, String items, String digest) {

  /** The name before the digest in the name of the empty job that marks our block. */
  public static final String MARKER_PREFIX = "appmetrics-digest-";

  private static final int DIGEST_DIGITS = 12;

  private static final String HEAD =
      """
      # One pair of jobs per slot, shared by every AppMetrics of the cluster. A pod takes part in slot n
      # by its annotations appmetrics.io/port-n, path-n and scheme-n, which the operator writes:
      # appmetrics-n scrapes http and https, appmetrics-n-istio-secure scrapes with the mesh's certificates.
      """;

  public ScrapeBlock {
    jobNames = List.copyOf(jobNames);
  }

  /** Without anything that tells one content of the certificates from another. */
  public static ScrapeBlock render(
      SlotJobs wanted, PrometheusVersion version, @Nullable TlsFiles tls) {
    return render(wanted, version, tls, null, null, null);
  }

  /**
   * Renders the wanted jobs with only those keys that {@code version} knows; without {@code tls}
   * the mutual jobs are left out.
   *
   * @param certificates what identifies the content of those files, for a version that reads them
   *     again only when the text of the job changes; else null
   * @param reader the installation, as pods name it where they are not for all; null where it is
   *     the only one
   * @param federation what is pulled, where that is wanted; null where it is not, or cannot be told
   */
  public static ScrapeBlock render(
      SlotJobs wanted,
      PrometheusVersion version,
      @Nullable TlsFiles tls,
      @Nullable String certificates,
      @Nullable String reader,
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
        items.append(new SlotJobText(slot, version, reader).plain());
      }
      if (tls != null && wanted.mutual().contains(slot)) {
        names.add(SlotJobs.mutualJob(slot));
        items.append(new SlotJobText(slot, version, reader).mutual(tls, certificates));
      }
    }
    var digest = digest(items.toString());
    names.add(MARKER_PREFIX + digest);
    items
        .append(
            "# no discovery, no targets: the name tells the operator which text Prometheus runs\n")
        .append("- job_name: ")
        .append(MARKER_PREFIX)
        .append(digest)
        .append('\n');
    return new ScrapeBlock(names, items.toString(), digest);
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
