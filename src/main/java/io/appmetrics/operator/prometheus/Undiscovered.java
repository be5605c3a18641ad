package io.appmetrics.operator.prometheus;

/**
 * A workload that the operator cannot serve.
 *
 * @param problem one sentence: what is in the way, and what to do
 */
public record Undiscovered(String problem) implements Discovery {}
