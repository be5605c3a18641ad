package io.appmetrics.operator.chain;

import io.appmetrics.operator.api.Port;
import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.TargetObservation.Claimant;
import io.appmetrics.operator.chain.Workload.DeclaredPort;
import io.appmetrics.operator.chain.Workload.Rollout;
import io.appmetrics.operator.mesh.AlphaPolicy;
import io.appmetrics.operator.mesh.Dataplane;
import io.appmetrics.operator.mesh.InboundCapture;
import io.appmetrics.operator.mesh.MeshPod;
import io.appmetrics.operator.mesh.MeshPolicy;
import io.appmetrics.operator.mesh.MutualTls;
import io.appmetrics.operator.mesh.PeerAuthentication;
import io.appmetrics.operator.mesh.ProxyRelease;
import io.appmetrics.operator.prometheus.ActiveTarget;
import io.appmetrics.operator.prometheus.AppFetch;
import io.appmetrics.operator.prometheus.Arrivals;
import io.appmetrics.operator.prometheus.CertificateFacts;
import io.appmetrics.operator.prometheus.ConfigFacts;
import io.appmetrics.operator.prometheus.Prognosis;
import io.appmetrics.operator.prometheus.ReplicaFacts;
import io.appmetrics.operator.prometheus.ScrapeFacts;
import io.appmetrics.operator.prometheus.TargetHealth;
import io.appmetrics.operator.prometheus.Uptime;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.relabel.Pod;
import io.appmetrics.operator.relabel.RelabelModel;
import io.appmetrics.operator.route.Endpoint;
import io.appmetrics.operator.route.Route;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.route.Slot;
import io.appmetrics.operator.route.SlotAnnotations;
import io.appmetrics.operator.scrapeconfig.PrometheusVersion;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is seen of an AppMetrics {@code shop/shop} that names Deployment {@code cart}: all is well,
 * until a test says what is otherwise. What Prometheus has follows from what the pods carry.
 */
final class Seen {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  static final Workload.Key CART = new Workload.Key(TargetKind.DEPLOYMENT, "shop", "cart");
  static final String PLACE = "ConfigMap istio-system/prometheus (key prometheus.yml)";
  static final CertificateFacts CERTIFICATES =
      new CertificateFacts(
          CertificateFacts.State.PRESENT,
          "Secret istio-system/istio.prometheus has the certificates",
          "c0ffee");

  boolean suspended;

  /** Whether Ready is True so far. */
  boolean ready;

  TargetKind kind = TargetKind.DEPLOYMENT;
  boolean workloadExists = true;
  int slotLimit = 8;
  Instant now = NOW;
  List<Port> ports = List.of(port(8080));
  List<DeclaredPort> declared =
      List.of(new DeclaredPort("http", 8080), new DeclaredPort(null, 9000));
  Rollout rollout = new Rollout(1, null);
  @Nullable String controller;
  final List<PeerAuthentication> policies = new ArrayList<>();
  final List<AlphaPolicy> alphaPolicies = new ArrayList<>();

  /** The annotations that the user has on the pod template. */
  Map<String, String> own = Map.of();

  /** The labels of the pod template. */
  Map<String, String> labels = Map.of("app", "cart");

  @Nullable String unreadable;
  final List<PodSeen> pods = new ArrayList<>(List.of(new PodSeen("cart-1")));
  final List<Claimant> others = new ArrayList<>();
  final List<Target> furtherTargets = new ArrayList<>();
  final Map<Workload.Key, AnnotationOutcome> outcomes = new HashMap<>();

  boolean looked = true;

  /** Whether Prometheus was asked what becomes of the apps behind Istio's agents. */
  boolean askedOfAgents = true;

  /** Which jobs the user has: none reads any annotation. */
  RelabelModel model = model("scrape_configs: []", "3.16.0");

  ConfigFacts.State config = ConfigFacts.State.WRITTEN;
  String configMessage = PLACE;
  @Nullable SlotJobs standing;
  CertificateFacts certificates = CERTIFICATES;
  Duration interval = Duration.ofSeconds(15);
  final List<ReplicaSeen> replicas =
      new ArrayList<>(List.of(new ReplicaSeen("istio-system/prometheus-1")));

  /** Since when no Prometheus pod answers that is not new. */
  @Nullable Instant gap;

  /** All is well, but for what {@code otherwise} does to it. */
  static Seen but(Consumer<Seen> otherwise) {
    Seen seen = new Seen();
    otherwise.accept(seen);
    return seen;
  }

  static Seen well() {
    return new Seen();
  }

  /** A pod, ready for an hour, as the plan wants it and up unless said else. */
  static final class PodSeen {
    final String name;
    @Nullable Instant readySince = NOW.minus(Duration.ofHours(1));
    @Nullable Instant startedAt = NOW.minus(Duration.ofHours(2));
    boolean terminating;
    boolean sidecar;
    boolean ambient;
    InboundCapture capture = InboundCapture.ALL;
    ProxyRelease proxy = ProxyRelease.UNKNOWN;
    @Nullable Map<String, String> annotations;
    Map<String, String> live = Map.of();
    Map<String, String> labels = Map.of("app", "cart");
    String address = "10.0.0.1";
    Endpoint.@Nullable Key merged;

    /** The target that the user's jobs make of it, where it is not that of the newest pod. */
    @Nullable String url;

    PodSeen(String name) {
      this.name = name;
    }

    PodSeen readyFor(Duration duration) {
      readySince = NOW.minus(duration);
      startedAt = NOW.minus(duration.plusSeconds(5));
      return this;
    }

    PodSeen at(String ip) {
      address = ip;
      return this;
    }

    PodSeen scrapedAt(String target) {
      url = target;
      return this;
    }

    PodSeen labelled(String key, String value) {
      labels = Map.of("app", "cart", key, value);
      return this;
    }

    /** Istio's injector has shown Prometheus to its agent, and the agent to port 8080. */
    PodSeen behindAgent() {
      sidecar = true;
      annotations =
          Map.of(
              "prometheus.io/scrape", "true",
              "prometheus.io/port", "15020",
              "prometheus.io/path", "/stats/prometheus");
      merged = new Endpoint.Key(8080, "/metrics");
      return this;
    }

    PodSeen notReady() {
      readySince = null;
      return this;
    }
  }

  /** What one Prometheus pod has of a pod's endpoint. */
  record Scrape(TargetHealth health, String error, Instant last) {}

  /** A Prometheus pod that has it all, unless said else. */
  static final class ReplicaSeen {
    final String pod;
    boolean reachable = true;
    boolean answered = true;
    boolean ambient;
    @Nullable String problem;
    @Nullable SlotJobs loaded;
    @Nullable String rejection;

    /** What it runs, where that is not what the others do. */
    @Nullable RelabelModel model;

    @Nullable Prognosis prognosis;
    Uptime uptime = Uptime.LONG;
    final Set<String> poolsMissing = new HashSet<>();
    final Set<String> absent = new HashSet<>();

    /** Whether Prometheus has lost what it discovered of its targets. */
    boolean forgetful;

    /** The scheme of the only target that it has of a pod's slot, where that is out of date. */
    final Map<String, Scheme> lagging = new HashMap<>();

    final Map<String, Scrape> scrapes = new HashMap<>();
    final Map<String, AppFetch> apps = new HashMap<>();

    ReplicaSeen(String pod) {
      this.pod = pod;
    }

    ReplicaSeen running(String prometheusYml) {
      model = Seen.model(prometheusYml, "3.16.0");
      return this;
    }

    ReplicaSeen absent(String pod) {
      absent.add(pod);
      return this;
    }

    ReplicaSeen lagging(String pod, Scheme scheme) {
      lagging.put(pod, scheme);
      return this;
    }

    ReplicaSeen down(String pod, String error) {
      scrapes.put(pod, new Scrape(TargetHealth.DOWN, error, NOW.minusSeconds(3)));
      return this;
    }

    ReplicaSeen app(String pod, AppFetch fetch) {
      apps.put(pod, fetch);
      return this;
    }

    ReplicaSeen unscraped(String pod) {
      scrapes.put(pod, new Scrape(TargetHealth.UNKNOWN, "", Instant.parse("0001-01-01T00:00:00Z")));
      return this;
    }

    ReplicaSeen lastUp(String pod, Instant last) {
      scrapes.put(pod, new Scrape(TargetHealth.UP, "", last));
      return this;
    }
  }

  static Port port(int number) {
    return port(number, null, PortScheme.AUTO, null);
  }

  static Port port(int number, PortScheme scheme) {
    return port(number, null, scheme, null);
  }

  static Port port(
      int number, @Nullable String path, @Nullable PortScheme scheme, @Nullable String interval) {
    return new Port(new IntOrString(number), path, scheme, interval, null, null);
  }

  static Port port(String name) {
    return new Port(new IntOrString(name), null, null, null, null, null);
  }

  PodSeen pod() {
    return pods.get(0);
  }

  ReplicaSeen replica() {
    return replicas.get(0);
  }

  Seen ports(Port... declared) {
    ports = List.of(declared);
    return this;
  }

  Seen kind(TargetKind of) {
    kind = of;
    return this;
  }

  Seen pods(PodSeen... seen) {
    pods.clear();
    pods.addAll(Arrays.asList(seen));
    return this;
  }

  /** The mesh demands mutual TLS of every pod that has a sidecar. */
  Seen strict() {
    policy("default", Map.of(), MutualTls.STRICT, Map.of());
    pods.forEach(pod -> pod.sidecar = true);
    return this;
  }

  /** A PeerAuthentication of the namespace; every pod has a sidecar. */
  Seen policy(
      String name, Map<String, String> selector, MutualTls mode, Map<Integer, MutualTls> ports) {
    policies.add(
        new PeerAuthentication("shop", name, NOW.minus(Duration.ofDays(9)), selector, mode, ports));
    pods.forEach(pod -> pod.sidecar = true);
    return this;
  }

  private MeshPolicy policy() {
    return new MeshPolicy("istio-system", policies, alphaPolicies, List.of());
  }

  /** The same where ztunnel stands before the pods, and refuses Prometheus. */
  Seen ambientStrict() {
    strict();
    for (PodSeen pod : pods) {
      pod.sidecar = false;
      pod.ambient = true;
      replica().down(pod.name, "Get \"http://10.0.0.1:8080/metrics\": EOF");
    }
    return this;
  }

  /** An AppMetrics that names the same workload. */
  Seen other(String name, Instant created, boolean suspended, Port... declared) {
    others.add(
        new Claimant(
            name,
            created,
            suspended,
            new Target(TargetKind.DEPLOYMENT, "cart", List.of(declared))));
    return this;
  }

  Seen outcome(AnnotationOutcome.Kind kind, String message, int writes) {
    outcomes.put(CART, new AnnotationOutcome(kind, message, writes));
    return this;
  }

  Seen config(ConfigFacts.State state, String message) {
    config = state;
    configMessage = message;
    standing = SlotJobs.none();
    return this;
  }

  Plan plan() {
    return Plan.of(observation());
  }

  /** What the only installation is to do. */
  Share share() {
    return plan().shares().get(0);
  }

  Chain chain() {
    Observation seen = observation();
    return Chain.of(seen, Plan.of(seen), outcomes);
  }

  EndpointReading reading() {
    return chain().readings().get(0);
  }

  Observation observation() {
    boolean asleep = pods.isEmpty();
    if (asleep) { // it was annotated while there was a pod
      PodSeen before = new PodSeen("cart-0");
      before.sidecar = !policies.isEmpty();
      pods.add(before);
    }
    Share plan = Plan.of(observation(own, answered())).shares().get(0);
    if (asleep) {
      pods.clear();
    }
    Map<String, String> template = new TreeMap<>(own);
    template.putAll(plan.targets().get(0).workload().templateAnnotations());
    return observation(template, looked ? facts(plan, template) : null);
  }

  /** As much as is needed to decide on routes. */
  private ScrapeFacts answered() {
    ReplicaFacts replica =
        new ReplicaFacts(
            "istio-system/prometheus-1",
            true,
            true,
            null,
            SlotJobs.none(),
            model,
            null,
            Set.of(),
            Map.of());
    return new ScrapeFacts(
        new WorkloadRef("istio-system", "prometheus"),
        new ConfigFacts(config, PLACE, configMessage, SlotJobs.none(), null),
        certificates,
        List.of(replica),
        Set.of(),
        Set.of(),
        interval);
  }

  static RelabelModel model(String prometheusYml, String version) {
    try {
      return RelabelModel.ofFile(prometheusYml, PrometheusVersion.parse(version), "istio-system");
    } catch (UnparsableConfig e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Observation observation(Map<String, String> template, @Nullable ScrapeFacts facts) {
    List<TargetObservation> targets = new ArrayList<>();
    Target cart = new Target(kind, "cart", ports);
    List<Claimant> claimants = new ArrayList<>(others);
    claimants.add(new Claimant("shop", NOW.minus(Duration.ofDays(1)), suspended, cart));
    Workload workload =
        new Workload(
            kind,
            "shop",
            "cart",
            "uid-of-cart",
            "1",
            "app=cart",
            labels,
            template,
            declared,
            rollout,
            controller);
    targets.add(
        new TargetObservation(
            cart,
            workloadExists ? workload : null,
            workloadExists && unreadable == null
                ? pods.stream().map(pod -> facts(pod, template)).toList()
                : List.of(),
            unreadable,
            claimants,
            policy()));
    furtherTargets.forEach(
        target ->
            targets.add(new TargetObservation(target, null, List.of(), null, List.of(), policy())));
    return new Observation(
        "shop",
        "shop",
        suspended,
        ready,
        targets,
        List.of(new Sight(new WorkloadRef("istio-system", "prometheus"), facts)),
        slotLimit,
        now);
  }

  private PodFacts facts(PodSeen pod, Map<String, String> template) {
    return new PodFacts(
        "shop",
        pod.name,
        "uid-of-" + pod.name,
        NOW.minus(Duration.ofHours(3)),
        pod.readySince,
        pod.startedAt,
        pod.terminating,
        mesh(pod),
        carried(pod, template),
        declared,
        pod.merged,
        discovered(pod, carried(pod, template)));
  }

  private static MeshPod mesh(PodSeen pod) {
    return new MeshPod(
        "shop",
        pod.labels,
        Map.of(),
        pod.sidecar ? Dataplane.SIDECAR : pod.ambient ? Dataplane.AMBIENT : Dataplane.NONE,
        pod.capture,
        pod.proxy);
  }

  private Pod discovered(PodSeen pod, Map<String, String> annotations) {
    return new Pod(
        "shop",
        pod.name,
        "uid-of-" + pod.name,
        pod.address,
        "10.9.0.1",
        "node-1",
        "Running",
        "True",
        pod.labels,
        annotations,
        null,
        List.of(
            new Pod.Container(
                "cart",
                "cart:1",
                "",
                declared.stream()
                    .map(
                        port ->
                            new Pod.Port(
                                port.number(), Objects.requireNonNullElse(port.name(), ""), "TCP"))
                    .toList())),
        List.of());
  }

  private static Map<String, String> carried(PodSeen pod, Map<String, String> template) {
    Map<String, String> carried =
        new TreeMap<>(pod.annotations == null ? template : pod.annotations);
    carried.putAll(pod.live);
    return carried;
  }

  private ScrapeFacts facts(Share plan, Map<String, String> template) {
    return new ScrapeFacts(
        new WorkloadRef("istio-system", "prometheus"),
        new ConfigFacts(
            config, PLACE, configMessage, standing == null ? plan.demand() : standing, "0ddba11"),
        certificates,
        replicas.stream().map(replica -> facts(replica, plan, template)).toList(),
        plan.userJobs(),
        askedOfAgents ? plan.agents().keySet() : Set.of(),
        interval,
        gap);
  }

  private ReplicaFacts facts(ReplicaSeen replica, Share plan, Map<String, String> template) {
    SlotJobs loaded = replica.loaded == null ? plan.demand() : replica.loaded;
    Set<String> pools = new TreeSet<>(loaded.names());
    pools.addAll(plan.userJobs());
    pools.removeAll(replica.poolsMissing);
    Map<String, List<ActiveTarget>> targets = new HashMap<>();
    for (PodSeen pod : pods) {
      if (!replica.absent.contains(pod.name)) {
        List<ActiveTarget> own = targets(replica, pod, carried(pod, template));
        plan.targets().get(0).workload().routes().values().stream()
            .filter(Route.ByUserJob.class::isInstance)
            .map(route -> target(replica, pod, (Route.ByUserJob) route))
            .forEach(own::add);
        own.stream()
            .map(target -> replica.forgetful ? nameless(target) : target)
            .forEach(t -> targets.computeIfAbsent(t.podUid(), uid -> new ArrayList<>()).add(t));
      }
    }
    return new ReplicaFacts(
        replica.pod,
        replica.reachable,
        replica.answered,
        replica.problem,
        replica.answered ? loaded : SlotJobs.none(),
        replica.answered ? Objects.requireNonNullElse(replica.model, model) : null,
        replica.rejection,
        pools,
        targets,
        replica.prognosis,
        replica.ambient,
        Arrivals.NONE,
        replica.uptime);
  }

  private static ActiveTarget nameless(ActiveTarget target) {
    return new ActiveTarget(
        target.pool(),
        "",
        "",
        "",
        target.scrapeUrl(),
        target.health(),
        target.lastError(),
        target.lastScrape(),
        target.app());
  }

  private static ActiveTarget target(ReplicaSeen replica, PodSeen pod, Route.ByUserJob route) {
    Scrape scrape =
        replica.scrapes.getOrDefault(
            pod.name, new Scrape(TargetHealth.UP, "", NOW.minusSeconds(3)));
    return new ActiveTarget(
        route.job(),
        "shop",
        pod.name,
        "uid-of-" + pod.name,
        Objects.requireNonNullElseGet(
            pod.url,
            () ->
                "%s://10.0.0.1:%d%s"
                    .formatted(
                        route.scheme() == Scheme.HTTP ? "http" : "https",
                        route.port(),
                        route.path())),
        scrape.health(),
        scrape.error(),
        scrape.last(),
        replica.apps.getOrDefault(pod.name, AppFetch.GOES_WELL));
  }

  /** As the slot jobs' relabelling makes them of the pod's annotations. */
  private static List<ActiveTarget> targets(
      ReplicaSeen replica, PodSeen pod, Map<String, String> annotations) {
    Scrape scrape =
        replica.scrapes.getOrDefault(
            pod.name, new Scrape(TargetHealth.UP, "", NOW.minusSeconds(3)));
    List<ActiveTarget> targets = new ArrayList<>();
    for (Slot slot : SlotAnnotations.read(annotations)) {
      Scheme carried = SlotAnnotations.schemeOf(slot.number(), annotations).orElse(slot.scheme());
      Scheme scheme = replica.lagging.getOrDefault(pod.name, carried);
      targets.add(
          new ActiveTarget(
              scheme == Scheme.ISTIO_MUTUAL
                  ? SlotJobs.mutualJob(slot.number())
                  : SlotJobs.plainJob(slot.number()),
              "shop",
              pod.name,
              "uid-of-" + pod.name,
              (scheme == Scheme.HTTP ? "http" : "https")
                  + "://10.0.0.1:"
                  + slot.port()
                  + slot.path(),
              scrape.health(),
              scrape.error(),
              scrape.last()));
    }
    return targets;
  }
}
