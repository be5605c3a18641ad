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
 */
public record SecretReading(
    boolean readable,
    boolean present,
    List<String> missingKeys,
    @Nullable String fingerprint,
    @Nullable Instant expires) {}
