package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Optional;

/** Where the content of volumes and variables comes from. */
interface Sources {

  Optional<ConfigMap> configMap(String namespace, String name);

  Optional<Secret> secret(String namespace, String name);

  /**
   * A token for the pod's service account, bound to the pod; an empty audience is the API server.
   */
  String token(Pod pod, String audience, long expirationSeconds);
}
