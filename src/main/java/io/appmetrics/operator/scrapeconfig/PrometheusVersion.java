package io.appmetrics.operator.scrapeconfig;

import java.util.Comparator;
import java.util.regex.Pattern;

/** The version of a running Prometheus; a pre-release counts as the release that it leads to. */
public record PrometheusVersion(int major, int minor, int patch)
    implements Comparable<PrometheusVersion> {

  private static final Pattern FORM =
      Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})(?:\\.(\\d{1,6}))?(?:[-+].*)?");

  private static final Comparator<PrometheusVersion> ORDER =
      Comparator.comparingInt(PrometheusVersion::major)
          .thenComparingInt(PrometheusVersion::minor)
          .thenComparingInt(PrometheusVersion::patch);

  /**
   * Reads what {@code /api/v1/status/buildinfo} gives, such as {@code 3.16.0} or {@code
   * 2.42.0-rc.1}.
   *
   * @throws IllegalArgumentException when that is no version
   */
  public static PrometheusVersion parse(String text) {
    var matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no Prometheus version; expected one such as 3.16.0");
    }
    var patch = matcher.group(3);
    return new PrometheusVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        patch == null ? 0 : Integer.parseInt(patch));
  }

  /** Whether a feature that came with release {@code major.minor} is there. */
  public boolean atLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }

  @Override
  public int compareTo(PrometheusVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
