package io.appmetrics.operator.runtime;

import io.appmetrics.operator.prometheus.InstallationAccess;
import io.appmetrics.operator.prometheus.RestartPolicy;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.runtime.OperatorConfig.Setting;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Prometheus installations as an admin lists them: {@code <namespace>/deployment/<name>},
 * separated by semicolons or lines, each followed by settings of its own, such as {@code
 * restarts=Never}. What is not said there holds for all.
 */
final class InstallationList {
  /** A setting of one installation alone. */
  private enum Own {
    URL("url", Setting.PROMETHEUS_URL.allowed()),
    CERTIFICATES("certificates", Setting.CERTIFICATES.allowed()),
    RESTARTS("restarts", Setting.RESTARTS.allowed()),
    RESTART_PAUSE("restart-pause", Setting.RESTART_PAUSE.allowed()),
    RESTARTS_PER_DAY("restarts-per-day", Setting.RESTARTS_PER_DAY.allowed()),
    SHARDS("shards", Setting.SHARDS.allowed()),
    SAMPLE_LIMIT("sample-limit", Setting.SAMPLE_LIMIT.allowed()),
    LABEL_LIMIT("label-limit", Setting.LABEL_LIMIT.allowed()),
    LABEL_NAME_LENGTH_LIMIT("label-name-length-limit", Setting.LABEL_NAME_LENGTH_LIMIT.allowed()),
    LABEL_VALUE_LENGTH_LIMIT(
        "label-value-length-limit", Setting.LABEL_VALUE_LENGTH_LIMIT.allowed()),
    BODY_SIZE_LIMIT("body-size-limit", Setting.BODY_SIZE_LIMIT.allowed()),
    FEDERATE("federate", "<namespace>/deployment/<name>, another one of the list"),
    FEDERATE_URL("federate-url", Setting.PROMETHEUS_URL.allowed());

    private final String key;
    private final String allowed;

    Own(String key, String allowed) {
      this.key = key;
      this.allowed = allowed;
    }
  }

  /** What is in the way of a list, and what to do; one sentence. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String why) {
      super(why);
    }
  }

  private InstallationList() {}

  /**
   * Reads a list.
   *
   * @param common the settings that hold for those that have none of their own; its workload says
   *     nothing
   * @throws Unusable when nobody can tell what it means
   */
  static List<InstallationAccess.Settings> read(String list, InstallationAccess.Settings common)
      throws Unusable {
    List<InstallationAccess.Settings> installations = new ArrayList<>();
    Set<WorkloadRef> named = new HashSet<>();
    String[] entries = list.split("[;\n]", -1);
    for (String entry : entries) {
      if (entry.isBlank() && entries.length > 1) {
        continue; // behind the last semicolon, or an empty line
      }
      InstallationAccess.Settings installation = installation(entry.strip(), common);
      if (!named.add(installation.workload())) {
        throw new Unusable(installation.workload() + " is named twice: name it once");
      }
      installations.add(installation);
    }
    if (installations.isEmpty()) {
      throw new Unusable("it names none");
    }
    if (installations.size() > 1 && common.url() != null) {
      throw new Unusable(
          "APPMETRICS_PROMETHEUS_URL would be the address of each of them: write url=... behind each in its place");
    }
    checkFederation(installations);
    return List.copyOf(installations);
  }

  private static InstallationAccess.Settings installation(
      String entry, InstallationAccess.Settings common) throws Unusable {
    String[] words = entry.split("\\s+", -1);
    WorkloadRef workload =
        Notation.workload(words[0])
            .orElseThrow(
                () -> new Unusable("\"%s\" is no Deployment".formatted(shortened(words[0]))));
    Owned own = new Owned(workload, new EnumMap<>(Own.class));
    for (String word : List.of(words).subList(1, words.length)) {
      own.add(word);
    }
    RestartPolicy restarts = common.restarts();
    return new InstallationAccess.Settings(
        workload,
        own.read(Own.URL, Notation::url).orElse(common.url()),
        own.read(Own.CERTIFICATES, Notation::directory).orElse(common.certificates()),
        common.stateNamespace(),
        new RestartPolicy(
            own.read(Own.RESTARTS, Notation::restarts).orElse(restarts.when()),
            own.read(Own.RESTART_PAUSE, Notation::restartPause).orElse(restarts.pause()),
            own.read(Own.RESTARTS_PER_DAY, Notation::restartsPerDay).orElse(restarts.perDay())),
        own.read(Own.SHARDS, Notation::sharded).orElse(common.sharded()),
        limits(own, common.limits()),
        federate(own));
  }

  private static ScrapeLimits limits(Owned own, ScrapeLimits common) throws Unusable {
    return new ScrapeLimits(
        own.read(Own.SAMPLE_LIMIT, Notation::limit).orElse(common.samples()),
        own.read(Own.LABEL_LIMIT, Notation::limit).orElse(common.labels()),
        own.read(Own.LABEL_NAME_LENGTH_LIMIT, Notation::limit).orElse(common.labelNameLength()),
        own.read(Own.LABEL_VALUE_LENGTH_LIMIT, Notation::limit).orElse(common.labelValueLength()),
        own.read(Own.BODY_SIZE_LIMIT, Notation::size).orElse(common.bodySize()));
  }

  private static InstallationAccess.@Nullable Federate federate(Owned own) throws Unusable {
    Optional<WorkloadRef> from = own.read(Own.FEDERATE, Notation::workload);
    Optional<URI> url = own.read(Own.FEDERATE_URL, Notation::url);
    if (from.isEmpty() && url.isPresent()) {
      throw new Unusable(
          "federate-url of %s says where, and not from which of the list: add federate="
              .formatted(own.workload()));
    }
    return from.map(other -> new InstallationAccess.Federate(other, url.orElse(null))).orElse(null);
  }

  /** Who pulls, pulls from one that scrapes. */
  private static void checkFederation(List<InstallationAccess.Settings> installations)
      throws Unusable {
    Set<WorkloadRef> scraping =
        installations.stream()
            .filter(installation -> installation.federate() == null)
            .map(InstallationAccess.Settings::workload)
            .collect(Collectors.toSet());
    for (InstallationAccess.Settings installation : installations) {
      InstallationAccess.Federate federate = installation.federate();
      if (federate != null && !scraping.contains(federate.from())) {
        throw new Unusable(
            "%s is to pull from %s, which is none of those in the list that scrape"
                .formatted(installation.workload(), federate.from()));
      }
    }
  }

  private static String shortened(String word) {
    return word.length() <= 60 ? word : word.substring(0, 60) + "...";
  }

  /** What is said of one installation alone. */
  private record Owned(WorkloadRef workload, Map<Own, String> values) {

    void add(String word) throws Unusable {
      int equals = Math.max(0, word.indexOf('='));
      Own own =
          Stream.of(Own.values())
              .filter(o -> o.key.equals(word.substring(0, equals)))
              .findFirst()
              .orElseThrow(
                  () ->
                      new Unusable(
                          "\"%s\" behind %s is no setting: there are %s"
                              .formatted(
                                  shortened(word),
                                  workload,
                                  Stream.of(Own.values())
                                      .map(o -> o.key + "=")
                                      .collect(Collectors.joining(", ")))));
      if (values.put(own, word.substring(equals + 1)) != null) {
        throw new Unusable("%s of %s is said twice: say it once".formatted(own.key, workload));
      }
    }

    <T> Optional<T> read(Own own, Function<String, Optional<T>> notation) throws Unusable {
      String value = values.get(own);
      if (value == null) {
        return Optional.empty();
      }
      Optional<T> read = notation.apply(value);
      if (read.isEmpty()) {
        throw new Unusable(
            "%s of %s takes %s, and not \"%s\""
                .formatted(own.key, workload, own.allowed, shortened(value)));
      }
      return read;
    }
  }
}
