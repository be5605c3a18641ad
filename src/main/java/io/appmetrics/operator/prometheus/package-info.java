/**
 * The Prometheus installation: its discovery, its poll, its healing, and the one loop that acts on
 * it.
 *
 * <p>{@code Installation}, {@code Healing} and {@code ScrapeFault} are pure decisions; {@code
 * PrometheusApi} and {@code InstallationLoop} are the edge.
 */
@NullMarked
package io.appmetrics.operator.prometheus;

import org.jspecify.annotations.NullMarked;
