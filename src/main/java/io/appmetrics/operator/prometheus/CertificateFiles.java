package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files that our mutual TLS jobs name, and where they come from.
 *
 * @param files the files, as paths in the Prometheus container
 * @param source who puts them there
 */
public record CertificateFiles(TlsFiles files, CertificateSource source) {

  /**
   * Finds the files: the admin's setting, else those that a job of the user names, else those that
   * the pod template offers.
   *
   * @param directory the admin's setting, or null
   */
  public static Optional<CertificateFiles> find(
      Installation installation, PrometheusYaml config, @Nullable String directory) {
    return Optional.ofNullable(directory)
        .map(Installation::istioFiles)
        .or(() -> ofUserJob(config))
        .or(installation::offeredCertificates)
        .map(files -> new CertificateFiles(files, installation.sourceOf(files)));
  }

  /** A job with all three files is Istio's way; one whose name says so is preferred. */
  private static Optional<TlsFiles> ofUserJob(PrometheusYaml config) {
    return config.jobs().stream()
        .filter(job -> job.tlsFiles() != null)
        .min(Comparator.comparing((ScrapeJob job) -> !job.name().contains("istio")))
        .flatMap(job -> Optional.ofNullable(job.tlsFiles()));
  }
}
