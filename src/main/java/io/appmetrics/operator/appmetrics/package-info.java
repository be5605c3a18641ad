/**
 * The reconciler of one AppMetrics: gather, decide, apply, report; and the annotator and sweep of
 * the workloads that AppMetrics name.
 */
@NullMarked
package io.appmetrics.operator.appmetrics;

import org.jspecify.annotations.NullMarked;
