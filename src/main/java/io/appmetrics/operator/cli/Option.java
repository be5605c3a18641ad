package io.appmetrics.operator.cli;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The options of {@code render}. */
enum Option {
  CONFIG("--config", "FILE", "the Prometheus configuration, such as prometheus.yml", ""),
  PROMETHEUS_VERSION("--prometheus-version", "VERSION", "decides which keys may be written", ""),
  INCLUDED("--included", "", "print the file of the jobs' own, for scrape_config_files", ""),
  REMOVE("--remove", "", "print the configuration without the operator's jobs", ""),
  CHECK("--check", "", "print a unified diff; exit 1 when there is one", ""),
  MESH("--mesh", "strict|permissive|disable", "what PeerAuthentication demands", "permissive"),
  SIDECARS("--sidecars", "none|plain|merging", "what runs in the pods", "merging"),
  SHARDS("--shards", "Refuse|ScrapeAll", "where Prometheis divide the pods by a hash", "Refuse"),
  CERTIFICATES(
      "--certificates", "DIRECTORY", "of the mesh's, in Prometheus' container", "that of a job"),
  NAMESPACE("--namespace", "NAMESPACE", "that Prometheus runs in", "istio-system"),
  SLOTS("--slots", "N", "how many endpoints a workload may have, 1 to 64", "8"),
  SAMPLE_LIMIT("--sample-limit", "N", "of samples that one scrape may bring", "no limit"),
  LABEL_LIMIT("--label-limit", "N", "of labels that a series may have", "no limit"),
  LABEL_NAME_LENGTH_LIMIT("--label-name-length-limit", "N", "of a label's name", "no limit"),
  LABEL_VALUE_LENGTH_LIMIT("--label-value-length-limit", "N", "of a label's value", "no limit"),
  BODY_SIZE_LIMIT("--body-size-limit", "SIZE", "of one answer, such as 10MB", "no limit"),
  HELP("--help", "", "this text", "");

  /** A word that is further from an option is no slip of the finger. */
  private static final int FARTHEST = 3;

  private final String word;
  private final String argument;
  private final String meaning;
  private final String unlessSet;

  Option(String word, String argument, String meaning, String unlessSet) {
    this.word = word;
    this.argument = argument;
    this.meaning = meaning;
    this.unlessSet = unlessSet;
  }

  /**
   * The option of a word of the command line.
   *
   * @throws Misuse when there is none; with the one that was meant
   */
  static Option of(String word) throws Misuse {
    if (word.equals("-h")) {
      return HELP;
    }
    for (Option option : values()) {
      if (option.word.equals(word)) {
        return option;
      }
    }
    Optional<Option> meant =
        Stream.of(values())
            .filter(option -> distance(option.word, word) <= FARTHEST)
            .min(Comparator.comparing(option -> distance(option.word, word)));
    throw new Misuse(
        "render has no option "
            + word
            + meant
                .map(option -> "; is it " + option + "?")
                .orElse("; --help lists what there is"));
  }

  boolean takesValue() {
    return !argument.isEmpty();
  }

  /** The words that it takes, where it takes words. */
  List<String> choice() {
    return List.of(argument.split("\\|"));
  }

  String unlessSet() {
    return unlessSet;
  }

  /** Its line of the help. */
  String line() {
    return "  %-37s %s%s%n"
        .formatted(
            word + (takesValue() ? " " + argument : ""),
            meaning,
            unlessSet.isEmpty() ? "" : "; default " + unlessSet);
  }

  /** How many letters have to be changed, added or taken out. */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 0; i < one.length(); i++) {
      int diagonal = row[0];
      row[0]++;
      for (int j = 0; j < other.length(); j++) {
        int changed = diagonal + (one.charAt(i) == other.charAt(j) ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = Math.min(changed, 1 + Math.min(row[j], row[j + 1]));
      }
    }
    return row[other.length()];
  }

  /** The word of it. */
  @Override
  public String toString() {
    return word;
  }
}
