package io.appmetrics.operator.scrapeconfig;

/**
 * The three files of a {@code tls_config} with which a job proves who it is: paths as Prometheus
 * sees them, inside its container.
 */
public record TlsFiles(String caFile, String certFile, String keyFile) {}
