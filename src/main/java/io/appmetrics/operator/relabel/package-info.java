/**
 * What a Prometheus does with a pod: the labels of its pod discovery, the relabel rules of its
 * jobs, and the targets that come of them. Each difference between versions stands in one place,
 * {@code Dialect}.
 *
 * <p>Pure. Imports the configuration's text ({@code scrapeconfig}) and RE2, nothing else.
 */
@NullMarked
package io.appmetrics.operator.relabel;

import org.jspecify.annotations.NullMarked;
