package io.appmetrics.operator.scrapeconfig;

import org.jspecify.annotations.Nullable;

/**
 * A job of a scrape configuration, as far as others need to know it.
 *
 * @param tlsFiles set when the job's {@code tls_config} names all three files
 * @param unverified whether it takes any certificate of the other side ({@code
 *     insecure_skip_verify})
 */
public record ScrapeJob(String name, @Nullable TlsFiles tlsFiles, boolean unverified) {
  ScrapeJob(String name, @Nullable TlsFiles tlsFiles) {
    this(name, tlsFiles, false);
  }
}
