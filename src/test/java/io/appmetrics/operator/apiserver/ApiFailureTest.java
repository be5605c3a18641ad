package io.appmetrics.operator.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.apiserver.ApiFailure.Kind;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Only what would be refused again is told to the user as refused. */
class ApiFailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          404 | deployments.apps "cart" not found | OVERTAKEN
          409 | the object has been modified; please apply your changes to the latest version | OVERTAKEN
          410 | gone | OVERTAKEN
          422 | metadata.uid: Invalid value: "a": field is immutable | OVERTAKEN
          422 | spec.template.metadata.annotations: Too long: may not be more than 262144 bytes | REFUSED
          422 | ValidatingAdmissionPolicy 'freeze' denied request: see our guidelines | REFUSED
          400 | admission webhook "deny.example.com" denied the request | REFUSED
          401 | Unauthorized | REFUSED
          403 | deployments.apps "cart" is forbidden | REFUSED
          413 | request entity too large | REFUSED
          500 | Internal error occurred: failed calling webhook "a.b": no endpoints available | REFUSED
          408 | request timed out | UNAVAILABLE
          429 | too many requests, please try again later | UNAVAILABLE
          502 | bad gateway | UNAVAILABLE
          503 | apiserver not ready | UNAVAILABLE
          504 | Timeout: request did not complete within requested timeout | UNAVAILABLE
          """)
  void an_answer(int code, String message, Kind kind) {
    var answer = new StatusBuilder().withCode(code).withMessage(message).build();

    assertThat(ApiFailure.of(new KubernetesClientException(answer)))
        .isEqualTo(new ApiFailure(kind, message));
  }

  @Test
  void no_answer() {
    var silence = new KubernetesClientException("connection refused", new ConnectException());

    assertThat(ApiFailure.of(silence).kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(ApiFailure.of(silence).words()).isEqualTo("connection refused");
  }
}
