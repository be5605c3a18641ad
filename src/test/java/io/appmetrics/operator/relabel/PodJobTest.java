package io.appmetrics.operator.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.scrapeconfig.PrometheusDuration;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a job makes of a pod apart from the rules: discovery before, the target after. */
class PodJobTest {

  private static final String POD = "kubernetes_sd_configs: [{role: pod}]\n";
  private static final Pod TWO =
      Pods.at("10.0.0.7", Pods.container("a", 80, 81), Pods.container("b"));

  /** The global section, the job but for its name, and what comes of the pod. */
  record Row(String version, String global, String job, Pod pod, String outcome) {
    static Row of(String job, String outcome) {
      return new Row("3.16.0", "", job, Pods.SHOP, outcome);
    }

    static Row of(String job, Pod pod, String outcome) {
      return new Row("3.16.0", "", job, pod, outcome);
    }

    Row on(String other) {
      return new Row(other, global, job, pod, outcome);
    }
  }

  private static final String ONE_REFUSED =
      POD
          + rules(
              "{source_labels: [__meta_kubernetes_pod_container_port_number], regex: '81',"
                  + " target_label: __address__, replacement: /}");
  private static final String URL = "http://10.0.0.7:8080/metrics";

  static List<Row> rows() {
    return List.of(
        // times and their defaults
        Row.of(POD, URL + " 1m 10s"),
        new Row("3.16.0", "{scrape_interval: 5s}", POD, Pods.SHOP, URL + " 5s 5s"),
        new Row(
            "3.16.0", "{scrape_interval: 5s, scrape_timeout: 4s}", POD, Pods.SHOP, URL + " 5s 4s"),
        new Row(
            "3.16.0",
            "{scrape_interval: 5s, scrape_timeout: 4s}",
            POD + "scrape_interval: 2s",
            Pods.SHOP,
            URL + " 2s 2s"),
        new Row(
            "3.16.0",
            "{scrape_interval: 0s}",
            POD + "scrape_timeout: 20s",
            Pods.SHOP,
            URL + " 1m 20s"),
        Row.of(POD + "scrape_interval: 90m\nscrape_timeout: 1500ms", URL + " 1h30m 1s500ms"),
        Row.of(
            POD + rules("{target_label: __scrape_interval__, replacement: 7d}"), URL + " 1w 10s"),
        Row.of(
            POD + rules("{target_label: __scrape_interval__, replacement: 5s}"),
            "the rules of job j make a target that Prometheus refuses: scrape timeout cannot be"
                + " greater than scrape interval (10s > 5s)"),
        Row.of(
            POD + rules("{target_label: __scrape_interval__, replacement: soon}"),
            "the rules of job j make a target that Prometheus refuses: \"soon\" is no scrape"
                + " interval"),
        Row.of(
            POD + rules("{target_label: __scrape_timeout__, replacement: '0'}"),
            "the rules of job j make a target that Prometheus refuses: scrape timeout cannot be 0"),
        // of no meaning before 2.30
        Row.of(POD + rules("{target_label: __scrape_interval__, replacement: 5s}"), URL + " 1m 10s")
            .on("2.29.2"),
        // path, scheme, parameters
        Row.of(
            POD
                + "scheme: https\nmetrics_path: m etrics?x*\nparams: {b: ['ä &', c], a: [x], e: []}",
            "https://10.0.0.7:8080/m%20etrics%3Fx%2A?a=x&b=%C3%A4+%26&b=c 1m 10s"),
        Row.of(
            POD
                + "params: {a: [x, y]}\n"
                + rules(
                    "{target_label: __param_a, replacement: z}",
                    "{target_label: __param_c, replacement: d}"),
            URL + "?a=z&a=y&c=d 1m 10s"),
        // a parameter of the job outlives the deletion of its label
        Row.of(
            POD + "params: {a: [x]}\n" + rules("{action: labeldrop, regex: __param_a}"),
            URL + "?a=x 1m 10s"),
        Row.of(
            POD + rules("{action: labeldrop, regex: __scheme__|__metrics_path__}"),
            "//10.0.0.7:8080 1m 10s"),
        // the address
        Row.of(
            POD + rules("{target_label: __address__, replacement: ''}"),
            "the rules of job j make a target that Prometheus refuses: no address"),
        Row.of(
            POD + rules("{target_label: __address__, replacement: 'a/b:1'}"),
            "the rules of job j make a target that Prometheus refuses: \"a/b:1\" is not a valid"
                + " hostname"),
        Row.of(POD, Pods.at("10.0.0.7", Pods.container("a")), "http://10.0.0.7/metrics 1m 10s"),
        Row.of(POD, Pods.at("10.0.0.7", Pods.container("a")), "http://10.0.0.7:80/metrics 1m 10s")
            .on("2.55.0"),
        Row.of(
                POD + "scheme: https",
                Pods.at("10.0.0.7", Pods.container("a")),
                "https://10.0.0.7:443/metrics 1m 10s")
            .on("2.55.0"),
        Row.of(
                POD + rules("{target_label: __scheme__, replacement: ftp}"),
                Pods.at("10.0.0.7", Pods.container("a")),
                "the rules of job j make a target that Prometheus refuses: invalid scheme: \"ftp\"")
            .on("2.55.0"),
        Row.of(
            POD, Pods.at("fd00::7", Pods.container("a", 80)), "http://[fd00::7]:80/metrics 1m 10s"),
        Row.of(POD, Pods.at("fd00::7", Pods.container("a")), "http://fd00::7/metrics 1m 10s")
            .on("2.55.0"),
        Row.of(
                POD + rules("{target_label: __address__, replacement: '[fd00::7]'}"),
                "http://[fd00::7]:80/metrics 1m 10s")
            .on("2.55.0"),
        Row.of(
                POD + rules("{target_label: __address__, replacement: 'host:'}"),
                "http://host:/metrics 1m 10s")
            .on("2.55.0"),
        Row.of(
                POD + rules("{target_label: __address__, replacement: 'a[b'}"),
                "http://a[b/metrics 1m 10s")
            .on("2.55.0"),
        // duplicates: by the labels that nobody sees, too
        Row.of(
            POD + rules("{target_label: __address__, replacement: 'x:1'}"),
            TWO,
            "http://x:1/metrics 1m 10s"),
        Row.of(
            POD
                + rules(
                    "{source_labels: [__address__], target_label: __tmp_a}",
                    "{target_label: __address__, replacement: 'x:1'}"),
            TWO,
            "http://x:1/metrics 1m 10s, http://x:1/metrics 1m 10s, http://x:1/metrics 1m 10s"),
        // one refused target took all of its pod with it until 2.27
        Row.of(ONE_REFUSED, TWO, "http://10.0.0.7:80/metrics 1m 10s").on("2.28.0"),
        Row.of(
                ONE_REFUSED,
                TWO,
                "the rules of job j make a target that Prometheus refuses: \"/:80\" is not a valid"
                    + " hostname")
            .on("2.27.0"),
        // scopes
        Row.of(
            "kubernetes_sd_configs: [{role: pod, namespaces: {names: [b, a]}}]",
            "job j does not discover the pod: it discovers the namespaces a, b only"),
        Row.of(
            "kubernetes_sd_configs: [{role: pod, namespaces: {names: [a]}}, {role: pod, namespaces: {names: [shop]}}]",
            URL + " 1m 10s"),
        Row.of(
            "kubernetes_sd_configs: [{role: pod, namespaces: {own_namespace: true}}]",
            "job j does not discover the pod: it discovers the namespaces istio-system only"),
        selector("label: 'app=cart'", URL + " 1m 10s"),
        selector(
            "label: 'app!=cart'",
            "job j does not discover the pod: it selects the pods with app!=cart only"),
        selector("label: 'app in (cart, till),!canary,app'", URL + " 1m 10s"),
        selector("label: 'tier notin (web)'", URL + " 1m 10s"),
        selector(
            "label: 'tier'", "job j does not discover the pod: it selects the pods with tier only"),
        selector("label: 'tier > 1'", "job j selects by the label selector tier > 1"),
        selector(
            "field: 'status.phase=Running,spec.nodeName!=node-1'",
            "job j does not discover the pod: it selects the pods with"
                + " status.phase=Running,spec.nodeName!=node-1 only"),
        selector("field: spec.nodeName=node-1", URL + " 1m 10s"),
        selector(
            "field: spec.hostNetwork=true",
            "job j selects by the field selector spec.hostNetwork=true"),
        Row.of(
            "kubernetes_sd_configs: [{role: pod, selectors: [{role: node, label: a=b}]}]",
            "job j selects by nodes (a=b)"),
        // what the pod does not tell
        Row.of(
            "kubernetes_sd_configs: [{role: pod, attach_metadata: {node: true}}]", URL + " 1m 10s"),
        Row.of(
            "kubernetes_sd_configs: [{role: pod, attach_metadata: {node: true}}]\n"
                + rules("{source_labels: [__meta_kubernetes_node_label_zone], target_label: zone}"),
            "rule 1 of job j (replace zone by \"$1\" where __meta_kubernetes_node_label_zone =~ \"(.*)\")"
                + " reads what only another object tells"),
        // what this model cannot read
        Row.of(
            POD + rules("{action: tomorrow}"), "job j has a rule 1 of the unknown action tomorrow"),
        Row.of(
            POD + rules("{action: keep, regex: '('}"),
            "job j has a rule 1 whose regex this model cannot read: missing closing )"),
        Row.of(
            POD + rules("{action: hashmod, target_label: t}"), "job j has a rule 1 of modulus 0"),
        Row.of(
            POD + "scrape_interval: often",
            "job j has a scrape_interval \"often\" that is no duration"),
        Row.of(
            POD + rules("{action: labelmap, regex: '.*pod_(name|uid)', replacement: t}"),
            "rule 1 of job j (labelmap \".*pod_(name|uid)\" to \"t\") maps labels of different values"
                + " to one name, of which Prometheus takes any"));
  }

  private static Row selector(String selector, String outcome) {
    return Row.of(
        "kubernetes_sd_configs: [{role: pod, selectors: [{role: pod, " + selector + "}]}]",
        outcome);
  }

  private static String rules(String... rules) {
    return "relabel_configs:\n- " + String.join("\n- ", rules) + "\n";
  }

  @ParameterizedTest
  @MethodSource("rows")
  void makes(Row row) throws UnparsableConfig {
    assertThat(outcome(row)).isEqualTo(row.outcome());
  }

  private static String outcome(Row row) throws UnparsableConfig {
    var yaml =
        "global: " + row.global() + "\nscrape_configs:\n- job_name: j\n" + row.job().indent(2);
    var prediction =
        RelabelModel.ofFile(yaml, PrometheusVersion.parse(row.version()), "istio-system")
            .predict("j", row.pod());
    if (prediction instanceof Prediction.Unpredictable unpredictable) {
      return unpredictable.why();
    }
    var certain = (Prediction.Certain) prediction;
    if (certain.targets().isEmpty()) {
      return certain.drops().get(0).sentence();
    }
    return certain.targets().stream()
        .map(
            target ->
                target.url()
                    + " "
                    + PrometheusDuration.format(target.interval())
                    + " "
                    + PrometheusDuration.format(target.timeout()))
        .collect(Collectors.joining(", "));
  }
}
