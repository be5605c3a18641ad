package io.appmetrics.operator.prometheus;

import java.time.Duration;

/**
 * When the admin lets the operator restart Prometheus.
 *
 * @param when for what
 * @param pause two restarts are at least this long apart
 * @param perDay at most so many within 24 hours
 */
public record RestartPolicy(When when, Duration pause, int perDay) {

  /** Only for a proven symptom, once in 10 minutes and three times a day. */
  public static final RestartPolicy DEFAULT =
      new RestartPolicy(When.WHEN_PROVEN, Duration.ofMinutes(10), 3);

  /** For what Prometheus may be restarted. */
  public enum When {
    /**
     * When nothing smaller has helped a replica that started before its certificates appeared, or
     * nobody can make it load a changed text.
     */
    WHEN_PROVEN,
    /** As soon as certificates appear that it started without: the classic workaround. */
    ON_CERTIFICATES,
    /** For nothing. */
    NEVER
  }
}
