package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * A workload in the AppMetrics' own namespace, and the endpoints of its pods.
 *
 * @param kind the kind of the workload
 * @param name the name of the workload
 * @param ports the endpoints, 1 to 16, unique by port and path
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Target(TargetKind kind, String name, List<Port> ports) {}
