package io.appmetrics.operator.scrapeconfig;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The YAML of one slot's jobs, as tried on Prometheus 3.16.0 and 2.5.0 with pods of every shape.
 *
 * <p>Keys that a version does not know are left out: see {@link JobKey}.
 *
 * @param slot its number
 * @param reader who is to load it
 */
record SlotJobText(int slot, JobReader reader) {

  /** A label that nothing has. */
  static final String CERTIFICATES = "__tmp_appmetrics_certificates";

  private static final Pattern PLAIN_SCALAR = Pattern.compile("/[A-Za-z0-9_./-]*");

  String plain() {
    return "# slot "
        + slot
        + " in the open, or by the app's own TLS\n"
        + job(
            SlotJobs.plainJob(slot),
            "",
            "'https?;.*|;https?'",
            rule(
                schemes()
                    + ", regex: '(https?);.*|;(https?)', replacement: $1$2, target_label: __scheme__"));
  }

  String mutual(TlsFiles tls, @Nullable String certificates) {
    var settings = new StringBuilder("  scheme: https\n");
    // a sidecar under STRICT answers h2 with an unexpected EOF (prometheus#10213)
    settings.append(line(JobKey.ENABLE_HTTP2, "false"));
    settings
        .append("  tls_config:\n")
        // without it the first rotation is a panic or an error for good in 3.0 to 3.12
        // (prometheus/common#707, #792)
        .append("    ca_file: ")
        .append(quoted(tls.caFile()))
        .append('\n')
        .append("    cert_file: ")
        .append(quoted(tls.certFile()))
        .append('\n')
        .append("    key_file: ")
        .append(quoted(tls.keyFile()))
        .append('\n')
        // a workload's certificate names a SPIFFE identity and no address
        .append("    insecure_skip_verify: true\n");
    return "# slot "
        + slot
        + " by the mesh's mTLS\n"
        + job(SlotJobs.mutualJob(slot), settings.toString(), "'istio-mutual;.*|;istio-mutual'", "")
        + (certificates == null ? "" : changes(certificates));
  }

  private String job(String name, String settings, String schemesKept, String schemeRule) {
    var text = new StringBuilder("- job_name: ").append(name).append('\n').append(settings);
    // before the rules: one may follow behind all else
    text.append(limits());
    // exactly this in every job: equal discoveries share one watch
    text.append("  kubernetes_sd_configs: [{role: pod}]\n").append("  relabel_configs:\n");
    text.append("  # which pods\n");
    // not "keep Running": 2.5 and older do not know the label
    text.append(
        rule(
            "source_labels: [__meta_kubernetes_pod_phase], action: drop, regex: Pending|Succeeded|Failed"));
    // the live scheme is written on the pod when the mesh's policy changes: before the template's
    text.append(rule(schemes() + ", action: keep, regex: " + schemesKept));
    text.append(
        rule(
            "source_labels: ["
                + annotation("port")
                + ", "
                + annotation("path")
                + "], action: keep, regex: '[1-9]\\d{0,4};(?:/[^?#\\s]*)?'"));
    if (reader.name() != null) {
      // a slot that others need may be one that a job of the user's serves here: not twice
      text.append(
          rule(
              "source_labels: ["
                  + annotation("for")
                  + "], action: keep, regex: '(?:.*,)?"
                  + reader.name().replace(".", "[.]")
                  + "(?:,.*)?|'"));
    }
    text.append("  # where\n");
    text.append(schemeRule);
    // from the pod's address, not the discovered one: one target per pod, whatever ports it
    // declares
    text.append(address("'([0-9.]+);(\\d+)'", "'$1:$2'"));
    text.append(address("'([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*);(\\d+)'", "'[$1]:$2'"));
    text.append(
        rule(
            "source_labels: ["
                + annotation("path")
                + "], regex: '(/.*)', target_label: __metrics_path__"));
    if (JobKey.SCRAPE_INTERVAL.isKnownTo(reader.version())) {
      text.append("  # how often\n");
      // both or none: a timeout above the interval makes the target vanish
      var duration = "(?:\\d+(?:ms|s|m|h))+";
      text.append(interval("'(" + duration + ");" + duration + "'", "__scrape_interval__"));
      text.append(interval("'" + duration + ";(" + duration + ")'", "__scrape_timeout__"));
    }
    text.append("  # query parameters\n");
    text.append(
        rule("action: labelmap, regex: " + annotation("param") + "_(.+), replacement: __param_$1"));
    text.append("  # labels\n");
    // pod labels first, so that they cannot spoof what follows
    text.append(rule("action: labelmap, regex: __meta_kubernetes_pod_label_(.+)"));
    text.append(rule("action: labeldrop, regex: instance"));
    text.append(rule("source_labels: [__meta_kubernetes_namespace], target_label: namespace"));
    text.append(rule("source_labels: [__meta_kubernetes_pod_name], target_label: pod"));
    text.append(rule("source_labels: [__meta_kubernetes_pod_node_name], target_label: node"));
    // two paths of one port are two targets, and nothing else tells their series apart
    text.append(
        rule(
            "source_labels: ["
                + annotation("path")
                + "], regex: '(/.*)', target_label: metrics_path"));
    // the mesh's usual job, so that an endpoint that changes its route changes no query
    text.append(rule("replacement: " + SlotJobs.LABEL + ", target_label: job"));
    text.append(line(JobKey.KEEP_DROPPED_TARGETS, "100"));
    // apps that send no Content-Type fail since 3.0
    text.append(line(JobKey.FALLBACK_SCRAPE_PROTOCOL, "PrometheusText0.0.4"));
    return text.toString();
  }

  /** Only those that are set: an upgrade reloads no Prometheus whose admin wants none. */
  private String limits() {
    ScrapeLimits limits = reader.limits();
    return limit(JobKey.SAMPLE_LIMIT, limits.samples())
        + limit(JobKey.LABEL_LIMIT, limits.labels())
        + limit(JobKey.LABEL_NAME_LENGTH_LIMIT, limits.labelNameLength())
        + limit(JobKey.LABEL_VALUE_LENGTH_LIMIT, limits.labelValueLength())
        + (limits.bodySize().isEmpty() ? "" : line(JobKey.BODY_SIZE_LIMIT, limits.bodySize()));
  }

  private String limit(JobKey key, int value) {
    return value == 0 ? "" : line(key, Integer.toString(value));
  }

  private String line(JobKey key, String value) {
    return key.line(reader.version(), value);
  }

  /** Matches no pod: another text is all that makes an old version read its files again. */
  private static String changes(String certificates) {
    return "  # which certificates\n"
        + rule(
            "source_labels: [" + CERTIFICATES + "], action: drop, regex: '" + certificates + "'");
  }

  private String schemes() {
    return "source_labels: [" + annotation("live_scheme") + ", " + annotation("scheme") + "]";
  }

  private String address(String regex, String replacement) {
    return rule(
        "source_labels: [__meta_kubernetes_pod_ip, "
            + annotation("port")
            + "], regex: "
            + regex
            + ", replacement: "
            + replacement
            + ", target_label: __address__");
  }

  private String interval(String regex, String label) {
    return rule(
        "source_labels: ["
            + annotation("interval")
            + ", "
            + annotation("timeout")
            + "], regex: "
            + regex
            + ", target_label: "
            + label);
  }

  private String annotation(String name) {
    return "__meta_kubernetes_pod_annotation_appmetrics_io_" + name + "_" + slot;
  }

  private static String rule(String fields) {
    return "  - {" + fields + "}\n";
  }

  /** A path as YAML; a quote in it is doubled. */
  private static String quoted(String path) {
    return PLAIN_SCALAR.matcher(path).matches() ? path : "'" + path.replace("'", "''") + "'";
  }
}
