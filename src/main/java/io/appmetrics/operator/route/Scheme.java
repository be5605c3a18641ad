package io.appmetrics.operator.route;

import java.util.Arrays;
import java.util.Optional;

/** How an endpoint is really spoken to. */
public enum Scheme {
  /** Plain HTTP. */
  HTTP("HTTP", "http"),
  /** TLS of the app's own; its certificate is verified against the system's roots. */
  HTTPS("HTTPS", "https"),
  /** Mutual TLS with the mesh's certificates, scraped by a slot's {@code -istio-secure} job. */
  ISTIO_MUTUAL("IstioMutual", "istio-mutual");

  private final String displayName;
  private final String annotation;

  Scheme(String displayName, String annotation) {
    this.displayName = displayName;
    this.annotation = annotation;
  }

  /** The value of a {@code scheme-n} or {@code live-scheme-n} annotation. */
  public String annotation() {
    return annotation;
  }

  /** The scheme that an annotation's value names, if it names one. */
  public static Optional<Scheme> ofAnnotation(String value) {
    return Arrays.stream(values()).filter(s -> s.annotation.equals(value)).findFirst();
  }

  /** The name as the spec and the status write it. */
  @Override
  public String toString() {
    return displayName;
  }
}
