package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint: how it is scraped, and whether it is.
 *
 * @param target kind/name of the workload
 * @param port the port number
 * @param path the path
 * @param route how it is scraped: Slot
 * @param scheme HTTP, HTTPS or IstioMutual
 * @param why why that route and that scheme
 * @param up pods on which it is up
 * @param expected pods on which it has to be up
 * @param firstError the first error that Prometheus reports for it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EndpointStatus(
    String target,
    @Nullable Integer port,
    String path,
    @Nullable String route,
    @Nullable String scheme,
    @Nullable String why,
    @Nullable Integer up,
    @Nullable Integer expected,
    @Nullable String firstError) {}
