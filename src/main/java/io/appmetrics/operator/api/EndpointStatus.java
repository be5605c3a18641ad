package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** One endpoint: how it is scraped, and whether it is. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonClassDescription("One endpoint: how it is scraped, and whether it is.")
public record EndpointStatus(
    @JsonPropertyDescription("The workload as kind/name, such as Deployment/cart.")
        @Required
        @Size(max = 320)
        String target,
    @JsonPropertyDescription(
            "The number of the port; absent while a declared name is found in no container (see why).")
        @Min(1)
        @Max(65535)
        @Nullable Integer port,
    @JsonPropertyDescription("The path, such as /metrics.") @Required @Size(max = 256) String path,
    @JsonPropertyDescription(
            """
            How Prometheus gets at it. Adopted: a job of its own takes the pod as it is. \
            Annotation, AnnotationSecure: by prometheus.io/* of the pod, which such a job \
            reads; Secure: over mutual TLS. Merged, MergedSecure: the same, and Istio's agent \
            serves the metrics among its own. Slot: by numbered annotations of the pod \
            (appmetrics.io/port-1 and so on) that a job shared by everybody reads \
            (appmetrics-1). Federated: pulled from another Prometheus, which scrapes it.\
            """)
        @OneOf({
          "Adopted",
          "Merged",
          "MergedSecure",
          "Annotation",
          "AnnotationSecure",
          "Slot",
          "Federated"
        })
        @Nullable String route,
    @JsonPropertyDescription("How Prometheus speaks to it, decided: HTTP, HTTPS or IstioMutual.")
        @OneOf({"HTTP", "HTTPS", "IstioMutual"})
        @Nullable String scheme,
    @JsonPropertyDescription("Why this route and this scheme.") @Size(max = EndpointStatus.TEXT)
        @Nullable String why,
    @JsonPropertyDescription("Pods on which it is up.") @Min(0) @Nullable Integer up,
    @JsonPropertyDescription("Pods on which it has to be up.") @Min(0) @Nullable Integer expected,
    @JsonPropertyDescription(
            "The first error that Prometheus reports for it, in Prometheus' words; absent: none.")
        @Size(max = EndpointStatus.TEXT)
        @Nullable String firstError,
    @JsonPropertyDescription(
            """
            Which Prometheus this entry speaks of, as namespace/name, where the operator serves \
            several: each has an entry.\
            """)
        @Size(max = 320)
        @Nullable String installation) {

  static final int TEXT = 256;

  /** Cuts free text to 256 characters: one longer error would have the whole status refused. */
  public EndpointStatus {
    why = cut(why);
    firstError = cut(firstError);
  }

  private static @Nullable String cut(@Nullable String text) {
    if (text == null || text.codePointCount(0, text.length()) <= TEXT) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, TEXT - 1)) + "…";
  }
}
