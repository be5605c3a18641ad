package io.appmetrics.operator.scrapeconfig;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The YAML of the job that pulls from another Prometheus, as tried on 3.16.0. */
record FederationText(Federation federation) {
  private static final Pattern MATCH = Pattern.compile("(?m)^ *- '\\{job=\"([^\"']*)\"}'$");

  /** The jobs that a rendered text pulls. */
  static SortedSet<String> jobs(String text) {
    SortedSet<String> jobs = new TreeSet<>();
    MATCH.matcher(text).results().forEach(match -> jobs.add(match.group(1)));
    return jobs;
  }

  String text() {
    var text =
        new StringBuilder("# what another Prometheus has scraped, under the labels it has there\n")
            .append("- job_name: ")
            .append(Federation.JOB)
            .append("\n  honor_labels: true\n  params:\n    'match[]':\n");
    for (String job : federation.jobs()) {
      if (isPlain(job)) {
        text.append("    - '{job=\"").append(job).append("\"}'\n");
      }
    }
    if (federation.source() instanceof Federation.Pods pods) {
      discovered(pods, text);
    } else if (federation.source() instanceof Federation.Address address) {
      text.append("  metrics_path: ").append(path(address.routePrefix())).append('\n');
      text.append("  scheme: ").append(address.scheme()).append('\n');
      text.append("  static_configs: [{targets: ['").append(address.authority()).append("']}]\n");
    }
    return text.toString();
  }

  private static void discovered(Federation.Pods pods, StringBuilder text) {
    text.append("  metrics_path: ").append(path(pods.routePrefix())).append('\n');
    text.append("  kubernetes_sd_configs: [{role: pod, namespaces: {names: [")
        .append(pods.namespace())
        .append("]}}]\n  relabel_configs:\n");
    rule(
        text,
        "source_labels: [__meta_kubernetes_pod_phase], action: drop, regex: Pending|Succeeded|Failed");
    for (Map.Entry<String, String> label : pods.labels().entrySet()) {
      rule(
          text,
          "source_labels: [__meta_kubernetes_pod_label_%s], action: keep, regex: '%s'"
              .formatted(
                  label.getKey().replaceAll("[^a-zA-Z0-9_]", "_"),
                  label.getValue().replace(".", "[.]")));
    }
    // from the pod's address, not the discovered one: one target per pod, whatever ports it
    // declares
    rule(text, address("'([0-9.]+)'", "'$1:%d'".formatted(pods.port())));
    rule(text, address("'([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)'", "'[$1]:%d'".formatted(pods.port())));
  }

  private static String address(String regex, String replacement) {
    return "source_labels: [__meta_kubernetes_pod_ip], regex: %s, replacement: %s, target_label: __address__"
        .formatted(regex, replacement);
  }

  private static void rule(StringBuilder text, String fields) {
    text.append("  - {").append(fields).append("}\n");
  }

  private static String path(String routePrefix) {
    return "'" + routePrefix.replace("'", "''") + "/federate'";
  }

  /**
   * A job of the user's may have any name: nothing that YAML or a selector would read otherwise.
   */
  private static boolean isPlain(String job) {
    return job.matches("[^\"'\\\\\\p{Cntrl}]+");
  }
}
