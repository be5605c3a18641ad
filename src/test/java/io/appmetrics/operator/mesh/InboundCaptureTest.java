package io.appmetrics.operator.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InboundCaptureTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // include, exclude: 8080, 9090
        "*          , -            , true , true",
        "*          , '8080,15090' , false, true",
        "-          , ' 9090 , 1'  , true , false",
        "8080       , -            , true , false",
        "'8080,9090', 9090         , true , true", // beside a list the excluded mean nothing
        "''         , -            , false, false",
        "''         , 8080         , false, false",
        "http       , -            , false, false",
        "*          , http         , true , true",
      })
  void readsTheAnnotations(
      @Nullable String include, @Nullable String exclude, boolean first, boolean second) {
    Map<String, String> annotations = new TreeMap<>();
    if (include != null) {
      annotations.put("traffic.sidecar.istio.io/includeInboundPorts", include);
    }
    if (exclude != null) {
      annotations.put("traffic.sidecar.istio.io/excludeInboundPorts", exclude);
    }

    InboundCapture capture = InboundCapture.ofAnnotations(annotations).orElseThrow();

    assertThat(capture.takes(8080)).isEqualTo(first);
    assertThat(capture.takes(9090)).isEqualTo(second);
  }

  @Test
  void standsBeforeNothingWhereNothingIsIntercepted() {
    assertThat(
            InboundCapture.ofAnnotations(Map.of("sidecar.istio.io/interceptionMode", "NONE"))
                .orElseThrow()
                .takes(8080))
        .isFalse();
  }

  @Test
  void saysNothingWhereNothingIsSaid() {
    assertThat(
            InboundCapture.ofAnnotations(Map.of("sidecar.istio.io/interceptionMode", "REDIRECT")))
        .isEmpty();
    assertThat(InboundCapture.ofArguments(List.of("-p", "15001"))).isEmpty();
    assertThat(InboundCapture.ofArguments(List.of("-b"))).isEmpty();
    assertThat(InboundCapture.ALL.takes(8080)).isTrue();
  }

  @Test
  void readsTheArguments() {
    InboundCapture listed =
        InboundCapture.ofArguments(List.of("-b", "8080,", "-d", "8080")).orElseThrow();
    assertThat(listed.takes(8080)).isTrue();
    assertThat(listed.takes(9090)).isFalse();

    InboundCapture all =
        InboundCapture.ofArguments(
                List.of("--istio-inbound-ports", "*", "--istio-local-exclude-ports", "9090"))
            .orElseThrow();
    assertThat(all.takes(8080)).isTrue();
    assertThat(all.takes(9090)).isFalse();
  }
}
