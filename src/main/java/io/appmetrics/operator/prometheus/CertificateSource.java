package io.appmetrics.operator.prometheus;

import java.util.List;

/** Where the files of a {@code tls_config} come from. */
public sealed interface CertificateSource {

  /**
   * A Secret that is mounted into Prometheus.
   *
   * @param name its name
   * @param keys the keys that have to be there
   */
  record FromSecret(String name, List<String> keys) implements CertificateSource {}

  /**
   * A directory that somebody else in the pod fills: only Prometheus can tell what is in it.
   *
   * @param path the directory in the Prometheus container
   */
  record FromDirectory(String path) implements CertificateSource {}
}
