package io.appmetrics.operator.relabel;

import io.appmetrics.operator.scrapeconfig.ConfigNode;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Istio's metrics merging, on by default since 1.7: the injector shows Prometheus the agent's port
 * instead of the application's, and the agent fetches the application's metrics
 * (pkg/kube/inject/webhook.go, applyPrometheusMerge; pilot/cmd/pilot-agent/status/server.go).
 */
public final class MetricsMerging {

  /** Where the agent serves all. */
  public static final String PATH = "/stats/prometheus";

  /** The variable of the container istio-proxy that tells the agent what to fetch. */
  public static final String VARIABLE = "ISTIO_PROMETHEUS_ANNOTATIONS";

  private static final String SCRAPE = "prometheus.io/scrape";
  private static final String PORT = "prometheus.io/port";
  private static final String PATH_KEY = "prometheus.io/path";
  private static final String SWITCH = "prometheus.istio.io/merge-metrics";
  private static final String TARGETS = "prometheus.istio.io/scrape-targets";
  private static final String SECURE_PORT = "prometheus.istio.io/secure-port";
  private static final String PROXY_CONFIG = "proxy.istio.io/config";
  private static final String SECURE_PORT_VARIABLE = "ENVOY_SECURE_MERGED_METRICS_PORT";
  private static final String DEFAULT_PATH = "/metrics";
  private static final int DEFAULT_PORT = 80;
  private static final int MAX_PORT = 65535;

  /** What the injector reads in any spelling, and what in one only. */
  private static final Set<String> READ =
      Stream.of(SCRAPE, PORT, PATH_KEY, TARGETS)
          .map(Spellings::sanitised)
          .collect(Collectors.toUnmodifiableSet());

  private static final Set<String> AS_NAMED = Set.of(SWITCH, PROXY_CONFIG);

  /** As the injector refuses them, and the agent with it. */
  private static final Set<Integer> RESERVED =
      Set.of(15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090);

  /** What the agent is told, as text: only the agent makes ports of it. */
  private record Told(String scrape, String path, String port, List<ToldTarget> targets) {
    boolean isEmpty() {
      return scrape.isEmpty() && path.isEmpty() && port.isEmpty() && targets.isEmpty();
    }
  }

  private record ToldTarget(String port, String path) {}

  private record Decision(Optional<String> refusal, boolean merged, List<AgentFetch> fetched) {}

  private final Injector injector;

  private MetricsMerging(Injector injector) {
    this.injector = injector;
  }

  /** What an injected pod has instead of its template's annotations. */
  public static Injected inject(Map<String, String> template, Injector injector) {
    return new MetricsMerging(injector).inject(template);
  }

  /**
   * What the agent of an injected pod fetches; before 1.31 only the first.
   *
   * @param variable the value of {@link #VARIABLE} in the pod's container istio-proxy, empty when
   *     there is none
   */
  public static List<AgentFetch> fetched(String variable) {
    try {
      var told =
          ConfigNode.parse(variable) // JSON is YAML
              .map(
                  root ->
                      new Told(
                          root.text("scrape").orElse(""),
                          root.text("path").orElse(""),
                          root.text("port").orElse(""),
                          root.items("targets").stream()
                              .map(
                                  target ->
                                      new ToldTarget(
                                          target.text("port").orElse(""),
                                          target.text("path").orElse("")))
                              .toList()));
      return told.map(MetricsMerging::fetched).orElse(List.of());
    } catch (UnparsableConfig e) {
      return List.of(); // the agent does not start
    }
  }

  /**
   * The agent's port, when a pod's annotations show Prometheus to its merged metrics; empty when
   * they do not.
   */
  public static OptionalInt agentPort(Map<String, String> pod) {
    var sanitised = new TreeMap<String, String>();
    pod.forEach((key, value) -> sanitised.put(Spellings.sanitised(key), value));
    var port = sanitised.getOrDefault(Spellings.sanitised(PORT), "");
    return PATH.equals(sanitised.get(Spellings.sanitised(PATH_KEY)))
            && "true".equals(sanitised.get(Spellings.sanitised(SCRAPE)))
        ? port(port)
        : OptionalInt.empty();
  }

  /** Where the agent's merged metrics are served by mutual TLS; empty when they are not. */
  public static OptionalInt securePort(Map<String, String> pod) {
    return port(pod.getOrDefault(SECURE_PORT, ""));
  }

  /** The annotations by which a pod shows Prometheus the agent's merged metrics. */
  public static Map<String, String> shown(int agentPort) {
    return Map.of(SCRAPE, "true", PORT, Integer.toString(agentPort), PATH_KEY, PATH);
  }

  private Injected inject(Map<String, String> template) {
    var decisions = alternatives(template).stream().map(this::decide).distinct().toList();
    if (decisions.size() != 1) {
      var read =
          Spellings.collisions(read(template)).stream()
              .map(keys -> String.join(" and ", keys))
              .collect(Collectors.joining(", "));
      return new Injected.Unpredictable(
          "the annotations " + read + " are one to Istio, which takes any of them; leave one");
    }
    var decision = decisions.get(0);
    if (decision.refusal().isPresent()) {
      return new Injected.Refused(decision.refusal().get());
    }
    var pod = new TreeMap<>(template);
    if (decision.merged()) {
      pod.keySet().removeIf(this::replaced);
      pod.put(SCRAPE, "true");
      pod.put(PORT, Integer.toString(injector.agentPort()));
      pod.put(PATH_KEY, PATH);
    }
    if (since(Injector.Release.V1_31) && value(template, SECURE_PORT).isEmpty()) {
      wantedSecurePort(template).ifPresent(port -> pod.put(SECURE_PORT, port));
    }
    return decision.merged()
        ? new Injected.Merged(pod, decision.fetched())
        : new Injected.Kept(pod);
  }

  /** Each may be what the injector reads; other annotations that collide are not its business. */
  private List<Map<String, String>> alternatives(Map<String, String> template) {
    return since(Injector.Release.V1_13)
        ? Spellings.alternatives(read(template))
        : List.of(template);
  }

  private static Map<String, String> read(Map<String, String> template) {
    return template.entrySet().stream()
        .filter(
            entry ->
                READ.contains(Spellings.sanitised(entry.getKey()))
                    || AS_NAMED.contains(entry.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private Decision decide(Map<String, String> template) {
    var refusal = invalid(template);
    var merged = merges(template);
    var told = told(template);
    if (refusal.isEmpty() && merged) {
      refusal = unfetchable(told);
    }
    return new Decision(refusal, merged, merged ? fetched(told) : List.of());
  }

  /** What the injector checks first (pkg/kube/inject/validate.go), as far as it is read here. */
  private static Optional<String> invalid(Map<String, String> template) {
    var own = template.get(SWITCH);
    if (own != null && GoBoolean.parse(own).isEmpty()) {
      return Optional.of("Istio refuses " + SWITCH + ", for \"" + own + "\" is no boolean");
    }
    return proxyConfig(template).isPresent()
        ? Optional.empty()
        : Optional.of("Istio refuses " + PROXY_CONFIG + ", for it is no YAML");
  }

  private boolean since(Injector.Release release) {
    return injector.release().compareTo(release) >= 0;
  }

  private boolean merges(Map<String, String> template) {
    var own = Optional.ofNullable(template.get(SWITCH)).flatMap(GoBoolean::parse);
    // only a plain false keeps the injector away
    var scraped =
        !since(Injector.Release.V1_13)
            || value(template, SCRAPE).flatMap(GoBoolean::parse).orElse(true);
    // the agent's port means: injected before, or the user knows better
    var injectedBefore =
        value(template, PORT).filter(Integer.toString(injector.agentPort())::equals).isPresent();
    return own.orElse(injector.merges()) && scraped && !injectedBefore;
  }

  private Told told(Map<String, String> template) {
    return new Told(
        value(template, SCRAPE).orElse(""),
        value(template, PATH_KEY).orElse(""),
        value(template, PORT).orElse(""),
        since(Injector.Release.V1_31)
            ? value(template, TARGETS).map(MetricsMerging::targets).orElse(List.of())
            : List.of());
  }

  /** As ParseScrapeTargets: one entry without a port, and none counts. */
  private static List<ToldTarget> targets(String text) {
    var targets = new ArrayList<ToldTarget>();
    for (var entry : text.split(",", -1)) {
      if (entry.isBlank()) {
        continue;
      }
      var parts = entry.strip().split(":", 2);
      if (parts[0].isBlank()) {
        return List.of();
      }
      var path = parts.length == 2 ? parts[1].strip() : "";
      targets.add(new ToldTarget(parts[0].strip(), path.isEmpty() ? DEFAULT_PATH : path));
    }
    return targets;
  }

  /** Why no pod comes into being, since 1.31. */
  private Optional<String> unfetchable(Told told) {
    if (!since(Injector.Release.V1_31)) {
      return Optional.empty();
    }
    var key = told.targets().isEmpty() ? PORT : TARGETS;
    var ports =
        told.targets().isEmpty()
            ? List.of(told.port())
            : told.targets().stream().map(ToldTarget::port).toList();
    for (var text : ports) {
      if (text.isEmpty()) {
        continue; // nobody asks for one
      }
      var port = port(text);
      if (port.isEmpty()) {
        return Optional.of("Istio refuses " + key + ", for \"" + text + "\" is no port");
      }
      if (port.getAsInt() == injector.agentPort() || RESERVED.contains(port.getAsInt())) {
        return Optional.of("Istio refuses " + key + ", for " + text + " is a port of its own");
      }
    }
    return Optional.empty();
  }

  /** What replaces nothing stays, such as prometheus.io/scheme. */
  private boolean replaced(String key) {
    if (!since(Injector.Release.V1_13)) {
      return false; // the three are overwritten, other spellings stay
    }
    var name = Spellings.sanitised(key);
    // an older injector does not know the list of targets
    return READ.contains(name)
        && (since(Injector.Release.V1_31) || !name.equals(Spellings.sanitised(TARGETS)));
  }

  /** In any spelling that is one label to Prometheus, since 1.13. */
  private Optional<String> value(Map<String, String> template, String key) {
    if (!since(Injector.Release.V1_13)) {
      return Optional.ofNullable(template.get(key));
    }
    var name = Spellings.sanitised(key);
    return template.entrySet().stream()
        .filter(entry -> Spellings.sanitised(entry.getKey()).equals(name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** The port of the pod's own proxyMetadata, else that of the mesh; 0 switches it off. */
  private Optional<String> wantedSecurePort(Map<String, String> template) {
    var own = proxyConfig(template).map(config -> config.getOrDefault(SECURE_PORT_VARIABLE, ""));
    return own.filter(port -> !port.isEmpty())
        .or(() -> Optional.of(injector.securePort()))
        .filter(port -> !port.isEmpty() && !port.equals("0"));
  }

  /** The pod's own proxyMetadata; empty when its setting is no YAML. */
  private static Optional<Map<String, String>> proxyConfig(Map<String, String> template) {
    var metadata = new TreeMap<String, String>();
    try {
      ConfigNode.parse(template.getOrDefault(PROXY_CONFIG, ""))
          .flatMap(config -> config.field("proxyMetadata"))
          .ifPresent(
              node ->
                  node.fields()
                      .forEach((key, value) -> value.text().ifPresent(t -> metadata.put(key, t))));
      return Optional.of(metadata);
    } catch (UnparsableConfig e) {
      return Optional.empty();
    }
  }

  private static List<AgentFetch> fetched(Told told) {
    if (told.isEmpty() || told.scrape().equals("false")) {
      return List.of();
    }
    var asked =
        told.targets().isEmpty()
            ? List.of(new ToldTarget(told.port(), told.path()))
            : told.targets();
    var fetched = new ArrayList<AgentFetch>();
    for (var target : asked) {
      var port = target.port().isEmpty() ? OptionalInt.of(DEFAULT_PORT) : port(target.port());
      var path = target.path().isEmpty() ? DEFAULT_PATH : target.path();
      // anything else makes no URL when the agent puts it together
      if (port.isPresent() && path.startsWith("/")) {
        fetched.add(new AgentFetch(port.getAsInt(), path));
      }
    }
    return fetched;
  }

  /** As Go's strconv.Atoi, within what a port can be. */
  private static OptionalInt port(String text) {
    try {
      var port = Integer.parseInt(text);
      return port >= 1 && port <= MAX_PORT ? OptionalInt.of(port) : OptionalInt.empty();
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }
}
