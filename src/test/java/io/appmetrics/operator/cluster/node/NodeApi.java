package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/** What a kubelet writes. */
record NodeApi(KubernetesClient client, String node) {

  /** Writes a status; false when the pod is gone, or another has its name. */
  boolean writeStatus(Pod pod, PodStatus status) {
    var json = new HashMap<String, Object>();
    json.put("metadata", Map.of("uid", pod.getMetadata().getUid()));
    json.put("status", status);
    try {
      client
          .pods()
          .inNamespace(pod.getMetadata().getNamespace())
          .withName(pod.getMetadata().getName())
          .subresource("status")
          .patch(
              // a merge patch: an annotation that is written at the same time is no conflict
              PatchContext.of(PatchType.JSON_MERGE),
              client.getKubernetesSerialization().asJson(json));
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == 404 || e.getCode() == 409) {
        return false;
      }
      throw e;
    }
  }

  /** The last step of a deletion: the object goes. */
  void remove(Pod pod) {
    var metadata = pod.getMetadata();
    try {
      client.raw(
          "/api/v1/namespaces/%s/pods/%s".formatted(metadata.getNamespace(), metadata.getName()),
          "DELETE",
          Map.of(
              "apiVersion",
              "v1",
              "kind",
              "DeleteOptions",
              "gracePeriodSeconds",
              0,
              "preconditions",
              Map.of("uid", metadata.getUid())));
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
    }
  }

  /** Records an event about the pod. */
  void event(Pod pod, String type, String reason, String message) {
    var metadata = pod.getMetadata();
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      client
          .v1()
          .events()
          .inNamespace(metadata.getNamespace())
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withGenerateName(metadata.getName() + ".")
                  .withNamespace(metadata.getNamespace())
                  .endMetadata()
                  .withNewInvolvedObject()
                  .withApiVersion("v1")
                  .withKind("Pod")
                  .withName(metadata.getName())
                  .withNamespace(metadata.getNamespace())
                  .withUid(metadata.getUid())
                  .endInvolvedObject()
                  .withType(type)
                  .withReason(reason)
                  .withMessage(message)
                  .withFirstTimestamp(now)
                  .withLastTimestamp(now)
                  .withCount(1)
                  .withNewSource("kubelet", node)
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      // an event more or less: in a namespace that is being deleted none can be made
    }
  }

  /** A token for the pod's service account, bound to the pod. */
  String token(Pod pod, String audience, long expirationSeconds) {
    var request = new TokenRequestBuilder().withNewSpec().withExpirationSeconds(expirationSeconds);
    if (!audience.isEmpty()) {
      request.withAudiences(audience);
    }
    var metadata = pod.getMetadata();
    return client
        .serviceAccounts()
        .inNamespace(metadata.getNamespace())
        .withName(pod.getSpec().getServiceAccountName())
        .tokenRequest(
            request
                .withNewBoundObjectRef("v1", "Pod", metadata.getName(), metadata.getUid())
                .endSpec()
                .build())
        .getStatus()
        .getToken();
  }
}
