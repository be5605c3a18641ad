package io.appmetrics.operator.scrapeconfig;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Configurations in block style as people write them, and as nobody should; one per seed. */
final class AnyConfig {

  private final Random random;
  private final StringBuilder text = new StringBuilder();
  private int jobs;

  private AnyConfig(long seed) {
    random = new Random(seed);
  }

  static String of(long seed) {
    return new AnyConfig(seed).write();
  }

  private String write() {
    if (chance(10)) {
      text.append("---").append(chance(2) ? " # start" : "").append('\n');
    }
    blanks();
    var root = chance(10) ? 2 : 0;
    var keys = new ArrayList<>(List.of("global", "rule_files", "alerting"));
    if (!chance(10)) {
      keys.add("scrape_configs");
    }
    while (keys.size() > 1 && chance(3)) {
      keys.remove(random.nextInt(keys.size()));
    }
    Collections.shuffle(keys, random);
    for (var key : keys) {
      section(root, key);
      blanks();
    }
    if (chance(15)) {
      text.append("...\n");
      blanks();
    }
    while (chance(4) && text.toString().endsWith("\n")) {
      text.setLength(text.length() - 1);
    }
    var written = text.toString();
    return chance(4) ? written.replace("\n", "\r\n") : written;
  }

  private void section(int root, String key) {
    line(root, key.equals("scrape_configs") && chance(8) ? "\"scrape_configs\":" : key + ":");
    switch (key) {
      case "global" -> {
        line(root + 2, "scrape_interval: 15s");
        maybe(root + 2, "evaluation_interval: 30s");
      }
      case "rule_files" -> line(root + pick(0, 2, 4), "- /etc/rules/*.yml");
      case "alerting" -> {
        line(root + 2, "alertmanagers:");
        line(root + 2, "- static_configs: [{targets: ['alerts:9093']}]");
      }
      default -> {
        if (!chance(8)) {
          scrapeConfigs(root + pick(0, 2, 3, 7));
        }
      }
    }
  }

  private void scrapeConfigs(int column) {
    blanks();
    var count = 1 + random.nextInt(4);
    for (var i = 0; i < count; i++) {
      job(column);
      blanks();
    }
  }

  private void job(int column) {
    jobs++;
    if (chance(6)) {
      line(column, "- {job_name: \"job " + jobs + "\", params: {a: [b,");
      line(column + 4, "c]}}");
      return;
    }
    var gap = " ".repeat(pick(1, 1, 1, 3));
    var inner = column + 1 + gap.length();
    line(
        column,
        "-"
            + gap
            + "job_name: "
            + pick("job" + jobs, "'job " + jobs + "'", "jöb\uD83D\uDE80" + jobs));
    maybe(inner, "scrape_interval: 5s");
    maybe(inner, "metrics_path: /stats/prometheus");
    if (chance(3)) {
      line(inner, "static_configs:");
      line(inner, "- targets: [\"localhost:9090\"]");
      line(inner + 2, "labels:");
      line(inner + 4, "site: " + pick("here", "\"there # not a comment\"", "''"));
    }
    if (chance(2)) {
      line(inner, "relabel_configs:");
      var rules = inner + pick(0, 2);
      line(rules, "- &keep" + jobs);
      line(rules + 2, "source_labels:");
      line(rules + 2 + pick(0, 2), "- __address__");
      line(rules + 2, "target_label: x");
      value(rules + 2, "replacement");
      if (chance(4)) {
        line(rules, "- <<: *keep" + jobs);
      }
      if (chance(4)) {
        line(rules, "- *keep" + jobs);
      }
    }
  }

  private void value(int column, String key) {
    switch (random.nextInt(9)) {
      case 0 -> line(column, key + ": one");
      case 1 -> {
        line(column, key + ": one");
        bare(column + 2, "two");
        text.append(chance(2) ? "\n" : "");
        line(column + 1, "three");
      }
      case 2 -> {
        line(column, key + ": \"one");
        line(column + 2, "# two\"");
      }
      case 3 -> line(column, key + ": 'it''s'");
      case 4 -> line(column, key + ":");
      case 5 -> line(column, key + ": !!str 5");
      default -> {
        var head = pick("|", ">") + pick("", "-", "+");
        line(column, key + ": " + head + (chance(4) ? " # text" : ""));
        bare(column + 2, "one");
        if (chance(2)) {
          text.append(pick("\n", "\n\n", " \n"));
          bare(column + 2, "# two");
        }
        if (chance(3)) {
          text.append(pick("\n", "\n\n", " \n", " ".repeat(column + 1) + "\n"));
        }
      }
    }
  }

  private void blanks() {
    while (chance(4)) {
      text.append(pick("\n", "  \n", "# a comment\n", "    # - job_name: not in use\n", "#\n"));
    }
  }

  private void maybe(int column, String words) {
    if (chance(2)) {
      line(column, words);
    }
  }

  private void line(int column, String words) {
    bare(column, words);
    if (chance(12)
        && !words.endsWith("one")
        && !words.contains("\"one")
        && !words.contains("|")
        && !words.contains(">")) {
      text.insert(text.length() - 1, pick("  # why", " ", "\t# tab", "   "));
    }
  }

  private void bare(int column, String words) {
    text.append(" ".repeat(column)).append(words).append('\n');
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
