package io.appmetrics.operator.relabel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Finds the hashmod of a job whose result a later rule keeps or drops by. */
final class Sharding {

  private static final long SHARES_TRIED = 10_000;

  private final String job;
  private final List<Rule> rules;
  private final Dialect dialect;

  /** By label, the rule that made the hash in it. */
  private final Map<String, Integer> hashes = new HashMap<>();

  private Sharding(String job, List<Rule> rules, Dialect dialect) {
    this.job = job;
    this.rules = rules;
    this.dialect = dialect;
  }

  /** The first choice by a hash; empty when the job takes all, as far as hashes are concerned. */
  static Optional<Shard> of(String job, List<Rule> rules, Dialect dialect) {
    return new Sharding(job, rules, dialect).find();
  }

  /** All rules that choose by a hash, by index. */
  static Map<Integer, Choice> choices(String job, List<Rule> rules, Dialect dialect) {
    var sharding = new Sharding(job, rules, dialect);
    var choices = new HashMap<Integer, Choice>();
    for (var i = 0; i < rules.size(); i++) {
      var hashmod = sharding.hashmod(i);
      if (hashmod.isPresent() && rules.get(i).chooses()) {
        choices.put(i, sharding.choice(hashmod.get(), i));
      }
    }
    return choices;
  }

  /**
   * A rule that chooses by a hash.
   *
   * @param hashmod the rule that makes the hash
   * @param steps what becomes of the hash, up to the choice
   */
  record Choice(Rule hashmod, List<Rule> steps) {

    /** Whether a target of these labels comes through, were its hash such that it does. */
    boolean letsAnyShareIn(Labels labels) {
      // of more shares than are tried, another may
      return Long.compareUnsigned(hashmod.modulus(), SHARES_TRIED) > 0
          || LongStream.range(0, hashmod.modulus()).anyMatch(share -> letsIn(labels, share));
    }

    private boolean letsIn(Labels labels, long share) {
      var tried = labels.copy();
      tried.set(hashmod.target(), Long.toString(share));
      return steps.stream().allMatch(rule -> rule.apply(tried) != Rule.Outcome.DROPPED);
    }

    private long tried() {
      return Long.compareUnsigned(hashmod.modulus(), SHARES_TRIED) < 0
          ? hashmod.modulus()
          : SHARES_TRIED;
    }

    /** The hashes that come through, with no other label there. */
    private SortedSet<Long> taken(Dialect dialect) {
      return LongStream.range(0, tried())
          .filter(share -> letsIn(new Labels(dialect), share))
          .boxed()
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private Choice choice(int hashmod, int choice) {
    return new Choice(
        rules.get(hashmod),
        rules.subList(hashmod + 1, choice + 1).stream()
            .filter(
                rule ->
                    rule.reads().stream()
                        .anyMatch(label -> Objects.equals(hashes.get(label), hashmod)))
            .toList());
  }

  private Optional<Shard> find() {
    for (var i = 0; i < rules.size(); i++) {
      var read = hashmod(i);
      if (read.isPresent() && rules.get(i).chooses()) {
        var choice = choice(read.get(), i);
        var taken = choice.taken(dialect);
        if (taken.size() != choice.tried()) {
          return Optional.of(
              new Shard(job, read.get() + 1, i + 1, choice.hashmod().modulus(), taken));
        }
      }
    }
    return Optional.empty();
  }

  /** The rule whose hash this one reads; where it makes another label of it, that is one, too. */
  private Optional<Integer> hashmod(int index) {
    var rule = rules.get(index);
    var read = rule.reads().stream().map(hashes::get).filter(Objects::nonNull).findFirst();
    if (rule.action() == Action.HASHMOD) {
      hashes.put(rule.target(), index);
    } else if (read.isPresent() && !rule.chooses() && !rule.target().isEmpty()) {
      hashes.put(rule.target(), read.get());
    }
    return read;
  }
}
