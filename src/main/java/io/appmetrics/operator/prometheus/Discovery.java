package io.appmetrics.operator.prometheus;

/** The outcome of looking for an installation. */
public sealed interface Discovery permits Installation, Undiscovered {}
