package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint: a port and a path where every pod of the target serves metrics.
 *
 * @param port a number, or the name of a containerPort
 * @param path the path, beginning with a slash
 * @param scheme how the endpoint is spoken to
 * @param interval how often it is scraped, as a Prometheus duration such as 15s; null: as the job
 *     does
 * @param timeout how long a scrape may take, as a Prometheus duration; null: as the job says
 * @param params query parameters, one value per key
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Port(
    IntOrString port,
    @Nullable String path,
    @Nullable PortScheme scheme,
    @Nullable String interval,
    @Nullable String timeout,
    @Nullable Map<String, String> params) {}
