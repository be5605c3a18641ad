package io.appmetrics.operator.route;

/**
 * A Prometheus installation that is to scrape a workload's endpoints, each exactly once.
 *
 * @param name as pods name it: namespace/name
 * @param foresight what it will make of the workload's pods
 */
public record Reader(String name, Foresight foresight) {}
