package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** One condition, in the shape of Kubernetes' metav1.Condition. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonClassDescription("One condition, in the shape of Kubernetes' metav1.Condition.")
public record Condition(
    @JsonPropertyDescription("The name of the condition, such as Ready.")
        @Required
        @Size(max = 316)
        @Pattern(Condition.TYPE)
        String type,
    @JsonPropertyDescription("True, False or Unknown.")
        @Required
        @OneOf({"True", "False", "Unknown"})
        String status,
    @JsonPropertyDescription(
            """
            Why the status is what it is, in one CamelCase word, such as ConnectionRefused. Each \
            has an entry in docs/reasons.md, with cause and cure.\
            """)
        @Required
        @Size(min = 1, max = 1024)
        @Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
        String reason,
    @JsonPropertyDescription(
            "One sentence for a person: what is the case, and what to do when it is wrong.")
        @Required
        @Size(max = 32768)
        String message,
    @JsonPropertyDescription(
            "When the status last changed, to the second, as RFC 3339: 2026-01-31T12:00:00Z.")
        @Required
        Instant lastTransitionTime,
    @JsonPropertyDescription("The metadata.generation that this condition speaks of.") @Min(0)
        @Nullable Long observedGeneration) {

  static final String TYPE =
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
          + "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$";

  /** Cuts the time to the second: Kubernetes' own times have no fractions. */
  public Condition {
    lastTransitionTime = lastTransitionTime.truncatedTo(ChronoUnit.SECONDS);
  }
}
