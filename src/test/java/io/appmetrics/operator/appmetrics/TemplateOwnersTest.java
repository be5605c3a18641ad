package io.appmetrics.operator.appmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateOwnersTest {
  private static final String KEY = "appmetrics.io/port-1";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "argocd-controller           | port-1          | argocd-controller",
        "argocd-controller           | path-1          | -",
        "kubectl-rollout             | port-1          | -",
        "k9s                         | port-1, managed | -",
        "k9s                         | port-1          | k9s",
        "appmetrics-operator-targets | port-1          | -",
      })
  void areThoseWhoSetAKeyOnPurpose(String manager, String keys, @Nullable String who) {
    String fields = keys.replaceAll("([a-z]+[-a-z0-9]*)", "\"f:appmetrics.io/$1\": {}");
    Deployment deployment =
        Serialization.unmarshal(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: cart
              managedFields:
              - {manager: kube-controller-manager, fieldsV1: {"f:status": {}}}
              - {manager: nobody}
              - {manager: %s, fieldsV1: {"f:spec": {"f:template": {"f:metadata": {"f:annotations": {%s}}}}}}
            """
                .formatted(manager, fields),
            Deployment.class);
    assertThat(TemplateOwners.of(deployment).whoSet(KEY)).isEqualTo(Optional.ofNullable(who));
  }
}
