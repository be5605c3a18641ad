package io.appmetrics.operator.scrapeconfig;

import java.util.Random;

/** What a seed decides. */
final class Chances {

  private final Random random;

  Chances(long seed) {
    random = new Random(seed);
  }

  boolean one(int in) {
    return random.nextInt(in) == 0;
  }

  int upTo(int most) {
    return random.nextInt(most + 1);
  }

  @SafeVarargs
  final <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  Random random() {
    return random;
  }
}
