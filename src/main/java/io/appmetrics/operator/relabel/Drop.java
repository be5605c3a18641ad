package io.appmetrics.operator.relabel;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Why a discovered target, or a pod as a whole, comes to nothing in a job. */
public sealed interface Drop {

  /** The job. */
  String job();

  /** One sentence without a full stop that names the job and the cause. */
  String sentence();

  /**
   * The one that got furthest: a pod has a target for each of its ports, and the job means that one
   * which it lets pass longest.
   */
  static Optional<Drop> furthest(Collection<? extends Drop> drops) {
    return drops.stream().<Drop>map(drop -> drop).max(Comparator.comparingInt(Drop::passed));
  }

  /** How many rules it has passed. */
  private int passed() {
    if (this instanceof ByRule rule) {
      return rule.number() - 1;
    }
    return this instanceof Refused ? Integer.MAX_VALUE : -1;
  }

  /**
   * A rule drops the target.
   *
   * @param address the discovered one, such as {@code 10.0.0.7:8080}
   * @param number of the rule in {@code relabel_configs}, counted from 1
   * @param rule as a human says it, such as {@code keep __meta_kubernetes_namespace =~ "shop"}
   * @param value what the rule saw in its source labels
   */
  record ByRule(String job, String address, String container, int number, String rule, String value)
      implements Drop {
    /** An annotation may hold a document, as sidecar.istio.io/status does. */
    private static final int SHOWN = 40;

    @Override
    public String sentence() {
      String shown = value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "...";
      return "rule " + number + " of job " + job + ": " + rule + ", here it is \"" + shown + "\"";
    }
  }

  /**
   * Prometheus refuses what the rules have made, and tells it only in its log.
   *
   * @param problem such as {@code no address}
   */
  record Refused(String job, String address, String container, String problem) implements Drop {
    @Override
    public String sentence() {
      return "the rules of job " + job + " make a target that Prometheus refuses: " + problem;
    }
  }

  /** The job does not discover the pod. */
  record NotDiscovered(String job, String why) implements Drop {
    @Override
    public String sentence() {
      return "job " + job + " does not discover the pod: " + why;
    }
  }
}
