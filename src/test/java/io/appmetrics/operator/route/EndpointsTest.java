package io.appmetrics.operator.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.mesh.Terms.Access;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointsTest {
  private static final Map<String, Integer> NAMED = Map.of("http", 8080, "admin", 9000);

  private static Port port(IntOrString port) {
    return new Port(port, null, null, null, null, null);
  }

  private static Port every(@Nullable String interval, @Nullable String timeout) {
    return new Port(new IntOrString(8080), null, null, interval, timeout, null);
  }

  @Test
  void fillsInDefaults() {
    assertThat(Endpoints.of(List.of(port(new IntOrString(8080))), NAMED))
        .isEqualTo(
            new Endpoints(
                List.of(
                    new Endpoint(8080, "/metrics", PortScheme.AUTO, null, null, new TreeMap<>())),
                List.of()));
  }

  @Test
  void keepsWhatIsDeclared() {
    Port all =
        new Port(
            new IntOrString("admin"),
            "/actuator/prometheus",
            PortScheme.HTTPS,
            "1m",
            "20s",
            Map.of("format", "text"));

    assertThat(Endpoints.of(List.of(all), NAMED).resolved())
        .containsExactly(
            new Endpoint(
                9000,
                "/actuator/prometheus",
                PortScheme.HTTPS,
                "1m",
                "20s",
                new TreeMap<>(Map.of("format", "text"))));
  }

  @Test
  void resolvesNamesAndTellsThoseThatItCannot() {
    Endpoints endpoints =
        Endpoints.of(
            List.of(
                port(new IntOrString("admin")),
                port(new IntOrString("nobody")),
                port(new IntOrString("http")),
                port(new IntOrString("neither"))),
            NAMED);

    assertThat(endpoints.resolved()).extracting(Endpoint::port).containsExactly(9000, 8080);
    assertThat(endpoints.unresolved())
        .containsExactly(
            new Endpoints.Unresolved("nobody", "/metrics"),
            new Endpoints.Unresolved("neither", "/metrics"));
  }

  @Test
  void aPortByNumberAndByNameIsOneEndpoint() {
    Endpoints endpoints =
        Endpoints.of(List.of(port(new IntOrString("http")), port(new IntOrString(8080))), NAMED);

    assertThat(endpoints.resolved()).extracting(Endpoint::key).hasSize(1);
  }

  /** A timeout above the interval would make Prometheus drop the target. */
  @ParameterizedTest
  @CsvSource({
    "  ,    ,    ",
    "5s,    , 5s",
    "9999ms,, 9999ms",
    "10s,   , 10s",
    "1m,    , 10s",
    "1m, 30s, 30s"
  })
  void aTimeoutStandsWheneverAnIntervalDoes(
      @Nullable String interval, @Nullable String timeout, @Nullable String expected) {
    Endpoint endpoint = Endpoints.of(List.of(every(interval, timeout)), NAMED).resolved().get(0);

    assertThat(endpoint.interval()).isEqualTo(interval);
    assertThat(endpoint.timeout()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "AUTO,         PLAIN,               HTTP",
    "AUTO,         MESH_ONLY,           HTTP",
    "AUTO,         PLAIN_OR_MUTUAL_TLS, HTTP ISTIO_MUTUAL",
    "AUTO,         MUTUAL_TLS,          ISTIO_MUTUAL",
    "HTTP,         PLAIN_OR_MUTUAL_TLS, HTTP",
    "HTTP,         MUTUAL_TLS,          HTTP",
    "HTTPS,        MUTUAL_TLS,          HTTPS",
    "HTTPS,        PLAIN,               HTTPS",
    "ISTIO_MUTUAL, PLAIN_OR_MUTUAL_TLS, ISTIO_MUTUAL",
    "ISTIO_MUTUAL, PLAIN,               ISTIO_MUTUAL"
  })
  void theSchemeFollowsTheMeshOnlyWhereItIsAuto(
      PortScheme declared, Access access, String schemes) {
    List<Scheme> expected = Stream.of(schemes.split(" ", -1)).map(Scheme::valueOf).toList();
    Endpoint endpoint = Declared.endpoint(8080, declared);
    assertThat(endpoint.schemesOn(access)).isEqualTo(expected);
    assertThat(endpoint.schemeOn(access)).isEqualTo(expected.get(0));
  }

  @Test
  void anEndpointIsCalledByPortAndPath() {
    assertThat(Declared.endpoint(8080, "/a").key()).hasToString(":8080/a");
  }

  @ParameterizedTest
  @CsvSource({"HTTP, HTTP, http", "HTTPS, HTTPS, https", "ISTIO_MUTUAL, IstioMutual, istio-mutual"})
  void schemesHaveANameForPeopleAndOneForAnnotations(
      Scheme scheme, String name, String annotation) {
    assertThat(scheme).hasToString(name);
    assertThat(scheme.annotation()).isEqualTo(annotation);
    assertThat(Scheme.ofAnnotation(annotation)).contains(scheme);
    assertThat(Scheme.ofAnnotation(name.toUpperCase(Locale.ROOT) + "?")).isEmpty();
  }
}
