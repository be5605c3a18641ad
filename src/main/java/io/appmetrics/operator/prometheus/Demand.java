package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.SlotJobs;

/**
 * The jobs that all AppMetrics together need.
 *
 * @param jobs the jobs
 * @param complete false until every AppMetrics has been heard since the start: nothing is removed
 *     before
 */
public record Demand(SlotJobs jobs, boolean complete) {}
