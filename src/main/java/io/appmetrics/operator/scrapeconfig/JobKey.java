package io.appmetrics.operator.scrapeconfig;

/**
 * What a job of ours may have that not every Prometheus knows, and since which release it does; the
 * one place that tells. An unknown key fails the reload, and a restart would crash for ever; an
 * unknown label of relabeling is only of no use.
 *
 * <p>Source: CHANGELOG.md of Prometheus, by the pull requests named.
 */
public enum JobKey {
  /** 1.5.0, "Add ability to limit scrape samples": every release that is served. */
  SAMPLE_LIMIT("sample_limit", 1, 5),
  /** #8777; up to 2.33 a lower one spares the series that were scraped before it (#10370). */
  LABEL_LIMIT("label_limit", 2, 27),
  /** #8777. */
  LABEL_NAME_LENGTH_LIMIT("label_name_length_limit", 2, 27),
  /** #8777. */
  LABEL_VALUE_LENGTH_LIMIT("label_value_length_limit", 2, 27),
  /** #8833. */
  BODY_SIZE_LIMIT("body_size_limit", 2, 28),
  /** #8911; a label, and its like for the timeout. */
  SCRAPE_INTERVAL("__scrape_interval__", 2, 30),
  /** #10492. */
  ENABLE_HTTP2("enable_http2", 2, 35),
  /** #12647. */
  KEEP_DROPPED_TARGETS("keep_dropped_targets", 2, 47),
  /** #15136. */
  FALLBACK_SCRAPE_PROTOCOL("fallback_scrape_protocol", 3, 0);

  private final String key;
  private final int major;
  private final int minor;

  JobKey(String key, int major, int minor) {
    this.key = key;
    this.major = major;
    this.minor = minor;
  }

  /** The first release that knows it, such as 2.27. */
  public String since() {
    return major + "." + minor;
  }

  /** Whether that version knows it. */
  public boolean isKnownTo(PrometheusVersion version) {
    return version.atLeast(major, minor);
  }

  /** A line of a job, or nothing where that version would refuse it. */
  String line(PrometheusVersion version, String value) {
    return isKnownTo(version) ? "  " + key + ": " + value + '\n' : "";
  }

  /** As Prometheus writes it. */
  @Override
  public String toString() {
    return key;
  }
}
