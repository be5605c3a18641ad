package io.appmetrics.operator.prometheus;

/**
 * The Deployment that runs an installation.
 *
 * @param namespace its namespace
 * @param name its name
 */
public record WorkloadRef(String namespace, String name) {
  /** The name by which pods mean it: {@code namespace/name}. */
  public String path() {
    return namespace + "/" + name;
  }

  @Override
  public String toString() {
    return "Deployment " + namespace + "/" + name;
  }
}
