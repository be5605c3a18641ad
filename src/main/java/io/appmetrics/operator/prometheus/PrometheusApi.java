package io.appmetrics.operator.prometheus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP API of Prometheus replicas, each named by its base URI, which may end in a route prefix.
 * Whatever keeps an answer from being known, down to one that is none of Prometheus' API, is {@link
 * PrometheusUnreachable}.
 */
public final class PrometheusApi {

  private static final int WORDS_BYTES = 16 * 1024;
  private static final int EXCERPT_CHARACTERS = 200;

  /** What Prometheus answers to a text that it cannot load (web/web.go, reload). */
  static final String RELOAD_FAILED = "failed to reload config";

  /** The second as 2.5 and 2.37 say it. */
  private static final Pattern LIFECYCLE_OFF =
      Pattern.compile("Lifecycle API(?: is|s are) not enabled");

  private final HttpClient http;
  private final Duration timeout;
  private final Duration reloadTimeout;
  private final ObjectMapper json = new ObjectMapper();

  /**
   * An answer is awaited for {@code timeout}, to its last byte; that to a reload, which comes when
   * it is done, for {@code reloadTimeout}.
   */
  public PrometheusApi(HttpClient http, Duration timeout, Duration reloadTimeout) {
    this.http = http;
    this.timeout = timeout;
    this.reloadTimeout = reloadTimeout;
  }

  /** The version that runs there; since 2.14. */
  public PrometheusVersion version(URI base) throws PrometheusUnreachable {
    return ask(
        at(base, "/api/v1/status/buildinfo"),
        body -> PrometheusVersion.parse(text(data(body), "version")));
  }

  /** Since when it runs, and how its last reload went; empty before 2.14. */
  public Optional<RuntimeInfo> runtimeInfo(URI base) throws PrometheusUnreachable {
    return askIfServed(
        at(base, "/api/v1/status/runtimeinfo"),
        body -> {
          var data = data(body);
          return new RuntimeInfo(
              Instant.parse(text(data, "startTime")),
              field(data, "reloadConfigSuccess").asBoolean(),
              Instant.parse(text(data, "lastConfigTime")));
        });
  }

  /**
   * What it tells of itself in {@code /metrics}; in every version.
   *
   * @param containerStarted since when its container runs, where that is known
   */
  SelfMetrics selfMetrics(URI base, @Nullable Instant containerStarted)
      throws PrometheusUnreachable {
    return ask(
        at(base, "/metrics"),
        body ->
            SelfMetrics.read(
                new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)),
                containerStarted));
  }

  /** The configuration that it has loaded, as YAML. */
  public String config(URI base) throws PrometheusUnreachable {
    return ask(at(base, "/api/v1/status/config"), body -> text(data(body), "yaml"));
  }

  /** The jobs that have a scrape pool; since 2.42. */
  public Set<String> scrapePools(URI base) throws PrometheusUnreachable {
    return ask(
        at(base, "/api/v1/scrape_pools"),
        body -> {
          var pools = new TreeSet<String>();
          for (var pool : field(data(body), "scrapePools")) {
            pools.add(pool.asText());
          }
          return pools;
        });
  }

  /**
   * The active targets of one pool, none when there is no such pool; since 2.42. Dropped ones are
   * never asked for: of 5,000 pods they made 760 MB.
   */
  public List<ActiveTarget> activeTargets(URI base, String pool) throws PrometheusUnreachable {
    return activeTargets(base, pool, AgentFailures.NONE);
  }

  /** The same, and of Istio's agents among them what is known of their apps. */
  List<ActiveTarget> activeTargets(URI base, String pool, AgentFailures failures)
      throws PrometheusUnreachable {
    var query = "?state=active&scrapePool=" + URLEncoder.encode(pool, StandardCharsets.UTF_8);
    return ask(
        at(base, "/api/v1/targets" + query),
        body -> targets(body, target -> true, target -> failures));
  }

  /**
   * The active targets of some pools, picked out of all; before 2.42, where nobody can ask for one.
   * Before 2.8 the dropped ones are sent, too, and read over.
   *
   * @param failures what is known of the apps of Istio's agents, by pool
   */
  List<ActiveTarget> activeTargets(URI base, Set<String> pools, Map<String, AgentFailures> failures)
      throws PrometheusUnreachable {
    return ask(
        at(base, "/api/v1/targets?state=active"),
        body ->
            targets(
                body,
                target -> pools.contains(pool(target)),
                target -> failures.getOrDefault(pool(target), AgentFailures.NONE)));
  }

  /** The labels of each series that answers an instant query. */
  List<Map<String, String>> query(URI base, String promQl) throws PrometheusUnreachable {
    var query = "?query=" + URLEncoder.encode(promQl, StandardCharsets.UTF_8);
    return ask(
        at(base, "/api/v1/query" + query),
        body -> {
          var series = new ArrayList<Map<String, String>>();
          for (var result : field(data(body), "result")) {
            series.add(labels(field(result, "metric")));
          }
          return series;
        });
  }

  /**
   * Makes it load its configuration, and waits until it has. The scrape pools of new jobs come
   * later, up to 5 s.
   *
   * @throws ReloadRejected when it refuses; parts of the configuration may run all the same
   */
  public void reload(URI base) throws PrometheusUnreachable, ReloadRejected {
    var url = at(base, "/-/reload");
    var request = HttpRequest.newBuilder(url).POST(BodyPublishers.noBody());
    var refusal =
        exchange(
            url,
            request,
            reloadTimeout,
            (status, body) -> {
              if (status / 100 == 2) {
                return "";
              }
              var words = words(body);
              if (words.startsWith(RELOAD_FAILED) || LIFECYCLE_OFF.matcher(words).lookingAt()) {
                return words;
              }
              throw refused(status, words);
            });
    if (!refusal.isEmpty()) {
      throw new ReloadRejected(refusal, LIFECYCLE_OFF.matcher(refusal).lookingAt());
    }
  }

  /**
   * Makes its process end; where a kubelet starts it again, that is a restart in place.
   *
   * @throws ReloadRejected when it refuses
   */
  public void quit(URI base) throws PrometheusUnreachable, ReloadRejected {
    var url = at(base, "/-/quit");
    var refusal =
        exchange(
            url,
            HttpRequest.newBuilder(url).POST(BodyPublishers.noBody()),
            timeout,
            (status, body) -> {
              var words = words(body);
              if (status / 100 == 2) {
                return "";
              }
              if (LIFECYCLE_OFF.matcher(words).lookingAt()) {
                return words;
              }
              throw refused(status, words);
            });
    if (!refusal.isEmpty()) {
      throw new ReloadRejected(refusal, true);
    }
  }

  private static URI at(URI base, String path) {
    var text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  /** Reads an answer; what it throws tells what is wrong with it. */
  private interface Reading<T> {
    T read(InputStream body) throws IOException;
  }

  private interface Answer<T> {
    T read(int status, InputStream body) throws IOException;
  }

  /** An answer that is none of Prometheus' API, in words for the user. */
  private static final class Unexpected extends IOException {
    private static final long serialVersionUID = 1L;

    Unexpected(String words) {
      super(words);
    }
  }

  private <T> T ask(URI url, Reading<T> reading) throws PrometheusUnreachable {
    return exchange(
        url,
        HttpRequest.newBuilder(url),
        timeout,
        (status, body) -> {
          if (status / 100 != 2) {
            throw refused(status, error(words(body)));
          }
          return reading.read(body);
        });
  }

  /** Empty where the version has no such page yet. */
  private <T> Optional<T> askIfServed(URI url, Reading<T> reading) throws PrometheusUnreachable {
    return exchange(
        url,
        HttpRequest.newBuilder(url),
        timeout,
        (status, body) -> {
          // 2.5.0 knows some path of each depth for another method only, and answers 405
          if (status == HttpURLConnection.HTTP_NOT_FOUND
              || status == HttpURLConnection.HTTP_BAD_METHOD) {
            return Optional.empty();
          }
          if (status / 100 != 2) {
            throw refused(status, error(words(body)));
          }
          return Optional.of(reading.read(body));
        });
  }

  private <T> T exchange(URI url, HttpRequest.Builder request, Duration limit, Answer<T> answer)
      throws PrometheusUnreachable {
    var late = new AtomicBoolean();
    try {
      var began = System.nanoTime();
      var response =
          http.send(
              request.timeout(limit).version(HttpClient.Version.HTTP_1_1).build(),
              BodyHandlers.ofInputStream());
      try (var body = response.body()) {
        // the request's own timeout ends with the headers: a body that stalls would hang the poll
        var left = Math.max(0, limit.toNanos() - (System.nanoTime() - began));
        var watch =
            CompletableFuture.runAsync(
                () -> {
                  late.set(true);
                  close(body);
                },
                CompletableFuture.delayedExecutor(left, TimeUnit.NANOSECONDS));
        try {
          return answer.read(response.statusCode(), body);
        } finally {
          watch.cancel(false);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PrometheusUnreachable(url, "interrupted while waiting for the answer", e);
    } catch (HttpTimeoutException e) {
      throw new PrometheusUnreachable(url, noAnswer(limit), e);
    } catch (JsonProcessingException e) {
      throw new PrometheusUnreachable(
          url,
          late.get()
              ? noAnswer(limit)
              : "the answer is no JSON of Prometheus' API ("
                  + e.getOriginalMessage()
                  + "); is this its address, and its route prefix?",
          e);
    } catch (ConnectException e) {
      throw new PrometheusUnreachable(
          url, "cannot connect" + (e.getMessage() == null ? "" : ": " + e.getMessage()), e);
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      throw new PrometheusUnreachable(url, late.get() ? noAnswer(limit) : told(e), e);
    }
  }

  private JsonNode data(InputStream body) throws IOException {
    return field(json.readTree(body), "data");
  }

  private static JsonNode field(JsonNode node, String name) throws Unexpected {
    var value = node.get(name);
    if (value == null || value.isNull()) {
      throw new Unexpected(
          "the answer is none of Prometheus' API: it has no "
              + name
              + "; is this its address, and its route prefix?");
    }
    return value;
  }

  private static String text(JsonNode node, String name) throws Unexpected {
    return field(node, name).asText();
  }

  /** One target at a time: a pool of a large mesh is many megabytes. */
  private List<ActiveTarget> targets(
      InputStream body, Predicate<JsonNode> wanted, Function<JsonNode, AgentFailures> failures)
      throws IOException {
    var targets = new ArrayList<ActiveTarget>();
    var found = false;
    try (var parser = json.createParser(body)) {
      // to the end, so that an answer cut short is none
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME
            && parser.currentName().equals("activeTargets")) {
          found = true;
          if (parser.nextToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
              JsonNode target = parser.readValueAsTree();
              if (wanted.test(target)) {
                targets.add(target(target, failures.apply(target)));
              }
            }
          }
        }
      }
    }
    if (!found) {
      throw new Unexpected(
          "the answer is none of Prometheus' API: it has no activeTargets; is this its address,"
              + " and its route prefix?");
    }
    return targets;
  }

  /**
   * Named since 2.15; before, the discovered job is the pool's. Around 2.42 that label would not
   * do: discovered labels are told from memory that the rules have written over, job among them.
   * The pod's uid was seen to outlive that, with up to 14 labels added before it.
   */
  private static String pool(JsonNode target) {
    var named = target.path("scrapePool").asText();
    return named.isEmpty() ? target.path("discoveredLabels").path("job").asText() : named;
  }

  private static Map<String, String> labels(JsonNode node) {
    var labels = new TreeMap<String, String>();
    node.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    return labels;
  }

  private static ActiveTarget target(JsonNode target, AgentFailures failures) throws Unexpected {
    var discovered = target.path("discoveredLabels");
    return new ActiveTarget(
        pool(target),
        discovered.path("__meta_kubernetes_namespace").asText(),
        discovered.path("__meta_kubernetes_pod_name").asText(),
        discovered.path("__meta_kubernetes_pod_uid").asText(),
        text(target, "scrapeUrl"),
        health(text(target, "health")),
        target.path("lastError").asText(),
        Instant.parse(text(target, "lastScrape")),
        failures.series().isEmpty()
            ? AppFetch.GOES_WELL
            : failures.of(labels(target.path("labels"))));
  }

  private static TargetHealth health(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "up" -> TargetHealth.UP;
      case "down" -> TargetHealth.DOWN;
      default -> TargetHealth.UNKNOWN;
    };
  }

  private static Unexpected refused(int status, String words) {
    return new Unexpected("HTTP " + status + (words.isEmpty() ? "" : ": " + excerpt(words)));
  }

  /** The words of an error answer: Prometheus wraps most of them in JSON. */
  private String error(String words) {
    try {
      var error = json.readTree(words).path("error").asText();
      return error.isEmpty() ? words : error;
    } catch (JsonProcessingException e) {
      return words;
    }
  }

  private static String words(InputStream body) throws IOException {
    return new String(body.readNBytes(WORDS_BYTES), StandardCharsets.UTF_8).strip();
  }

  private static String excerpt(String words) {
    var line = words.replaceAll("\\s+", " ");
    return line.length() <= EXCERPT_CHARACTERS
        ? line
        : line.substring(0, EXCERPT_CHARACTERS) + "...";
  }

  private static String noAnswer(Duration limit) {
    return "no complete answer within " + limit.toMillis() + " ms";
  }

  private static String told(Exception e) {
    var message = e.getMessage();
    return e instanceof Unexpected && message != null
        ? message
        : "the connection or its answer broke: "
            + (message == null ? e.getClass().getName() : message);
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // its reader finds out by itself
    }
  }
}
