package io.appmetrics.operator.prometheus;

import java.time.Instant;

/**
 * What a running Prometheus says of itself ({@code /api/v1/status/runtimeinfo}, since 2.14).
 *
 * @param startTime when its process started
 * @param reloadConfigSuccess whether the last attempt to load a configuration succeeded
 * @param lastConfigTime when a configuration was last loaded with success
 */
public record RuntimeInfo(Instant startTime, boolean reloadConfigSuccess, Instant lastConfigTime) {}
