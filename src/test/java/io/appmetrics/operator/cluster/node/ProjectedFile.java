package io.appmetrics.operator.cluster.node;

import java.nio.charset.StandardCharsets;

/** A file of a projected volume, with its permission bits. */
@SuppressWarnings("ArrayRecordComponent") // compared by AtomicDirectory, never by equals
record ProjectedFile(byte[] content, int mode) {

  static ProjectedFile of(String text, int mode) {
    return new ProjectedFile(text.getBytes(StandardCharsets.UTF_8), mode);
  }
}
