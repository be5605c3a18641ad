package io.appmetrics.operator.api;

import static io.appmetrics.operator.api.Refusal.invalid;
import static io.appmetrics.operator.api.Refusal.rule;
import static io.appmetrics.operator.api.Refusal.schema;
import static io.appmetrics.operator.api.Refusal.unknown;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What becomes of specs: a real API server is held against it, and what {@code render} says without
 * one, so that the two cannot differ.
 */
public final class SpecCases {

  private static final String NOT_A_PORT =
      "must be a number from 1 to 65535 without quotes, or the name of a containerPort: at most 15"
          + " of a-z, 0-9 and single -, with at least one letter, such as http-metrics";
  private static final String NOT_A_NAME =
      "must be the name of a workload: a-z, 0-9, - and ., beginning and ending with a letter or"
          + " digit, such as cart";
  private static final String NOT_A_PATH =
      "must begin with a slash, as in /metrics, and hold letters, digits and /_.~$&+,;=:@- only; a"
          + " query goes into params";
  private static final String NOT_A_DURATION =
      "must be a duration such as 15s or 1m30s: whole numbers (at most 6 digits) of h, m, s and"
          + " ms, in this order";
  private static final String NOT_A_KEY =
      "keys must be at most 32 of a-z, 0-9 and _, ending with a letter or digit: they become"
          + " annotations of the pods";
  private static final String NOT_A_VALUE =
      "values must neither be empty nor hold control characters: Prometheus would drop the"
          + " parameter";

  private SpecCases() {}

  /** A spec, and what comes of it: the message of the refusal, or the spec with its defaults. */
  public record Case(String spec, String outcome) {
    @Override
    public String toString() {
      return spec.length() > 100 ? spec.substring(0, 100) + "…" : spec;
    }

    static Case spec(String spec, String outcome) {
      return new Case(spec, outcome);
    }

    static Case targets(String targets, String outcome) {
      return new Case("{targets: [" + targets + "]}", outcome);
    }

    static Case ports(String ports, String outcome) {
      return targets("{name: cart, ports: [" + ports + "]}", outcome);
    }

    static Case port(String fields, String outcome) {
      return ports("{port: 8080, " + fields + "}", outcome);
    }
  }

  private static String inField(String field, String value, String message) {
    return rule("spec.targets[0].ports[0]." + field, value, message);
  }

  private static String inSchema(String field, String message) {
    return schema("spec.targets[0].ports[0]." + field, message);
  }

  private static String notOf(String path, String type, String actual) {
    return schema(
        path,
        "Invalid value: \"%s\": %s in body must be of type %s: \"%s\""
            .formatted(actual, path, type, actual));
  }

  private static String list(int from, int to, String format) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(format::formatted)
        .collect(Collectors.joining(", "));
  }

  /** Specs that are refused. */
  public static List<Case> refused() {
    var port = "spec.targets[0].ports[0].";
    return List.of(
        Case.spec("{}", schema("spec.targets", "Required value")),
        // a null is as good as nothing
        Case.spec("{targets: null}", schema("spec.targets", "Required value")),
        Case.spec("{targets: [null]}", notOf("spec.targets[0]", "object", "null")),
        Case.spec("{targets: {}}", notOf("spec.targets", "array", "object")),
        Case.port("params: {a: null}, interval: 1", notOf(port + "interval", "string", "integer")),
        Case.spec(
            "{targets: []}",
            invalid(
                "spec.targets: Invalid value: 0: spec.targets in body should have at least 1"
                    + " items")),
        Case.spec(
            "{targets: [{name: cart, ports: [{port: 1}]}], annotate: Pods}",
            unknown("spec.annotate")),
        Case.spec(
            "{targets: [{name: cart, ports: [{port: 1}]}], suspend: 'true'}",
            notOf("spec.suspend", "boolean", "string")),
        Case.targets(
            list(1, 17, "{name: app-%d, ports: [{port: 8080}]}"),
            schema("spec.targets", "Too many: 17: must have at most 16 items")),
        Case.targets(
            "{name: cart, ports: [{port: 1}]}, {kind: Deployment, name: cart, ports: [{port: 2}]}",
            invalid(
                "spec.targets[1]: Duplicate value: {\"kind\":\"Deployment\",\"name\":\"cart\"}")),
        Case.targets("{name: cart}", schema("spec.targets[0].ports", "Required value")),
        Case.targets("{ports: [{port: 1}]}", schema("spec.targets[0].name", "Required value")),
        Case.targets(
            "{name: cart, namespace: other, ports: [{port: 1}]}",
            unknown("spec.targets[0].namespace")),
        Case.targets(
            "{kind: StatefulSet, name: a, ports: [{port: 1}]},"
                + " {kind: StatefulSet, name: a, ports: [{port: 2}]}",
            invalid("spec.targets[1]: Duplicate value: {\"kind\":\"StatefulSet\",\"name\":\"a\"}")),
        Case.targets(
            "{kind: CronJob, name: cart, ports: [{port: 1}]}",
            schema(
                "spec.targets[0].kind",
                "Unsupported value: \"CronJob\": supported values: \"DaemonSet\","
                    + " \"Deployment\", \"StatefulSet\"")),
        Case.targets(
            "{name: Cart, ports: [{port: 1}]}",
            rule("spec.targets[0].name", "\"Cart\": ", NOT_A_NAME)),
        Case.targets(
            "{name: '', ports: [{port: 1}]}", rule("spec.targets[0].name", "\"\": ", NOT_A_NAME)),
        Case.targets(
            "{name: a..b, ports: [{port: 1}]}",
            rule("spec.targets[0].name", "\"a..b\": ", NOT_A_NAME)),
        Case.targets(
            "{name: cart-, ports: [{port: 1}]}",
            rule("spec.targets[0].name", "\"cart-\": ", NOT_A_NAME)),
        Case.targets(
            "{name: " + "a".repeat(254) + ", ports: [{port: 1}]}",
            schema("spec.targets[0].name", "Too long: may not be more than 253 bytes")),
        Case.ports(
            "",
            invalid(
                "spec.targets[0].ports: Invalid value: 0: spec.targets[0].ports in body should"
                    + " have at least 1 items")),
        Case.ports(
            list(1, 17, "{port: %d}"),
            schema("spec.targets[0].ports", "Too many: 17: must have at most 16 items")),
        Case.ports(
            "{port: 8080}, {port: 8080, path: /metrics}",
            invalid(
                "spec.targets[0].ports[1]: Duplicate value: {\"path\":\"/metrics\",\"port\":8080}")),
        Case.ports("{path: /metrics}", inSchema("port", "Required value")),
        Case.ports("{port: 0}", inField("port", "0: ", NOT_A_PORT)),
        Case.ports("{port: 65536}", inField("port", "65536: ", NOT_A_PORT)),
        Case.ports("{port: -1}", inField("port", "-1: ", NOT_A_PORT)),
        Case.ports("{port: true}", notOf(port + "port", "integer,string", "boolean")),
        Case.ports("{port: 80.5}", notOf(port + "port", "integer,string", "number")),
        Case.ports("{port: '8080'}", inField("port", "\"8080\": ", NOT_A_PORT)),
        Case.ports("{port: ''}", inField("port", "\"\": ", NOT_A_PORT)),
        Case.ports("{port: HTTP}", inField("port", "\"HTTP\": ", NOT_A_PORT)),
        Case.ports("{port: http_metrics}", inField("port", "\"http_metrics\": ", NOT_A_PORT)),
        Case.ports("{port: http--metrics}", inField("port", "\"http--metrics\": ", NOT_A_PORT)),
        Case.ports("{port: -http}", inField("port", "\"-http\": ", NOT_A_PORT)),
        Case.ports(
            "{port: sixteen-letters1}",
            inSchema("port", "Too long: may not be more than 15 bytes")),
        Case.port("protocol: TCP", unknown(port + "protocol")),
        Case.port("path: ''", inField("path", "\"\": ", NOT_A_PATH)),
        Case.port("path: metrics", inField("path", "\"metrics\": ", NOT_A_PATH)),
        Case.port("path: '/metrics?a=b'", inField("path", "\"/metrics?a=b\": ", NOT_A_PATH)),
        Case.port("path: '/metrics#top'", inField("path", "\"/metrics#top\": ", NOT_A_PATH)),
        Case.port("path: /met%72ics", inField("path", "\"/met%72ics\": ", NOT_A_PATH)),
        Case.port("path: /my metrics", inField("path", "\"/my metrics\": ", NOT_A_PATH)),
        Case.port("path: \"/metrics\\n\"", inField("path", "\"/metrics\\n\": ", NOT_A_PATH)),
        Case.port(
            "path: /" + "a".repeat(256),
            inSchema("path", "Too long: may not be more than 256 bytes")),
        Case.port(
            "scheme: https",
            inSchema(
                "scheme",
                "Unsupported value: \"https\": supported values: \"Auto\", \"HTTP\", \"HTTPS\","
                    + " \"IstioMutual\"")),
        Case.port("interval: 15", notOf(port + "interval", "string", "integer")),
        Case.port("interval: '15'", inField("interval", "\"15\": ", NOT_A_DURATION)),
        Case.port("interval: ''", inField("interval", "\"\": ", NOT_A_DURATION)),
        Case.port("interval: 30s1m", inField("interval", "\"30s1m\": ", NOT_A_DURATION)),
        Case.port("interval: 1.5m", inField("interval", "\"1.5m\": ", NOT_A_DURATION)),
        Case.port("interval: -15s", inField("interval", "\"-15s\": ", NOT_A_DURATION)),
        Case.port("interval: 1d", inField("interval", "\"1d\": ", NOT_A_DURATION)),
        Case.port("interval: 9999999h", inField("interval", "\"9999999h\": ", NOT_A_DURATION)),
        Case.port(
            "interval: 000001h000001m15s",
            inSchema("interval", "Too long: may not be more than 16 bytes")),
        Case.port(
            "interval: 0s",
            inField(
                "interval",
                "",
                "interval must not be shorter than 1s: Prometheus is shared by everybody")),
        Case.port(
            "interval: 999ms",
            inField(
                "interval",
                "",
                "interval must not be shorter than 1s: Prometheus is shared by everybody")),
        Case.port("interval: 15s, timeout: soon", inField("timeout", "\"soon\": ", NOT_A_DURATION)),
        Case.port(
            "interval: 15s, timeout: 0ms", inField("timeout", "", "timeout must be longer than 0")),
        Case.port(
            "interval: 15s, timeout: 15s1ms",
            inField(
                "timeout",
                "",
                "timeout must not be longer than interval: Prometheus would not scrape the"
                    + " target")),
        Case.port(
            "timeout: 5s",
            inField("timeout", "", "timeout needs an interval beside it, such as interval: 15s")),
        // one mistake, one message: nothing is compared with what is no duration
        Case.port(
            "interval: often, timeout: 20s", inField("interval", "\"often\": ", NOT_A_DURATION)),
        Case.port("params: {Format: a}", inField("params", "", NOT_A_KEY)),
        Case.port("params: {'match[]': a}", inField("params", "", NOT_A_KEY)),
        Case.port("params: {format_: a}", inField("params", "", NOT_A_KEY)),
        Case.port("params: {'': a}", inField("params", "", NOT_A_KEY)),
        Case.port("params: {" + "k".repeat(33) + ": a}", inField("params", "", NOT_A_KEY)),
        Case.port("params: {format: ''}", inField("params", "", NOT_A_VALUE)),
        Case.port("params: {format: \"a\\nb\"}", inField("params", "", NOT_A_VALUE)),
        Case.port(
            "params: {format: " + "a".repeat(257) + "}",
            inSchema("params.format", "Too long: may not be more than 256 bytes")),
        Case.port("params: {format: [a]}", notOf(port + "params.format", "string", "array")),
        Case.port(
            "params: {" + list(1, 9, "k%d: a") + "}",
            inSchema("params", "Too many: 9: must have at most 8 items")));
  }

  private static String defaults(String port) {
    return "{suspend: false, targets: [{kind: Deployment, name: cart, ports: [{path: /metrics,"
        + " scheme: Auto, "
        + port
        + "}]}]}";
  }

  /** Specs that are taken. */
  public static List<Case> accepted() {
    return List.of(
        Case.ports("{port: 8080}", defaults("port: 8080")),
        Case.ports("{port: 1}", defaults("port: 1")),
        Case.ports("{port: 80.0}", defaults("port: 80")),
        Case.ports("{port: 0x50}", defaults("port: 80")),
        Case.ports("{port: 80, path: null, interval: null}", defaults("port: 80")),
        Case.ports("{port: 80, params: {a: null}}", defaults("port: 80, params: {}")),
        Case.ports("{port: 65535}", defaults("port: 65535")),
        Case.ports("{port: http-metrics-1}", defaults("port: http-metrics-1")),
        Case.ports("{port: 9a}", defaults("port: 9a")),
        Case.port("interval: 1s", defaults("port: 8080, interval: 1s")),
        Case.port(
            "interval: 1m30s, timeout: 90s", defaults("port: 8080, interval: 1m30s, timeout: 90s")),
        Case.port(
            "interval: 1h, timeout: 1s500ms",
            defaults("port: 8080, interval: 1h, timeout: 1s500ms")),
        Case.port(
            "interval: 999999h999999m, timeout: 500ms",
            defaults("port: 8080, interval: 999999h999999m, timeout: 500ms")),
        Case.port(
            "params: {format: 'a b/ü?&', _x9: \"1\"}",
            defaults("port: 8080, params: {format: 'a b/ü?&', _x9: '1'}")),
        Case.spec(
            "{targets: [{name: a, ports: [{port: 1}]}, {kind: StatefulSet, name: a, ports: [{port:"
                + " 1}]}, {kind: DaemonSet, name: a, ports: [{port: 1}]}]}",
            "{suspend: false, targets: [{kind: Deployment, name: a, ports: [{port: 1, path:"
                + " /metrics, scheme: Auto}]}, {kind: StatefulSet, name: a, ports: [{port: 1, path:"
                + " /metrics, scheme: Auto}]}, {kind: DaemonSet, name: a, ports: [{port: 1, path:"
                + " /metrics, scheme: Auto}]}]}"),
        Case.spec(
            "{suspend: true, targets: [{name: shop.cart-2, ports: [{port: 8080, path:"
                + " '/A-z0.9/_~$&+,;=:@', scheme: IstioMutual}, {port: 8080, path: /, scheme:"
                + " HTTPS}, {port: 9090, scheme: HTTP}]}]}",
            "{suspend: true, targets: [{kind: Deployment, name: shop.cart-2, ports: [{port: 8080,"
                + " path: '/A-z0.9/_~$&+,;=:@', scheme: IstioMutual}, {port: 8080, path: /,"
                + " scheme: HTTPS}, {port: 9090, path: /metrics, scheme: HTTP}]}]}"));
  }

  /** The largest spec that there may be. */
  public static String largest() {
    var path = "a".repeat(240);
    var params = list(1, 8, "p%d" + "k".repeat(30) + ": " + "v".repeat(256));
    var ports =
        list(
            1,
            16,
            "{port: 65535, path: /%d"
                + path
                + ", interval: 1m30s, timeout: 10s, params: {"
                + params
                + "}}");
    var targets = list(1, 16, "{name: app-%d" + "n".repeat(240) + ", ports: [" + "PORTS]}");
    return "{targets: [" + targets.replace("PORTS", ports) + "]}";
  }
}
