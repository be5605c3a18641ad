package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.TargetKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator needs to know of a workload, taken from the API object once.
 *
 * @param kind the kind
 * @param namespace the namespace
 * @param name the name
 * @param uid the identity of this very object
 * @param resourceVersion the version that this was read from
 * @param selector the label selector of its pods, in kubectl's notation
 * @param labels the labels of its pod template
 * @param template the annotations of its pod template
 * @param ports the ports that the template's containers declare
 * @param rollout how far the present template has come
 * @param controller kind/name of the controller that owns it, such as a Rollout, or null
 */
public record Workload(
    TargetKind kind,
    String namespace,
    String name,
    String uid,
    String resourceVersion,
    String selector,
    Map<String, String> labels,
    Map<String, String> template,
    List<DeclaredPort> ports,
    Rollout rollout,
    @Nullable String controller) {

  /**
   * A containerPort.
   *
   * @param name its name, or null
   * @param number its number
   */
  public record DeclaredPort(@Nullable String name, int number) {
    @Override
    public String toString() {
      return name == null ? Integer.toString(number) : number + " (" + name + ")";
    }
  }

  /**
   * The state of a rollout, as the workload's status tells it.
   *
   * @param desired pods wanted
   * @param obstacle why pods keep an older template until somebody does something; null when
   *     nothing of that kind is known
   */
  public record Rollout(int desired, @Nullable Obstacle obstacle) {}

  /** Identifies a workload in caches and locks. */
  public record Key(TargetKind kind, String namespace, String name) {
    @Override
    public String toString() {
      return kind + " " + namespace + "/" + name;
    }
  }

  /** As kubectl takes it, such as {@code statefulset/store}. */
  String reference() {
    return kind.toString().toLowerCase(Locale.ROOT) + "/" + name;
  }

  /** The identity of this workload. */
  public Key key() {
    return new Key(kind, namespace, name);
  }
}
