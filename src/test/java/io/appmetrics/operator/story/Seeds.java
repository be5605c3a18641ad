package io.appmetrics.operator.story;

import java.util.stream.LongStream;

/** By what a test is random: {@code -DNAME.seed=} takes one again, {@code -DNAME.seeds=} more. */
final class Seeds {
  private static final String USUAL = "20261126";

  private Seeds() {}

  /** The seeds of a test; {@code any} is another one each time. */
  static LongStream of(String name) {
    var seed = System.getProperty(name + ".seed", USUAL);
    var first = seed.equals("any") ? System.currentTimeMillis() : Long.parseLong(seed);
    return LongStream.range(first, first + Integer.getInteger(name + ".seeds", 1));
  }
}
