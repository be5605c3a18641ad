package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint: a port and a path where every pod of the target serves metrics.
 *
 * <p>Durations have their units in the order that Prometheus demands (model.ParseDuration in
 * prometheus/common), and few enough digits that CEL can compute with them.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonClassDescription(
    "An endpoint: a port and a path where every pod of the target serves metrics.")
@ValidationRule(
    value =
        "!has(self.interval) || "
            + Port.NO_INTERVAL
            + " || "
            + Port.INTERVAL
            + " >= duration('1s')",
    message = "interval must not be shorter than 1s: Prometheus is shared by everybody",
    fieldPath = ".interval")
@ValidationRule(
    value =
        "!has(self.timeout) || " + Port.NO_TIMEOUT + " || " + Port.TIMEOUT + " > duration('0s')",
    message = "timeout must be longer than 0",
    fieldPath = ".timeout")
@ValidationRule(
    value = "!has(self.timeout) || has(self.interval)",
    message = "timeout needs an interval beside it, such as interval: 15s",
    fieldPath = ".timeout")
@ValidationRule(
    value =
        "!has(self.interval) || !has(self.timeout) || "
            + Port.NO_INTERVAL
            + " || "
            + Port.NO_TIMEOUT
            + " || "
            + Port.TIMEOUT
            + " <= "
            + Port.INTERVAL,
    message = "timeout must not be longer than interval: Prometheus would not scrape the target",
    fieldPath = ".timeout")
public record Port(
    @JsonPropertyDescription(
            """
            The port on which the container listens (not the one of a Service, and not the one of \
            a laptop): a number from 1 to 65535, or the name of a containerPort of the pods, such \
            as http-metrics.\
            """)
        @Required
        @Size(max = 15)
        @ValidationRule(
            value =
                "type(self) == int ? int(self) >= 1 && int(self) <= 65535"
                    + " : string(self).matches('^[a-z0-9]+(-[a-z0-9]+)*$')"
                    + " && string(self).matches('[a-z]')",
            message =
                "must be a number from 1 to 65535 without quotes, or the name of a containerPort:"
                    + " at most 15 of a-z, 0-9 and single -, with at least one letter, such as"
                    + " http-metrics")
        IntOrString port,
    @JsonPropertyDescription(
            """
            The path of the URL that serves metrics, such as /actuator/prometheus; at most 256 \
            characters. A query goes into params. Default: /metrics.\
            """)
        @Default("/metrics")
        @Size(max = 256)
        @ValidationRule(
            value = "self.matches('^/[A-Za-z0-9/_.~$&+,;=:@-]*$')",
            message =
                "must begin with a slash, as in /metrics, and hold letters, digits and"
                    + " /_.~$&+,;=:@- only; a query goes into params")
        @Nullable String path,
    @JsonPropertyDescription(
            """
            How Prometheus speaks to the endpoint. Auto: with the mesh's mutual TLS where the \
            mesh demands it (a PeerAuthentication that says STRICT), else with plain HTTP. HTTP: \
            plain HTTP. HTTPS: TLS of the app's own; Prometheus must trust its certificate for \
            the address of the pod. IstioMutual: mutual TLS with the mesh's certificates. \
            Default: Auto.\
            """)
        @Default("Auto")
        @Nullable PortScheme scheme,
    @JsonPropertyDescription(
            """
            How often the endpoint is scraped: a duration such as 15s or 1m30s, made of whole \
            numbers of h, m, s and ms in this order; at least 1s. Keep it at 2m or below: to \
            Prometheus, a series without a sample for 5m is gone. Default: scrape_interval in the \
            global section of Prometheus' configuration \
            (15s in Istio's addon).\
            """)
        @Size(max = 16)
        @ValidationRule(value = Port.IS_DURATION, message = Port.DURATION_MESSAGE)
        @Nullable String interval,
    @JsonPropertyDescription(
            """
            How long one scrape may take before it counts as failed: written as an interval is, \
            longer than 0, not longer than the interval, and only beside an interval. Default: \
            10s, or the interval where that is shorter; without an interval, scrape_timeout in the \
            global section of Prometheus' configuration.\
            """)
        @Size(max = 16)
        @ValidationRule(value = Port.IS_DURATION, message = Port.DURATION_MESSAGE)
        @Nullable String timeout,
    @JsonPropertyDescription(
            """
            Query parameters of the URL, at most 8, one value for each key, such as {format: \
            prometheus}. Keys: at most 32 of a-z, 0-9 and _, ending with a letter or digit. \
            Values: 1 to 256 characters. They are no place for secrets: they stand in \
            annotations of the pods. Default: none.\
            """)
        @Size(max = 8)
        @ValidationRule(
            value = "self.all(k, k.matches('^[a-z0-9_]{0,31}[a-z0-9]$'))",
            message =
                "keys must be at most 32 of a-z, 0-9 and _, ending with a letter or digit: they"
                    + " become annotations of the pods")
        @ValidationRule(
            value = "self.all(k, self[k].matches('^[^[:cntrl:]]+$'))",
            message =
                "values must neither be empty nor hold control characters: Prometheus would drop"
                    + " the parameter")
        @Nullable Map<String, @Size(max = 256) String> params) {

  private static final String DURATION =
      ".matches('^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?([0-9]{1,6}ms)?$')";
  static final String IS_DURATION = "self != '' && self" + DURATION;
  static final String DURATION_MESSAGE =
      "must be a duration such as 15s or 1m30s: whole numbers (at most 6 digits) of h, m, s and"
          + " ms, in this order";

  // A rule of the object is evaluated even when a field's own rule has failed, and duration() of
  // no duration would add an error that explains nothing.
  static final String NO_INTERVAL = "self.interval == '' || !self.interval" + DURATION;
  static final String NO_TIMEOUT = "self.timeout == '' || !self.timeout" + DURATION;
  static final String INTERVAL = "duration(self.interval)";
  static final String TIMEOUT = "duration(self.timeout)";
}
