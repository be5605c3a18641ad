package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.util.List;

/**
 * What one pass of the installation loop has found out; immutable, and shared by all AppMetrics.
 *
 * @param installation the workload, for messages
 * @param config where our jobs stand
 * @param certificates what is known of the mesh's certificates
 * @param replicas the Prometheus pods, by name
 * @param scrapeInterval how often a job without an interval of its own scrapes
 */
public record ScrapeFacts(
    WorkloadRef installation,
    ConfigFacts config,
    CertificateFacts certificates,
    List<ReplicaFacts> replicas,
    Duration scrapeInterval) {}
