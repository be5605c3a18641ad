package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What holds of every configuration: one check for each seed, which every failure names. */
final class SpliceProperties {

  private static final ScrapeBlock BLOCK = PrometheusYamlTest.BLOCK;

  private static final List<Object> OURS =
      List.of(
          Map.of("job_name", "appmetrics-1", "scheme", "http"),
          Map.of("job_name", "appmetrics-digest-0123456789ab"));

  static final ScrapeBlock REAL =
      ScrapeBlock.render(
          new SlotJobs(new TreeSet<>(List.of(1, 2)), new TreeSet<>(List.of(2))),
          PrometheusVersion.parse("2.42.0"),
          new TlsFiles("/ca", "/it's", "/key"));

  /** Everything generated that Prometheus accepts and the operator does not edit. */
  private static final Pattern REFUSAL =
      Pattern.compile(
          "line [1-9]\\d*, column [1-9]\\d*: (?:scrape_configs has a value that is no list; make it"
              + " \\[], or a list of jobs|the whole configuration is null; delete that word)");

  private static final Pattern POSITION = Pattern.compile("line [1-9]\\d*, column [1-9]\\d*: .+");

  private final String original;
  private final String seed;

  private SpliceProperties(long seed, String original) {
    this.original = original;
    this.seed = "seed " + seed + ":\n" + original + "\n";
  }

  /** Whether jobs could be added. */
  static boolean check(long seed, AnyConfig.Written written) throws UnparsableConfig {
    return new SpliceProperties(seed, written.text()).check(seed, written.says());
  }

  private boolean check(long number, @Nullable Map<String, Object> says) throws UnparsableConfig {
    var user = PrometheusYaml.parse(original);
    String with;
    try {
      with = user.with(BLOCK);
    } catch (UnparsableConfig e) {
      assertThat(e.getMessage()).as(seed).matches(REFUSAL);
      return false;
    }
    same(outside(with), original, "is the same outside the block, as the admission policy cuts it");
    var before = says == null ? read(original) : says;
    var after = read(with);
    if (!after.equals(plusOurs(before, false))) {
      same(after, plusOurs(before, true), "says what it said, and our jobs");
      assertThat(original).as(seed).doesNotEndWith("\n").doesNotEndWith("\r");
    }
    if (number % 4 == 0) {
      checkAgain(number, user, with);
    }
    if (number % 4 == 1) {
      check(Damage.of(number / 4, with), with);
    }
    return true;
  }

  private void checkAgain(long number, PrometheusYaml user, String with) throws UnparsableConfig {
    var spliced = PrometheusYaml.parse(with);
    same(spliced.without(), original, "is given back");
    same(spliced.with(BLOCK), with, "is the same when applied twice");
    same(spliced.jobs(), user.jobs(), "has the same jobs of the user's");
    same(spliced.block().orElseThrow().jobs(), BLOCK.jobNames(), "names our jobs");
    if (number % 20 == 0) {
      var other = user.with(REAL);
      same(spliced.with(REAL), other, "takes another block in place of the first");
      var real = PrometheusYaml.parse(other).block().orElseThrow();
      same(real.jobs(), REAL.jobNames(), "names our real jobs");
    }
  }

  /** Either all is well again, or it is named; in no case is anything double. */
  private void check(Damage damage, String whole) {
    try {
      var mended = PrometheusYaml.parse(damage.text()).with(BLOCK);
      assertThat(damage.heals()).as("%s, by %s\n%s", seed, damage, damage.text()).isTrue();
      same(mended, whole, "is mended");
    } catch (UnparsableConfig e) {
      assertThat(damage.heals()).as("%s, by %s: %s", seed, damage, e).isFalse();
      assertThat(e.getMessage()).as(seed).matches(POSITION);
    }
  }

  /** As {@code deploy/admission/configmaps.yaml} does. */
  private static String outside(String text) {
    var parts = text.split("\n# BEGIN appmetrics.io", 2);
    var behind = parts[1].split("# END appmetrics.io", 2)[1];
    var lineBreak = ", with this line break\n";
    return parts[0]
        + (behind.startsWith(lineBreak) ? behind.substring(lineBreak.length()) : behind);
  }

  private static Map<String, Object> plusOurs(Map<String, Object> config, boolean first) {
    var jobs = new ArrayList<Object>();
    if (config.get("scrape_configs") instanceof List<?> users) {
      jobs.addAll(users);
    }
    jobs.addAll(first ? 0 : jobs.size(), OURS);
    var both = new LinkedHashMap<>(config);
    both.put("scrape_configs", jobs);
    return both;
  }

  private static Map<String, Object> read(String text) throws UnparsableConfig {
    var root = ConfigNode.parse(text);
    return root.isPresent() && tree(root.get()) instanceof Map<?, ?> map
        ? AnyYaml.mapOf(map)
        : Map.of();
  }

  private static Object tree(ConfigNode node) {
    if (node.text().isPresent()) {
      return node.text().get();
    }
    if (node.isMapping()) {
      var map = new LinkedHashMap<String, Object>();
      node.fields().forEach((key, value) -> map.put(key, tree(value)));
      return map;
    }
    return node.items().stream().map(SpliceProperties::tree).toList();
  }

  private void same(Object actual, Object expected, String what) {
    if (!actual.equals(expected)) {
      assertThat(actual).as(seed + what).isEqualTo(expected);
    }
  }
}
