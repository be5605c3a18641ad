package io.appmetrics.operator.prometheus;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which of Prometheus' words for a target's error are told, of one replica; for one thread.
 *
 * <p>Prometheus has several words for one fault, by turns: told as they come, each scrape would be
 * news, and each a write of a status. So the words that were heard first stay, as long as they are
 * heard now and then, and nothing else is wrong.
 */
public final class ErrorWords {
  /** Words that were not heard for so long have had their time: the others are told. */
  static final Duration MEMORY = Duration.ofMinutes(5);

  /** The scraper's own port differs with every connection. */
  private static final Pattern OWN_PORT = Pattern.compile("\\S+:\\d+->");

  /** Of crypto/x509, in front of the time at which a certificate has expired. */
  private static final Pattern CURRENT_TIME = Pattern.compile("\\bcurrent time \\S+ is\\b");

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private record Key(String pool, String podUid, String url) {}

  private record Told(String words, Instant heard) {}

  private Map<Key, Told> told = Map.of();

  /** The same targets, with words that stay; forgets a target that is not among them, or is up. */
  public List<ActiveTarget> steady(List<ActiveTarget> targets) {
    Map<Key, Told> next = new HashMap<>();
    List<ActiveTarget> steady = new ArrayList<>();
    for (ActiveTarget target : targets) {
      if (target.lastError().isEmpty()) {
        steady.add(target);
      } else {
        Key key = new Key(target.pool(), target.podUid(), target.scrapeUrl());
        Told words = next(told.get(key), lasting(target.lastError()), target.lastScrape());
        next.put(key, words);
        steady.add(target.withError(words.words()));
      }
    }
    told = next;
    return steady;
  }

  private static String lasting(String error) {
    String words = OWN_PORT.matcher(error).replaceAll("");
    return CURRENT_TIME.matcher(words).replaceAll("current time is");
  }

  private static Told next(@Nullable Told before, String words, Instant now) {
    if (before == null || before.words().equals(words)) {
      return new Told(words, now);
    }
    boolean recent = now.isBefore(before.heard().plus(MEMORY));
    return recent && saysTheSame(before.words(), words) ? before : new Told(words, now);
  }

  private static boolean saysTheSame(String before, String now) {
    ScrapeFault was = ScrapeFault.of(before);
    ScrapeFault is = ScrapeFault.of(now);
    if (was == ScrapeFault.OTHER) {
      // two unknown faults are not one, but a counter in the words of one makes no other
      return is == ScrapeFault.OTHER && withoutNumbers(before).equals(withoutNumbers(now));
    }
    return was == is || was.racesWith(is);
  }

  private static String withoutNumbers(String words) {
    return NUMBER.matcher(words).replaceAll("");
  }
}
