/**
 * How an endpoint gets scraped: its scheme, its slot, and the annotations that say so. The
 * annotations are one set for all Prometheus installations; the route may differ by installation.
 *
 * <p>Pure. Imports {@code api}, {@code mesh}, {@code relabel} and {@code scrapeconfig}; no
 * Kubernetes client, no HTTP, no clock.
 */
@NullMarked
package io.appmetrics.operator.route;

import org.jspecify.annotations.NullMarked;
