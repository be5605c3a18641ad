package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.mesh.MutualTls;
import io.appmetrics.operator.mesh.PeerAuthentication;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Unwraps the policies of the mesh, once. What has another form than Istio's is as if it were not
 * there, as it is to Istio.
 */
final class PolicyReading {

  private PolicyReading() {}

  static PeerAuthentication peerAuthentication(GenericKubernetesResource policy) {
    Map<?, ?> spec = map(policy.getAdditionalProperties().get("spec"));
    Map<Integer, MutualTls> ports = new HashMap<>();
    map(spec.get("portLevelMtls"))
        .forEach((port, mtls) -> number(port).ifPresent(number -> ports.put(number, mode(mtls))));
    return new PeerAuthentication(
        policy.getMetadata().getNamespace(),
        policy.getMetadata().getName(),
        created(policy),
        texts(map(spec.get("selector")).get("matchLabels")),
        mode(spec.get("mtls")),
        ports);
  }

  private static Instant created(GenericKubernetesResource policy) {
    return Optional.ofNullable(policy.getMetadata().getCreationTimestamp())
        .map(Instant::parse)
        .orElse(Instant.EPOCH);
  }

  private static MutualTls mode(@Nullable Object mtls) {
    String mode = String.valueOf(map(mtls).get("mode"));
    try {
      return MutualTls.valueOf(mode);
    } catch (IllegalArgumentException e) {
      return MutualTls.UNSET; // it is absent, or a mode that Istio does not know either
    }
  }

  private static Map<?, ?> map(@Nullable Object node) {
    return node instanceof Map<?, ?> map ? map : Map.of();
  }

  private static Map<String, String> texts(@Nullable Object node) {
    Map<String, String> texts = new HashMap<>();
    map(node).forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
    return texts;
  }

  private static Optional<Integer> number(@Nullable Object node) {
    String text = String.valueOf(node);
    return text.matches("\\d{1,5}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
  }
}
