package io.appmetrics.operator.api;

/** The words of the API server, version 1.36, for what it refuses of an AppMetrics named shop. */
public final class Refusal {

  /** Kubernetes adds it when the plain schema has failed already. */
  public static final String UNCHECKED =
      "<nil>: Invalid value: null: some validation rules were not checked because the object was"
          + " invalid; correct the existing errors to complete validation";

  private Refusal() {}

  /** A field that a rule refuses. */
  static String rule(String path, String value, String message) {
    return invalid(path + ": Invalid value: " + value + message);
  }

  /** A field that the plain schema refuses, so that Kubernetes does not go on to the rules. */
  static String schema(String path, String message) {
    return invalid("[" + path + ": " + message + ", " + UNCHECKED + "]");
  }

  /** All that is wrong, in one message. */
  public static String invalid(String what) {
    return "AppMetrics.appmetrics.io \"shop\" is invalid: " + what;
  }

  static String unknown(String path) {
    return undecodable("unknown field \"" + path + "\"");
  }

  /** Strict field validation comes before all else. */
  public static String undecodable(String what) {
    return "AppMetrics in version \"v1alpha1\" cannot be handled as a AppMetrics: strict decoding"
        + " error: "
        + what;
  }
}
