package io.appmetrics.operator.appmetrics;

import io.appmetrics.operator.mesh.AlphaPolicy;
import io.appmetrics.operator.mesh.MutualTls;
import io.appmetrics.operator.mesh.PeerAuthentication;
import io.appmetrics.operator.mesh.Service;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
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

  /** Of one that lists several ways to authenticate peers, Istio takes the first mutual TLS. */
  static AlphaPolicy alphaPolicy(GenericKubernetesResource policy) {
    Map<?, ?> spec = map(policy.getAdditionalProperties().get("spec"));
    return new AlphaPolicy(
        policy.getMetadata().getNamespace(),
        policy.getMetadata().getName(),
        created(policy),
        items(spec.get("peers"))
            .filter(peer -> peer.containsKey("mtls"))
            .findFirst()
            .map(peer -> alphaMode(peer.get("mtls")))
            .orElse(MutualTls.DISABLE),
        items(spec.get("targets")).map(PolicyReading::target).toList());
  }

  /** Nothing but {@code mtls: {}} is STRICT, as is {@code mtls: null}. */
  private static MutualTls alphaMode(@Nullable Object mtls) {
    return mode(mtls) == MutualTls.PERMISSIVE ? MutualTls.PERMISSIVE : MutualTls.STRICT;
  }

  private static AlphaPolicy.Target target(Map<?, ?> target) {
    return new AlphaPolicy.Target(
        String.valueOf(target.get("name")),
        items(target.get("ports"))
            .map(
                port ->
                    new AlphaPolicy.Port(
                        number(port.get("number")).orElse(null),
                        port.get("name") instanceof String name ? name : null))
            .toList());
  }

  static Service service(io.fabric8.kubernetes.api.model.Service service) {
    ServiceSpec spec = Objects.requireNonNullElseGet(service.getSpec(), ServiceSpec::new);
    return new Service(
        service.getMetadata().getName(),
        Objects.requireNonNullElse(spec.getSelector(), Map.of()),
        spec.getPorts().stream()
            .map(
                port ->
                    new Service.Port(
                        Objects.requireNonNullElse(port.getName(), ""),
                        port.getPort(),
                        Optional.ofNullable(port.getTargetPort())
                            .map(target -> String.valueOf(target.getValue()))
                            .orElse(Integer.toString(port.getPort()))))
            .toList());
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

  private static Stream<Map<?, ?>> items(@Nullable Object node) {
    return node instanceof List<?> list ? list.stream().map(PolicyReading::map) : Stream.of();
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
