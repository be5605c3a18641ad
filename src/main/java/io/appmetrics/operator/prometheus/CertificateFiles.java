package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.PrometheusYaml;
import io.appmetrics.operator.scrapeconfig.ScrapeJob;
import io.appmetrics.operator.scrapeconfig.TlsFiles;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files that our mutual TLS jobs name, and where they come from.
 *
 * @param files the files, as paths in the Prometheus container
 * @param source who puts them there
 */
public record CertificateFiles(TlsFiles files, CertificateSource source) {

  private static final String ISTIO = "istio";

  /**
   * Finds the files: the admin's setting, else those that a job of Istio's names, else those that
   * the pod template offers, else those of any job with a client certificate.
   *
   * @param directory the admin's setting, or null
   */
  public static Optional<CertificateFiles> find(
      Installation installation, PrometheusYaml config, @Nullable String directory) {
    return Optional.ofNullable(directory)
        .map(Installation::istioFiles)
        .or(() -> ofJob(config, CertificateFiles::looksLikeIstios))
        .or(installation::offeredCertificates)
        .or(() -> ofJob(config, job -> true))
        .map(files -> new CertificateFiles(files, installation.sourceOf(files)));
  }

  /**
   * Those that a job names, where there is no installation to look at: one of Istio's before any
   * other.
   */
  public static Optional<TlsFiles> named(PrometheusYaml config) {
    return ofJob(config, CertificateFiles::looksLikeIstios).or(() -> ofJob(config, job -> true));
  }

  private static Optional<TlsFiles> ofJob(PrometheusYaml config, Predicate<ScrapeJob> which) {
    return config.jobs().stream()
        .filter(which)
        .flatMap(job -> Stream.ofNullable(job.tlsFiles()))
        .findFirst();
  }

  /** By its name, or by where its files are: one of a database has a client certificate, too. */
  private static boolean looksLikeIstios(ScrapeJob job) {
    TlsFiles files = job.tlsFiles();
    return files != null
        && Stream.of(job.name(), files.caFile(), files.certFile(), files.keyFile())
            .anyMatch(word -> word.contains(ISTIO));
  }
}
