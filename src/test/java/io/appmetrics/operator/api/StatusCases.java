package io.appmetrics.operator.api;

import static io.appmetrics.operator.api.Refusal.invalid;
import static io.appmetrics.operator.api.Refusal.schema;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What becomes of statuses, by a real API server and without one. */
public final class StatusCases {
  private StatusCases() {}

  /** A status, and the message of its refusal. */
  public record Case(String status, String message) {
    @Override
    public String toString() {
      return status.length() > 100 ? status.substring(0, 100) + "…" : status;
    }
  }

  private static String conditions(String what, String other) {
    var ready =
        "{type: Ready, status: 'True', reason: Scraped, message: '',"
            + " lastTransitionTime: '2026-01-31T12:00:00Z'}";
    return "{conditions: [%s]}".formatted(ready.replace(what, other));
  }

  private static String many(int count, String item) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(item::formatted)
        .collect(Collectors.joining(", "));
  }

  /** Statuses that are refused. */
  public static List<Case> refused() {
    var oneCondition = "status.conditions[0].";
    return List.of(
        new Case(
            conditions(
                "}",
                "}, {type: Ready, status: 'False', reason: Twice, message: '',"
                    + " lastTransitionTime: '2026-01-31T12:00:00Z'}"),
            invalid("status.conditions[1]: Duplicate value: {\"type\":\"Ready\"}")),
        new Case(
            conditions("'True'", "Maybe"),
            schema(
                oneCondition + "status",
                "Unsupported value: \"Maybe\": supported values: \"True\", \"False\","
                    + " \"Unknown\"")),
        new Case(
            conditions("reason: Scraped, ", ""), schema(oneCondition + "reason", "Required value")),
        new Case(
            conditions("reason: Scraped", "reason: not one word"),
            invalid(
                oneCondition
                    + "reason: Invalid value: \"not one word\": conditions[0].reason in body should"
                    + " match '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$'")),
        new Case(
            conditions("2026-01-31T12:00:00Z", "yesterday"),
            schema(
                oneCondition + "lastTransitionTime",
                "Invalid value: \"yesterday\": conditions[0].lastTransitionTime in body must be of"
                    + " type date-time: \"yesterday\"")),
        new Case(
            "{summary: all}",
            invalid(
                "status.summary: Invalid value: \"all\": summary in body should match"
                    + " '^[0-9]+/[0-9]+$'")),
        new Case(
            "{declared: -1}",
            invalid(
                "status.declared: Invalid value: -1: declared in body should be greater than or"
                    + " equal to 0")),
        new Case("{targets: [{name: cart}]}", schema("status.targets[0].kind", "Required value")),
        new Case(
            "{endpoints: [" + many(65, "{target: Deployment/cart, port: %d, path: /}") + "]}",
            schema("status.endpoints", "Too many: 65: must have at most 64 items")),
        new Case(
            "{endpoints: [{target: Deployment/cart, port: 0, path: /}]}",
            invalid(
                "status.endpoints[0].port: Invalid value: 0: endpoints[0].port in body should be"
                    + " greater than or equal to 1")),
        new Case(
            "{endpoints: [{target: Deployment/cart, path: /, route: Pigeon}]}",
            schema(
                "status.endpoints[0].route",
                "Unsupported value: \"Pigeon\": supported values: \"Adopted\", \"Merged\","
                    + " \"MergedSecure\", \"Annotation\", \"AnnotationSecure\", \"Slot\","
                    + " \"Federated\"")));
  }
}
