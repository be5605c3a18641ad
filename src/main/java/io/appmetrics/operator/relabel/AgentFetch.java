package io.appmetrics.operator.relabel;

/** An endpoint of the application that Istio's agent fetches by plain HTTP, from inside the pod. */
public record AgentFetch(int port, String path) {}
