package io.appmetrics.operator.relabel;

import java.util.ArrayList;
import java.util.List;

/**
 * By which rules a job takes what it discovers. What became a target has passed all of them.
 *
 * @param keeps those that let in what matches, as a human says them, with their numbers
 * @param drops those that let in what does not match
 */
public record Intake(String job, List<String> keeps, List<String> drops) {

  public Intake {
    keeps = List.copyOf(keeps);
    drops = List.copyOf(drops);
  }

  static Intake of(String job, List<Rule> rules) {
    var keeps = new ArrayList<String>();
    var drops = new ArrayList<String>();
    for (var i = 0; i < rules.size(); i++) {
      var rule = rules.get(i);
      if (rule.chooses()) {
        (rule.letsMatchesIn() ? keeps : drops).add("rule %d (%s)".formatted(i + 1, rule));
      }
    }
    return new Intake(job, keeps, drops);
  }

  /** One sentence without a full stop about a target that it has taken. */
  public String sentence() {
    if (!keeps.isEmpty()) {
      return "job " + job + " takes it by " + String.join(" and ", keeps);
    }
    String every = "job " + job + " has no keep rule and takes every pod that it discovers";
    return drops.isEmpty() ? every : every + ", save by " + String.join(" and ", drops);
  }
}
