package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The HTTP API of Prometheus replicas, each named by its base URI, which may end in a route prefix.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"}) // the signatures only, so far
public final class PrometheusApi {

  /**
   * The timeouts: {@code timeout} for one question, to the last byte of its answer {@code
   * reloadTimeout} for a reload, which answers when it is done
   */
  private final HttpClient http;

  private final Duration timeout;
  private final Duration reloadTimeout;

  public PrometheusApi(HttpClient http, Duration timeout, Duration reloadTimeout) {
    this.http = http;
    this.timeout = timeout;
    this.reloadTimeout = reloadTimeout;
  }

  /** The version that runs there. */
  public PrometheusVersion version(URI base) throws PrometheusUnreachable {
    throw new UnsupportedOperationException();
  }

  /** Since when it runs, and how its last reload went. */
  public RuntimeInfo runtimeInfo(URI base) throws PrometheusUnreachable {
    throw new UnsupportedOperationException();
  }

  /** The configuration that it has loaded, as YAML. */
  public String config(URI base) throws PrometheusUnreachable {
    throw new UnsupportedOperationException();
  }

  /** The jobs that have a scrape pool; since 2.42. */
  public Set<String> scrapePools(URI base) throws PrometheusUnreachable {
    throw new UnsupportedOperationException();
  }

  /** The active targets of one pool; none when there is no such pool. */
  public List<ActiveTarget> activeTargets(URI base, String pool) throws PrometheusUnreachable {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes it load its configuration, and waits until it has.
   *
   * @throws ReloadRejected when it refuses; parts of the configuration may run all the same
   */
  public void reload(URI base) throws PrometheusUnreachable, ReloadRejected {
    throw new UnsupportedOperationException();
  }
}
