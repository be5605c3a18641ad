/**
 * The chain: the ordered links from a declaration to a sample in Prometheus, each a pure check.
 *
 * <p>Imports {@code api} and the values of {@code route}, {@code scrapeconfig} and {@code
 * prometheus}; no Kubernetes client, no HTTP, no clock.
 */
@NullMarked
package io.appmetrics.operator.chain;

import org.jspecify.annotations.NullMarked;
