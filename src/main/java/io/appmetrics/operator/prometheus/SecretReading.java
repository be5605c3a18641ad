package io.appmetrics.operator.prometheus;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One look at the Secret that holds the certificates.
 *
 * @param readable false where the operator's rights do not reach it
 * @param missingKeys the keys that it lacks; all of them when it is absent
 * @param present whether it exists
 * @param fingerprint identifies its content; null while keys are missing
 * @param expires when its certificate expires; null where that cannot be read
 * @param created when it was created; null where that is not known
 * @param written when its content was last written; null where that is not known
 */
public record SecretReading(
    boolean readable,
    boolean present,
    List<String> missingKeys,
    @Nullable String fingerprint,
    @Nullable Instant expires,
    @Nullable Instant created,
    @Nullable Instant written) {

  SecretReading(
      boolean readable,
      boolean present,
      List<String> missingKeys,
      @Nullable String fingerprint,
      @Nullable Instant expires) {
    this(readable, present, missingKeys, fingerprint, expires, null, null);
  }

  /** The same, with the times of the object that it was read from. */
  SecretReading at(@Nullable Instant creation, @Nullable Instant write) {
    return new SecretReading(readable, present, missingKeys, fingerprint, expires, creation, write);
  }
}
