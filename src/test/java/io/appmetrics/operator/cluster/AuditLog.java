package io.appmetrics.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the API server was asked for, in its own log. */
public final class AuditLog {
  /** Of service accounts only: what the tests themselves do concerns nobody. */
  static final String POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived]
      rules:
      - {level: Metadata, userGroups: ["system:serviceaccounts"]}
      - {level: None}
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  AuditLog(Path file) {
    this.file = file;
  }

  /**
   * A request for a resource.
   *
   * @param verb as RBAC names it
   * @param group the API group; empty for the core
   * @param resource the plural, with {@code /subresource} where it is one
   * @param namespace empty for a request over all namespaces
   * @param name empty for a request that names no object
   * @param code of the answer, as in HTTP
   */
  public record Request(
      String verb, String group, String resource, String namespace, String name, int code) {}

  /** How many requests are known: a test of what comes later skips them. */
  public int size() {
    return lines().size();
  }

  /** What a user has asked for, in order, without the first {@code skipped} entries of anybody. */
  public List<Request> of(String user, int skipped) {
    return lines().stream()
        .skip(skipped)
        .map(AuditLog::parsed)
        .filter(event -> event.at("/user/username").asText().equals(user))
        .filter(event -> event.at("/objectRef/resource").isTextual())
        .map(AuditLog::request)
        .toList();
  }

  private List<String> lines() {
    try (Stream<String> lines = Files.lines(file)) {
      // the last one may be half written
      return lines.filter(line -> line.endsWith("}")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Request request(JsonNode event) {
    var object = event.path("objectRef");
    var subresource = object.path("subresource").asText("");
    return new Request(
        event.path("verb").asText(),
        object.path("apiGroup").asText(""),
        object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
        object.path("namespace").asText(""),
        object.path("name").asText(""),
        event.at("/responseStatus/code").asInt());
  }
}
