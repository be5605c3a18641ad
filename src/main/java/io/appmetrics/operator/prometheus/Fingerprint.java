package io.appmetrics.operator.prometheus;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** 12 hexadecimal digits of a SHA-256: enough to tell contents apart, and none to find them by. */
final class Fingerprint {
  private static final int BYTES = 6;

  private final MessageDigest sha;

  Fingerprint() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  void add(byte[] content) {
    sha.update(content);
  }

  /** Of all that was added; what is added next begins anew. */
  String digits() {
    return HexFormat.of().formatHex(sha.digest(), 0, BYTES);
  }
}
