package io.appmetrics.operator.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Requests from a test to a pod. */
final class Http {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private Http() {}

  /** The answer to a GET, whatever its status. */
  static HttpResponse<String> get(URI uri) throws IOException {
    return send(HttpRequest.newBuilder(uri));
  }

  /** Puts a text. */
  static HttpResponse<String> put(URI uri, String body) throws IOException {
    return send(HttpRequest.newBuilder(uri).PUT(BodyPublishers.ofString(body)));
  }

  /** Posts nothing. */
  static HttpResponse<String> post(URI uri) throws IOException {
    return send(HttpRequest.newBuilder(uri).POST(BodyPublishers.noBody()));
  }

  /** Puts a text, and fails when that is refused. */
  static void mustPut(URI uri, String body) {
    try {
      var response = put(uri, body);
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            "PUT " + uri + ": " + response.statusCode() + " " + response.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return CLIENT.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
