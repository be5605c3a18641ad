/**
 * How an endpoint gets scraped: its scheme, its slot, and the annotations that say so.
 *
 * <p>Pure. Imports {@code api} only; no Kubernetes client, no HTTP, no clock.
 */
@NullMarked
package io.appmetrics.operator.route;

import org.jspecify.annotations.NullMarked;
