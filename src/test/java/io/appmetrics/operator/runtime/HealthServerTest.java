package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appmetrics.operator.prometheus.Action;
import io.appmetrics.operator.prometheus.ConfigValues;
import io.appmetrics.operator.prometheus.Outcome;
import io.appmetrics.operator.prometheus.PrometheusContainer;
import io.appmetrics.operator.prometheus.ReplicaReading;
import io.appmetrics.operator.prometheus.WorkloadRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthServerTest {
  private final AtomicBoolean live = new AtomicBoolean(true);
  private final AtomicBoolean ready = new AtomicBoolean();
  private static final Outcome DONE = new Outcome(Outcome.Kind.DONE, "done");
  private static final ReplicaReading REPLICA =
      new ReplicaReading(
          "prometheus-1",
          "uid-1",
          new PrometheusContainer("prom", true, false, null, false, null, null, null),
          null,
          null,
          null,
          0);

  private final Meters meters = new Meters();
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void saysWhatDoesNotHold() throws Exception {
    try (HealthServer server = start(0)) {
      assertThat(get(server, "/livez")).isEqualTo("200 [+]operator\nok\n");
      assertThat(get(server, "/readyz")).isEqualTo("503 [+]started\n[-]synced\nnot ok\n");
      ready.set(true);
      live.set(false);
      assertThat(get(server, "/livez")).isEqualTo("503 [-]operator\nnot ok\n");
      assertThat(get(server, "/readyz")).isEqualTo("200 [+]started\n[+]synced\nok\n");
    }
  }

  @Test
  void servesMeters() throws Exception {
    InstallationMeters mesh = meters.of(new WorkloadRef("istio-system", "prometheus"));
    InstallationMeters other = meters.of(new WorkloadRef("monitoring", "prometheus"));
    Action write = new Action.WriteConfig(new ConfigValues("", null), "there", null, "1", "why");
    Action.Cause cause = new Action.Cause("1", "why");
    mesh.acted(write, DONE);
    mesh.acted(write, new Outcome(Outcome.Kind.OVERTAKEN, ""));
    mesh.acted(write, new Outcome(Outcome.Kind.REFUSED, ""));
    mesh.acted(new Action.Reload(REPLICA, cause), new Outcome(Outcome.Kind.REFUSED, ""));
    mesh.acted(new Action.Nudge(REPLICA, cause), DONE);
    mesh.acted(new Action.Nudge(REPLICA, cause), new Outcome(Outcome.Kind.UNAVAILABLE, ""));
    mesh.acted(new Action.NoteCure("cured"), DONE);
    other.acted(write, DONE);
    other.acted(write, DONE);
    meters.templateWritten();
    meters.statusWritten();
    mesh.polled(Duration.ofMillis(1500));
    meters.resources(5, 2, 1);
    try (HealthServer server = start(0)) {
      assertThat(get(server, "/metrics"))
          .startsWith("200 ")
          .contains(
              "\nappmetrics_config_writes_total{installation=\"istio-system/prometheus\"} 1.0\n",
              "\nappmetrics_config_conflicts_total{installation=\"istio-system/prometheus\"} 1.0\n",
              "\nappmetrics_reloads_total{installation=\"istio-system/prometheus\"} 1.0\n",
              "\nappmetrics_nudges_total{installation=\"istio-system/prometheus\"} 2.0\n",
              "\nappmetrics_config_writes_total{installation=\"monitoring/prometheus\"} 2.0\n",
              "\nappmetrics_restarts_total{installation=\"istio-system/prometheus\"} 0.0\n",
              "\nappmetrics_template_writes_total 1.0\n",
              "\nappmetrics_status_writes_total 1.0\n",
              "\nappmetrics_poll_seconds_count{installation=\"istio-system/prometheus\"} 1\n",
              "\nappmetrics_poll_seconds_sum{installation=\"istio-system/prometheus\"} 1.5\n",
              "\nappmetrics_resources{ready=\"True\"} 5.0\n",
              "\nappmetrics_resources{ready=\"False\"} 2.0\n",
              "\nappmetrics_resources{ready=\"Unknown\"} 1.0\n",
              "\njvm_memory_used_bytes{");
    }
  }

  @Test
  void servesNothingElse() throws Exception {
    try (HealthServer server = start(0)) {
      assertThat(get(server, "/")).isEqualTo("404 not found\n");
      assertThat(get(server, "/metrics-of-others")).isEqualTo("404 not found\n");
      HttpRequest post =
          HttpRequest.newBuilder(uri(server, "/livez"))
              .POST(HttpRequest.BodyPublishers.ofString("x"))
              .build();
      assertThat(http.send(post, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    }
  }

  @Test
  void saysWhichAddressIsTaken() throws Exception {
    try (HealthServer server = start(0)) {
      assertThatThrownBy(() -> start(server.port()))
          .isInstanceOf(CannotStart.class)
          .hasMessage(
              "APPMETRICS_HTTP_ADDRESS=%s:%d cannot be listened on: Address already in use; name another address, or none"
                  .formatted(loopback(0).getHostString(), server.port()));
    }
  }

  private HealthServer start(int port) throws CannotStart {
    return HealthServer.start(
        loopback(port),
        Map.of("operator", live::get),
        Map.of("synced", ready::get, "started", () -> true),
        meters);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static URI uri(HealthServer server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private String get(HealthServer server, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(uri(server, path)).build(),
            HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }
}
