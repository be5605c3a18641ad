package io.appmetrics.operator.scrapeconfig;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A user's {@code prometheus.yml}, with or without our block in it. */
@SuppressWarnings("DoNotCallSuggester") // the signatures only, so far
public final class PrometheusYaml {

  private PrometheusYaml() {}

  /**
   * Reads a configuration.
   *
   * @throws UnparsableConfig when it is no YAML, no Prometheus configuration, or our block in it is
   *     damaged
   */
  public static PrometheusYaml parse(String text) throws UnparsableConfig {
    throw new UnsupportedOperationException();
  }

  /** The user's jobs: those outside our block, in the order of the text. */
  public List<ScrapeJob> jobs() {
    throw new UnsupportedOperationException();
  }

  /** The digest that our block's marker job names; empty without a block. */
  public Optional<String> blockDigest() {
    throw new UnsupportedOperationException();
  }

  /** How often a job without an interval of its own scrapes; 1 minute unless the text says else. */
  public Duration globalScrapeInterval() {
    throw new UnsupportedOperationException();
  }

  /**
   * The text with {@code block} in place of ours, every other byte as it was.
   *
   * @throws UnparsableConfig when the block has no safe place
   */
  public String with(ScrapeBlock block) throws UnparsableConfig {
    throw new UnsupportedOperationException();
  }

  /** The user's own text, to the byte. */
  public String without() {
    throw new UnsupportedOperationException();
  }
}
