package io.appmetrics.operator.relabel;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.prometheus.LonePrometheus;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** What a Prometheus says it has made; read as a stream, for an old one tells all jobs at once. */
final class RealTargets {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final LonePrometheus prometheus;

  RealTargets(LonePrometheus prometheus) {
    this.prometheus = prometheus;
  }

  /** The active targets of all jobs. */
  void active(Consumer<JsonNode> each) throws IOException {
    stream("/api/v1/targets?state=active", each);
  }

  /** The active targets of one job, since 2.42. */
  void active(String job, Consumer<JsonNode> each) throws IOException {
    stream("/api/v1/targets?state=active&scrapePool=" + encode(job), each);
  }

  /** What the rules of a job have dropped, by its discovered labels. */
  JsonNode dropped(String job) throws IOException {
    return get("/api/v1/targets?state=dropped&scrapePool=" + encode(job)).path("droppedTargets");
  }

  /** The number of the rule that drops what has these discovered labels, since 3.8; 0 for none. */
  int droppingRule(String job, JsonNode labels) throws IOException {
    var steps =
        get("/api/v1/targets/relabel_steps?scrapePool="
                + encode(job)
                + "&labels="
                + encode(labels.toString()))
            .path("steps");
    for (var i = 0; i < steps.size(); i++) {
      if (!steps.get(i).path("keep").asBoolean()) {
        return i + 1;
      }
    }
    return 0;
  }

  /** The configuration as it is loaded. */
  String loadedText() throws IOException {
    return get("/api/v1/status/config").at("/yaml").asText();
  }

  private JsonNode get(String path) throws IOException {
    try (var body = open(path)) {
      return JSON.readTree(body).path("data");
    }
  }

  private void stream(String path, Consumer<JsonNode> each) throws IOException {
    try (var body = open(path);
        var parser = JSON.createParser(body)) {
      while (parser.nextToken() != null) {
        if ("activeTargets".equals(parser.currentName())
            && parser.currentToken() == JsonToken.START_ARRAY) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            each.accept(parser.readValueAsTree());
          }
          return;
        }
      }
      throw new IOException("no targets in the answer to " + path);
    }
  }

  private InputStream open(String path) throws IOException {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(prometheus.base() + path)).build(),
              HttpResponse.BodyHandlers.ofInputStream())
          .body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
