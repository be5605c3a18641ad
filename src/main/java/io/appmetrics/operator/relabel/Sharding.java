package io.appmetrics.operator.relabel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

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

  /** The indices of all rules that choose by a hash: without them the job would take all shares. */
  static SortedSet<Integer> choices(String job, List<Rule> rules, Dialect dialect) {
    var sharding = new Sharding(job, rules, dialect);
    var choices = new TreeSet<Integer>();
    for (var i = 0; i < rules.size(); i++) {
      if (sharding.hashmod(i).isPresent() && rules.get(i).chooses()) {
        choices.add(i);
      }
    }
    return choices;
  }

  private Optional<Shard> find() {
    for (var i = 0; i < rules.size(); i++) {
      var read = hashmod(i);
      if (read.isPresent() && rules.get(i).chooses()) {
        var hashmod = rules.get(read.get());
        var taken = taken(read.get(), i);
        if (taken.size() != tried(hashmod)) {
          return Optional.of(new Shard(job, read.get() + 1, i + 1, hashmod.modulus(), taken));
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

  private static long tried(Rule hashmod) {
    return Long.compareUnsigned(hashmod.modulus(), SHARES_TRIED) < 0
        ? hashmod.modulus()
        : SHARES_TRIED;
  }

  /** The hashes that come through, with no other label there. */
  private SortedSet<Long> taken(int hashmod, int choice) {
    var taken = new TreeSet<Long>();
    for (long share = 0; share < tried(rules.get(hashmod)); share++) {
      var labels = new Labels(dialect);
      labels.set(rules.get(hashmod).target(), Long.toString(share));
      var kept = true;
      for (var rule : rules.subList(hashmod + 1, choice + 1)) {
        if (rule.reads().stream().anyMatch(hashes::containsKey)) {
          kept &= rule.apply(labels) != Rule.Outcome.DROPPED;
        }
      }
      if (kept) {
        taken.add(share);
      }
    }
    return taken;
  }
}
