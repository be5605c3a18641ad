package io.appmetrics.operator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.runtime.HealthServer;
import io.appmetrics.operator.runtime.Meters;
import io.appmetrics.operator.runtime.OperatorConfig.Setting;
import io.appmetrics.operator.scrapeconfig.JobKey;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/operations.md against the code and the manifests. */
class OperationsDocTest {
  private static final Markdown DOC = Markdown.read("docs/operations.md");

  @Test
  void theSettingsAreThoseOfTheCode() {
    assertThat(DOC.section("Settings").rows())
        .containsExactlyElementsOf(
            Stream.of(Setting.values())
                .map(s -> List.of(s.variable(), s.unlessSet(), s.allowed(), s.meaning()))
                .toList());
  }

  @Test
  void theKeysOfTheJobsAreThoseOfTheCode() {
    assertThat(DOC.section("Keys of the jobs").rows())
        .containsExactlyElementsOf(
            Stream.of(JobKey.values()).map(key -> List.of(key.toString(), key.since())).toList());
  }

  @Test
  void theMetersAreThoseOfTheCode() throws Exception {
    String metrics = metrics();
    Map<String, String> types =
        Pattern.compile("(?m)^# TYPE (appmetrics_\\S+) (\\S+)$")
            .matcher(metrics)
            .results()
            .collect(Collectors.toMap(m -> m.group(1), m -> m.group(2)));
    assertThat(DOC.section("Meters").rows())
        .containsExactlyInAnyOrderElementsOf(
            types.entrySet().stream()
                .map(t -> List.of(t.getKey(), t.getValue(), help(t.getKey(), metrics)))
                .toList());
  }

  @Test
  void theRightsAreThoseOfTheManifests() throws Exception {
    ClusterRole everywhere = read("deploy/operator/clusterrole.yaml", ClusterRole.class);
    Role installation = read("deploy/installation/role.yaml", Role.class);
    assertThat(DOC.section("Rights").rows().stream().map(row -> row.subList(0, 2)))
        .containsSubsequence(
            Stream.concat(everywhere.getRules().stream(), installation.getRules().stream())
                .map(OperationsDocTest::row)
                .toList());
  }

  private static List<String> row(PolicyRule rule) {
    String group = rule.getApiGroups().get(0);
    return List.of(
        rule.getResources().stream()
                .map(resource -> qualified(resource, group))
                .collect(Collectors.joining(", "))
            + rule.getResourceNames().stream().map(" "::concat).collect(Collectors.joining()),
        String.join(", ", rule.getVerbs()));
  }

  private static String qualified(String resource, String group) {
    int slash = resource.indexOf('/');
    String plural = slash < 0 ? resource : resource.substring(0, slash);
    return plural
        + (group.isEmpty() ? "" : "." + group)
        + (slash < 0 ? "" : resource.substring(slash));
  }

  private static String help(String name, String metrics) {
    var help = Pattern.compile("(?m)^# HELP " + name + " (.*)$").matcher(metrics);
    return help.find() ? help.group(1).strip() : "";
  }

  private static String metrics() throws Exception {
    Meters meters = new Meters();
    meters.of(new WorkloadRef("istio-system", "prometheus"));
    try (HealthServer server =
        HealthServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Map.of(),
            Map.of(),
            meters)) {
      URI url = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString())
          .body();
    }
  }

  private static <T> T read(String file, Class<T> type) throws Exception {
    return Serialization.unmarshal(Files.readString(Path.of(file)), type);
  }
}
