package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** A workload in the AppMetrics' own namespace, and the endpoints of its pods. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonClassDescription("A workload in the AppMetrics' own namespace, and the endpoints of its pods.")
public record Target(
    @JsonPropertyDescription(
            "The kind of the workload: Deployment, StatefulSet or DaemonSet. Default: Deployment.")
        @Default("Deployment")
        TargetKind kind,
    @JsonPropertyDescription("The name of the workload, such as cart.")
        @Required
        @Size(max = 253)
        @ValidationRule(
            value =
                "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
            message =
                "must be the name of a workload: a-z, 0-9, - and ., beginning and ending with a"
                    + " letter or digit, such as cart")
        String name,
    @JsonPropertyDescription(
            """
            The endpoints that every pod of the workload serves: 1 to 16 of them, each port and \
            path once. Example: [{port: 8080}, {port: admin, path: /actuator/prometheus}].\
            """)
        @Required
        @Size(min = 1, max = 16)
        @ListMapKeys({"port", "path"})
        List<Port> ports) {}
