package io.appmetrics.operator.chain;

import static io.appmetrics.operator.chain.Seen.NOW;
import static io.appmetrics.operator.chain.Seen.PLACE;
import static io.appmetrics.operator.chain.Seen.port;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.api.PortScheme;
import io.appmetrics.operator.api.Target;
import io.appmetrics.operator.api.TargetKind;
import io.appmetrics.operator.chain.Seen.PodSeen;
import io.appmetrics.operator.chain.Seen.ReplicaSeen;
import io.appmetrics.operator.chain.Workload.DeclaredPort;
import io.appmetrics.operator.chain.Workload.Rollout;
import io.appmetrics.operator.prometheus.AppFetch;
import io.appmetrics.operator.prometheus.CertificateFacts;
import io.appmetrics.operator.prometheus.CertificateFacts.State;
import io.appmetrics.operator.prometheus.ConfigFacts;
import io.appmetrics.operator.prometheus.Prognosis;
import io.appmetrics.operator.prometheus.Prognosis.Kind;
import io.appmetrics.operator.route.Scheme;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which the chain breaks: the link, the reason, and the words. */
class ChainTest {
  private static final String LOOK =
      "see its log and events, and whether a NetworkPolicy keeps the operator from it; outside of"
          + " the cluster the operator needs APPMETRICS_PROMETHEUS_URL";

  private static final String FILE_GONE =
      "Get \"https://10.0.0.1:8080/metrics\": unable to read client cert: unable to read file"
          + " /etc/istio-certs/cert-chain.pem: open /etc/istio-certs/cert-chain.pem: no such file"
          + " or directory";

  /**
   * One way.
   *
   * @param what is otherwise than well
   * @param message the whole of it
   */
  record Row(String what, Consumer<Seen> otherwise, Link link, Reason reason, String message) {
    @Override
    public String toString() {
      return reason + ": " + what;
    }
  }

  private static Row row(
      String what, Link link, Reason reason, Consumer<Seen> otherwise, String message) {
    return new Row(what, otherwise, link, reason, message);
  }

  static Stream<Row> rows() {
    return Stream.of(
            accepted(),
            targetsFound(),
            annotated(),
            configWritten(),
            configLoaded(),
            certificatesLoaded(),
            targetsUp())
        .flatMap(rows -> rows);
  }

  private static Stream<Row> accepted() {
    return Stream.of(
        row(
            "an older AppMetrics scrapes the same more often",
            Link.ACCEPTED,
            Reason.CONFLICT,
            s ->
                s.other(
                    "older",
                    NOW.minus(Duration.ofDays(9)),
                    false,
                    port(8080, null, PortScheme.AUTO, "5s")),
            "Deployment cart :8080/metrics is declared with other settings by the older AppMetrics"
                + " shop/older, which wins: make them alike, or remove it from one of the two"),
        row(
            "the agent's port, where there is a sidecar",
            Link.ACCEPTED,
            Reason.PORT_RESERVED_BY_ISTIO,
            s -> s.ports(port(15020)).pod().sidecar = true,
            "Port 15020 of Deployment cart belongs to Istio's sidecar: declare the port of the"
                + " app"),
        row(
            "TLS of the app's own inside STRICT",
            Link.ACCEPTED,
            Reason.SCHEME_IMPOSSIBLE,
            s -> s.ports(port(8443, PortScheme.HTTPS)).strict(),
            "Deployment cart :8443/metrics is declared HTTPS, but PeerAuthentication shop/default"
                + " demands mutual TLS (STRICT), and Prometheus cannot speak TLS inside TLS: serve"
                + " the metrics as plain HTTP and declare Auto"),
        row(
            "an interval of its own, and a Prometheus that has none for a target",
            Link.ACCEPTED,
            Reason.INTERVAL_UNSUPPORTED,
            s -> {
              s.ports(port(8080, null, PortScheme.AUTO, "5s"));
              s.model = Seen.model("scrape_configs: []", "2.29.2");
            },
            "Deployment cart :8080/metrics is declared with interval 5s, but Prometheus pod"
                + " istio-system/prometheus-1 runs 2.29.2, and only from 2.30 on can targets of one"
                + " job have intervals of their own: leave interval and timeout out, or update"
                + " Prometheus"),
        row(
            "more endpoints than slots",
            Link.ACCEPTED,
            Reason.SLOTS_EXHAUSTED,
            s -> s.ports(port(1), port(2), port(3)).slotLimit = 2,
            "Deployment cart has more endpoints than there are slots (2): no slot is left for"
                + " :3/metrics; declare fewer, or raise APPMETRICS_SLOTS"));
  }

  private static Stream<Row> targetsFound() {
    return Stream.of(
        row(
            "no such Deployment",
            Link.TARGETS_FOUND,
            Reason.WORKLOAD_NOT_FOUND,
            s -> s.workloadExists = false,
            "There is no Deployment cart in namespace shop: create it, or correct the name"),
        row(
            "the second of two Deployments is missing",
            Link.TARGETS_FOUND,
            Reason.WORKLOAD_NOT_FOUND,
            s ->
                s.furtherTargets.add(
                    new Target(TargetKind.DEPLOYMENT, "till", List.of(port(8080)))),
            "There is no Deployment till in namespace shop: create it, or correct the name"),
        row(
            "no such port name",
            Link.TARGETS_FOUND,
            Reason.PORT_NOT_FOUND,
            s -> s.ports(port("metrics")),
            "No container of Deployment cart declares a port named metrics: give the port that"
                + " name there, or declare its number; declared are: 8080 (http), 9000"),
        row(
            "no ports declared at all",
            Link.TARGETS_FOUND,
            Reason.PORT_NOT_FOUND,
            s -> s.ports(port("metrics")).declared = List.of(),
            "No container of Deployment cart declares a port named metrics: give the port that"
                + " name there, or declare its number; declared are: none"),
        row(
            "no pod is ready",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            s -> s.pods(new PodSeen("cart-1").notReady(), new PodSeen("cart-2").notReady()),
            "None of the 2 pods of Deployment cart is ready: kubectl -n shop describe pods -l"
                + " 'app=cart'"),
        row(
            "the only ready pod is about to go",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            s -> s.pod().terminating = true,
            "None of the 1 pods of Deployment cart is ready: kubectl -n shop describe pods -l"
                + " 'app=cart'"),
        row(
            "no pod could be made",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            Seen::pods,
            "Deployment cart has no pod at all: kubectl -n shop describe deployment,replicaset -l"
                + " 'app=cart'"),
        row(
            "scaled to 0",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            s -> s.pods().rollout = new Rollout(0, null),
            "Deployment cart is scaled to 0, so there is nothing to scrape: scale it up"),
        row(
            "a paused Deployment has made no pod",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            s -> s.pods().rollout = new Rollout(1, new Obstacle.Paused()),
            "Deployment cart has no pod, because the rollout is paused: kubectl -n shop rollout"
                + " resume deployment/cart"),
        row(
            "no StatefulSet of the name",
            Link.TARGETS_FOUND,
            Reason.WORKLOAD_NOT_FOUND,
            s -> s.kind(TargetKind.STATEFUL_SET).workloadExists = false,
            "There is no StatefulSet cart in namespace shop: create it, or correct the name"),
        row(
            "no pod of a StatefulSet could be made",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            s -> s.kind(TargetKind.STATEFUL_SET).pods(),
            "StatefulSet cart has no pod at all: kubectl -n shop describe statefulset/cart"),
        row(
            "a StatefulSet scaled to 0",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            s -> s.kind(TargetKind.STATEFUL_SET).pods().rollout = new Rollout(0, null),
            "StatefulSet cart is scaled to 0, so there is nothing to scrape: scale it up"),
        row(
            "no node for a DaemonSet",
            Link.TARGETS_FOUND,
            Reason.NO_READY_PODS,
            s -> s.kind(TargetKind.DAEMON_SET).pods().rollout = new Rollout(0, null),
            "DaemonSet cart has no node to run on, so there is nothing to scrape: see its"
                + " nodeSelector, affinity and tolerations"),
        row(
            "the right to its pods was taken away",
            Link.TARGETS_FOUND,
            Reason.PODS_UNREADABLE,
            s -> s.unreadable = "pods is forbidden",
            "The pods of Deployment cart cannot be read, so nobody can tell what they carry: give"
                + " the operator's ServiceAccount the rights of deploy/operator/clusterrole.yaml;"
                + " the API server says: pods is forbidden"));
  }

  private static Stream<Row> annotated() {
    return Stream.of(
        row(
            "one of two pods is of the old template",
            Link.ANNOTATED,
            Reason.ROLLOUT_IN_PROGRESS,
            s -> s.pods(new PodSeen("cart-1"), unannotated("cart-2")),
            "1 of 2 ready pods of Deployment cart carry the annotations"),
        row(
            "the pod has another path",
            Link.ANNOTATED,
            Reason.ROLLOUT_IN_PROGRESS,
            s ->
                s.pod().annotations =
                    Map.of(
                        "appmetrics.io/port-1", "8080",
                        "appmetrics.io/path-1", "/old",
                        "appmetrics.io/scheme-1", "http"),
            "0 of 1 ready pods of Deployment cart carry the annotations"),
        row(
            "the mesh demands mutual TLS, and the live scheme is not written yet",
            Link.ANNOTATED,
            Reason.ROLLOUT_IN_PROGRESS,
            s -> {
              s.strict();
              s.pod().live = Map.of("appmetrics.io/live-scheme-1", "http");
            },
            "0 of 1 ready pods of Deployment cart carry the annotations"),
        row(
            "the rollout is paused",
            Link.ANNOTATED,
            Reason.ROLLOUT_STUCK,
            s -> s.pods(unannotated("cart-1")).rollout = new Rollout(1, new Obstacle.Paused()),
            "0 of 1 ready pods of Deployment cart carry the annotations: the rollout is paused:"
                + " kubectl -n shop rollout resume deployment/cart"),
        row(
            "the rollout does not get on",
            Link.ANNOTATED,
            Reason.ROLLOUT_STUCK,
            s ->
                s.pods(unannotated("cart-1")).rollout =
                    new Rollout(1, new Obstacle.Failing("ReplicaSet \"cart-2\" has timed out")),
            "0 of 1 ready pods of Deployment cart carry the annotations: the rollout is stuck:"
                + " ReplicaSet \"cart-2\" has timed out"),
        row(
            "a StatefulSet leaves the replacing to people",
            Link.ANNOTATED,
            Reason.ROLLOUT_STUCK,
            s ->
                s.kind(TargetKind.STATEFUL_SET)
                        .pods(unannotated("cart-0"), new PodSeen("cart-1"), unannotated("cart-2"))
                        .rollout =
                    new Rollout(3, new Obstacle.OnDelete()),
            "1 of 3 ready pods of StatefulSet cart carry the annotations: its updateStrategy is"
                + " OnDelete, so a pod keeps its annotations until it is deleted; delete them one"
                + " by one: kubectl -n shop delete pod cart-0"),
        row(
            "a StatefulSet keeps its first pod as it is",
            Link.ANNOTATED,
            Reason.ROLLOUT_STUCK,
            s ->
                s.kind(TargetKind.STATEFUL_SET)
                        .pods(unannotated("cart-0"), new PodSeen("cart-1"))
                        .rollout =
                    new Rollout(2, new Obstacle.Partition(1)),
            "1 of 2 ready pods of StatefulSet cart carry the annotations: its updateStrategy has"
                + " partition 1, so pod cart-0 stays as it is; to have all rolled out: kubectl -n"
                + " shop patch statefulset/cart --type merge -p"
                + " '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}'"),
        row(
            "a StatefulSet waits for a pod that is not ready",
            Link.ANNOTATED,
            Reason.ROLLOUT_IN_PROGRESS,
            s ->
                s.kind(TargetKind.STATEFUL_SET)
                    .pods(unannotated("cart-0"), new PodSeen("cart-1").notReady()),
            "0 of 1 ready pods of StatefulSet cart carry the annotations; pod cart-1 is not ready:"
                + " kubectl -n shop describe pod cart-1"),
        row(
            "a DaemonSet whose next pod is about to go",
            Link.ANNOTATED,
            Reason.ROLLOUT_IN_PROGRESS,
            s -> {
              PodSeen going = unannotated("cart-b").notReady();
              going.terminating = true;
              s.kind(TargetKind.DAEMON_SET).pods(unannotated("cart-a"), going);
            },
            "0 of 1 ready pods of DaemonSet cart carry the annotations"),
        row(
            "somebody else owns a key",
            Link.ANNOTATED,
            Reason.ANNOTATION_CONFLICT,
            s ->
                s.outcome(
                    AnnotationOutcome.Kind.CONFLICT,
                    "appmetrics.io/port-1 is owned by \"helm\"",
                    1),
            "Deployment cart: appmetrics.io/port-1 is owned by \"helm\"; the operator takes nothing"
                + " away from others: remove that annotation there"),
        row(
            "a Deployment that brings up its next pod",
            Link.ANNOTATED,
            Reason.ROLLOUT_IN_PROGRESS,
            s -> s.pods(unannotated("cart-1"), new PodSeen("cart-2").notReady()),
            "0 of 1 ready pods of Deployment cart carry the annotations"),
        row(
            "somebody takes them away",
            Link.ANNOTATED,
            Reason.ANNOTATIONS_REVERTED,
            s -> s.outcome(AnnotationOutcome.Kind.REVERTED, "", 3),
            "The operator's annotations on the pod template of Deployment cart were taken away 3"
                + " times; whoever writes it (see its managedFields) must leave appmetrics.io/*"
                + " alone; then change this AppMetrics, or wait an hour"),
        row(
            "a controller writes the Deployment",
            Link.ANNOTATED,
            Reason.OWNED_BY_CONTROLLER,
            s -> s.outcome(AnnotationOutcome.Kind.OWNED, "", 0).controller = "Rollout cart",
            "Deployment cart is written by its controller Rollout cart, which would undo an"
                + " annotation: name the workload that the controller is driven by"),
        row(
            "a webhook says no",
            Link.ANNOTATED,
            Reason.WRITE_REFUSED,
            s ->
                s.outcome(
                    AnnotationOutcome.Kind.REFUSED,
                    "admission webhook \"freeze\" denied the request",
                    1),
            "The API server refused to annotate Deployment cart: admission webhook \"freeze\""
                + " denied the request"),
        row(
            "mutual TLS without certificates",
            Link.ANNOTATED,
            Reason.CERTIFICATES_NOT_CONFIGURED,
            s ->
                s.strict().certificates =
                    new CertificateFacts(State.NOT_CONFIGURED, "Nothing says where they are", null),
            "Nothing says where they are. Some endpoints can be scraped by IstioMutual only: give"
                + " the Prometheus pod certificates of the mesh; docs/user-guide.md, \"Certificates"
                + " for Prometheus\", has the snippet"),
        row(
            "ambient under STRICT, and Prometheus outside",
            Link.ANNOTATED,
            Reason.MESH_REFUSES_PLAINTEXT,
            Seen::ambientStrict,
            "Deployment cart :8080/metrics lets in nobody but pods of the mesh (ambient, and"
                + " PeerAuthentication shop/default is STRICT), and Prometheus pod"
                + " istio-system/prometheus-1 is none: give Prometheus' pod template the label"
                + " istio.io/dataplane-mode: ambient, or exempt the port by a PeerAuthentication"
                + " with a selector and portLevelMtls PERMISSIVE"));
  }

  private static Stream<Row> configWritten() {
    Stream<Row> inTheWay =
        Stream.of(
                Map.entry(ConfigFacts.State.INSTALLATION_NOT_FOUND, Reason.INSTALLATION_NOT_FOUND),
                Map.entry(
                    ConfigFacts.State.INSTALLATION_UNSUPPORTED, Reason.INSTALLATION_UNSUPPORTED),
                Map.entry(ConfigFacts.State.UNREADABLE, Reason.INSTALLATION_UNREADABLE),
                Map.entry(ConfigFacts.State.MISSING, Reason.CONFIG_MAP_MISSING),
                Map.entry(ConfigFacts.State.UNPARSABLE, Reason.CONFIG_UNPARSABLE),
                Map.entry(ConfigFacts.State.REJECTED, Reason.CONFIG_REJECTED),
                Map.entry(ConfigFacts.State.REVERTED, Reason.REVERTED),
                Map.entry(ConfigFacts.State.SHARDED, Reason.SHARDED_UNSUPPORTED),
                Map.entry(ConfigFacts.State.TOO_LARGE, Reason.CONFIG_TOO_LARGE),
                Map.entry(ConfigFacts.State.REFUSED, Reason.WRITE_REFUSED),
                Map.entry(ConfigFacts.State.PENDING, Reason.WRITE_PENDING))
            .map(
                entry ->
                    row(
                        "in the words of the installation's loop",
                        Link.CONFIG_WRITTEN,
                        entry.getValue(),
                        s -> s.config(entry.getKey(), "What the loop says"),
                        "What the loop says"));
    return Stream.concat(
        inTheWay,
        Stream.of(
            row(
                "the loop has not heard of the demand yet",
                Link.CONFIG_WRITTEN,
                Reason.WRITE_PENDING,
                s -> s.standing = SlotJobs.none(),
                "The jobs appmetrics-1 are about to be written to " + PLACE),
            row(
                "only the job in the open stands there",
                Link.CONFIG_WRITTEN,
                Reason.WRITE_PENDING,
                s -> s.strict().standing = SlotJobs.named(List.of("appmetrics-1")),
                "The jobs appmetrics-1, appmetrics-1-istio-secure are about to be written to "
                    + PLACE),
            row(
                "the operator has just started",
                Link.CONFIG_WRITTEN,
                Reason.PROMETHEUS_UNREACHABLE,
                s -> s.looked = false,
                "The operator has just started, and has not asked Prometheus yet")));
  }

  private static Stream<Row> configLoaded() {
    return Stream.of(
        row(
            "no Prometheus pod",
            Link.CONFIG_LOADED,
            Reason.PROMETHEUS_UNREACHABLE,
            s -> s.replicas.clear(),
            "Deployment istio-system/prometheus has no pod that runs, so nothing can be said of its"
                + " targets: kubectl -n istio-system describe deployment prometheus"),
        row(
            "Prometheus is lost",
            Link.CONFIG_LOADED,
            Reason.PROMETHEUS_UNREACHABLE,
            s -> {
              s.replica().reachable = false;
              s.replica().problem = "connection refused";
            },
            "Prometheus pod istio-system/prometheus-1 does not answer: connection refused; when it"
                + " last did, 1 of 1 endpoints were scraped; "
                + LOOK),
        row(
            "Prometheus is lost and never answered",
            Link.CONFIG_LOADED,
            Reason.PROMETHEUS_UNREACHABLE,
            s -> {
              s.replica().reachable = false;
              s.replica().answered = false;
              s.replica().problem = "connection refused";
            },
            "Prometheus pod istio-system/prometheus-1 does not answer: connection refused; "
                + LOOK),
        row(
            "Prometheus starts",
            Link.CONFIG_LOADED,
            Reason.PROMETHEUS_UNREACHABLE,
            s -> {
              s.replica().answered = false;
              s.replica().problem = "it does not run";
            },
            "Prometheus pod istio-system/prometheus-1 has not answered yet: it does not run; "
                + LOOK),
        row(
            "the kubelet is slow",
            Link.CONFIG_LOADED,
            Reason.PROPAGATION_PENDING,
            s -> s.replica().loaded = SlotJobs.none(),
            "Prometheus pod istio-system/prometheus-1 does not run the configuration of "
                + PLACE
                + " yet"),
        row(
            "the second replica lags",
            Link.CONFIG_LOADED,
            Reason.PROPAGATION_PENDING,
            s -> {
              s.replicas.add(new ReplicaSeen("istio-system/prometheus-2"));
              s.replicas.get(1).loaded = SlotJobs.none();
            },
            "Prometheus pod istio-system/prometheus-2 does not run the configuration of "
                + PLACE
                + " yet"),
        row(
            "Prometheus rejects it",
            Link.CONFIG_LOADED,
            Reason.CONFIG_REJECTED,
            s -> {
              s.replica().loaded = SlotJobs.none();
              s.replica().rejection = "line 7: field scrape_intervall not found";
            },
            "Prometheus pod istio-system/prometheus-1 refuses the configuration of "
                + PLACE
                + ": line 7: field scrape_intervall not found; correct it there"));
  }

  private static Stream<Row> certificatesLoaded() {
    String symptom =
        "Prometheus pod istio-system/prometheus-1 has no scrape pool for job"
            + " appmetrics-1-istio-secure";
    String sick =
        "Prometheus pod istio-system/prometheus-1 does not scrape as it should: it suffers";
    String unloaded =
        "Prometheus pod istio-system/prometheus-1 does not run the configuration of "
            + PLACE
            + " yet";
    return Stream.of(
        row(
            "the Secret is not there",
            Link.CERTIFICATES_LOADED,
            Reason.CERTIFICATE_MISSING,
            noPool(State.MISSING, "Secret istio-system/istio.prometheus does not exist yet"),
            symptom + ". Secret istio-system/istio.prometheus does not exist yet"),
        row(
            "a sidecar has not written them",
            Link.CERTIFICATES_LOADED,
            Reason.CERTIFICATE_MISSING,
            noPool(State.UNSEEN, "Another container writes them"),
            symptom + ". Another container writes them"),
        row(
            "the Secret may not be read",
            Link.CERTIFICATES_LOADED,
            Reason.SECRET_FORBIDDEN,
            noPool(State.FORBIDDEN, "Secret istio-system/istio.prometheus may not be read"),
            symptom + ". Secret istio-system/istio.prometheus may not be read"),
        row(
            "Prometheus has not noticed them",
            Link.CERTIFICATES_LOADED,
            Reason.SCRAPE_POOL_MISSING,
            noPool(State.PRESENT, "Secret istio-system/istio.prometheus has the certificates"),
            symptom
                + ", though it could: it has just started or loaded them, or the operator nudges"
                + " the pod, and does more where that does not help. Secret"
                + " istio-system/istio.prometheus has the certificates"),
        row(
            "only a restart helps, and there were enough",
            Link.CERTIFICATES_LOADED,
            Reason.RESTART_BUDGET_EXHAUSTED,
            s -> {
              noPool(State.PRESENT, "The Secret has them").accept(s);
              s.replica().prognosis = prognosis(Kind.BUDGET_EXHAUSTED, "there were three");
            },
            symptom + ", though it could: there were three. The Secret has them"),
        row(
            "a pool without its client, and no restart is allowed",
            Link.CERTIFICATES_LOADED,
            Reason.RESTARTS_DISABLED,
            s -> s.strict().replica().prognosis = prognosis(Kind.DISABLED, "restart it"),
            sick + "; restart it. Secret istio-system/istio.prometheus has the certificates"),
        row(
            "a pool without its client, and no restart is possible",
            Link.CERTIFICATES_LOADED,
            Reason.RESTART_IMPOSSIBLE,
            s -> s.strict().replica().prognosis = prognosis(Kind.IMPOSSIBLE, "it is paused"),
            sick + "; it is paused. Secret istio-system/istio.prometheus has the certificates"),
        row(
            "a pool without its client, and it is restarted",
            Link.CERTIFICATES_LOADED,
            Reason.SCRAPE_POOL_MISSING,
            s ->
                s.strict().replica().prognosis =
                    prognosis(Kind.RESTARTING, "the operator restarts it"),
            sick
                + "; the operator restarts it. Secret istio-system/istio.prometheus has the"
                + " certificates"),
        row(
            "a pool without its client, and no certificates yet",
            Link.CERTIFICATES_LOADED,
            Reason.CERTIFICATE_MISSING,
            s -> {
              s.strict().replica().prognosis = prognosis(Kind.UNDER_WAY, "hope");
              s.certificates = new CertificateFacts(State.MISSING, "No Secret yet", null);
            },
            sick + ". No Secret yet"),
        row(
            "a text that only a restart loads",
            Link.CONFIG_LOADED,
            Reason.PROPAGATION_PENDING,
            s -> {
              s.replica().loaded = SlotJobs.none();
              s.replica().prognosis = forText(Kind.RESTARTING, "the operator restarts it");
            },
            unloaded + ": the operator restarts it"),
        row(
            "a text that only a restart loads, and there were enough",
            Link.CONFIG_LOADED,
            Reason.RESTART_BUDGET_EXHAUSTED,
            s -> {
              s.replica().loaded = SlotJobs.none();
              s.replica().prognosis = forText(Kind.BUDGET_EXHAUSTED, "there were three");
            },
            unloaded + ": there were three"),
        row(
            "a text that only a restart loads, and none is possible",
            Link.CONFIG_LOADED,
            Reason.RESTART_IMPOSSIBLE,
            s -> {
              s.replica().loaded = SlotJobs.none();
              s.replica().prognosis = forText(Kind.IMPOSSIBLE, "it is paused");
            },
            unloaded + ": it is paused"),
        row(
            "only the second replica lacks the pool",
            Link.CERTIFICATES_LOADED,
            Reason.SCRAPE_POOL_MISSING,
            s -> {
              s.strict().replicas.add(new ReplicaSeen("istio-system/prometheus-2"));
              s.replicas.get(1).poolsMissing.add("appmetrics-1-istio-secure");
            },
            "Prometheus pod istio-system/prometheus-2 has no scrape pool for job"
                + " appmetrics-1-istio-secure, though it could: it has just started or loaded them,"
                + " or the operator nudges the pod, and does more where that does not help. Secret istio-system/istio.prometheus has the certificates"),
        row(
            "the files went after the pool was made",
            Link.CERTIFICATES_LOADED,
            Reason.CERTIFICATE_MISSING,
            s -> s.strict().replica().down("cart-1", FILE_GONE),
            "Prometheus pod istio-system/prometheus-1 cannot use its certificates: see who writes"
                + " these files (Prometheus: "
                + FILE_GONE
                + "). Secret istio-system/istio.prometheus has the certificates"),
        row(
            "the files went, on one of two replicas, and the other cannot connect",
            Link.CERTIFICATES_LOADED,
            Reason.CERTIFICATE_MISSING,
            s -> {
              s.strict().replica().down("cart-1", "connect: connection refused");
              ReplicaSeen second = new ReplicaSeen("istio-system/prometheus-2");
              s.replicas.add(second.down("cart-1", FILE_GONE));
            },
            "Prometheus pod istio-system/prometheus-2 cannot use its certificates: see who writes"
                + " these files (Prometheus: "
                + FILE_GONE
                + "). Secret istio-system/istio.prometheus has the certificates"),
        row(
            "the certificate has expired, the pool is there",
            Link.CERTIFICATES_LOADED,
            Reason.CERTIFICATE_EXPIRED,
            s ->
                s.strict().certificates =
                    new CertificateFacts(State.EXPIRED, "The certificate expired", "c0ffee"),
            "The certificate expired"));
  }

  private static Prognosis prognosis(Kind kind, String words) {
    return new Prognosis(
        kind, new TreeSet<>(Set.of("appmetrics-1-istio-secure")), "it suffers", words);
  }

  private static Prognosis forText(Kind kind, String words) {
    return new Prognosis(kind, new TreeSet<>(), "it suffers", words);
  }

  private static Consumer<Seen> noPool(State state, String message) {
    return s -> {
      s.strict().certificates = new CertificateFacts(state, message, null);
      s.replica().poolsMissing.add("appmetrics-1-istio-secure");
    };
  }

  private static Stream<Row> targetsUp() {
    String endpoint = "Deployment cart :8080/metrics of pod cart-1";
    return Stream.of(
        row(
            "a new pod is no target yet",
            Link.TARGETS_UP,
            Reason.PODS_JOINING,
            s -> {
              s.pod().readyFor(Duration.ofSeconds(3));
              s.replica().absent("cart-1");
            },
            endpoint
                + " is no target of Prometheus pod istio-system/prometheus-1 yet: the pod is new"),
        row(
            "a new pod is a target and not scraped yet",
            Link.TARGETS_UP,
            Reason.PODS_JOINING,
            s -> {
              s.pod().readyFor(Duration.ofSeconds(3));
              s.replica().unscraped("cart-1");
            },
            endpoint
                + " has not been scraped by Prometheus pod istio-system/prometheus-1 yet: its next"
                + " scrape will tell"),
        row(
            "the job is new, the pod is not",
            Link.TARGETS_UP,
            Reason.PODS_JOINING,
            s -> s.replica().unscraped("cart-1"),
            endpoint
                + " has not been scraped by Prometheus pod istio-system/prometheus-1 yet: its next"
                + " scrape will tell"),
        row(
            "up is of the container before this one",
            Link.TARGETS_UP,
            Reason.PODS_JOINING,
            s -> {
              s.pod().startedAt = NOW.minusSeconds(2);
              s.replica().lastUp("cart-1", NOW.minusSeconds(3));
            },
            endpoint
                + " has not been scraped by Prometheus pod istio-system/prometheus-1 yet: its next"
                + " scrape will tell"),
        row(
            "a settled pod is no target",
            Link.TARGETS_UP,
            Reason.TARGET_MISSING,
            s -> s.replica().absent("cart-1"),
            endpoint
                + " is no target of Prometheus pod istio-system/prometheus-1, though it has been"
                + " ready since 2026-03-01T11:00:00Z: see whether its ServiceAccount may list the"
                + " pods of this namespace"),
        row(
            "the app now speaks https: the old target of the same job, up by http, is another",
            Link.TARGETS_UP,
            Reason.TARGET_MISSING,
            s -> s.ports(port(8080, PortScheme.HTTPS)).replica().lagging("cart-1", Scheme.HTTP),
            endpoint
                + " is no target of Prometheus pod istio-system/prometheus-1, though it has been"
                + " ready since 2026-03-01T11:00:00Z: see whether its ServiceAccount may list the"
                + " pods of this namespace"),
        row(
            "the app has gone back to http: the old target by https is another",
            Link.TARGETS_UP,
            Reason.TARGET_MISSING,
            s -> s.replica().lagging("cart-1", Scheme.HTTPS),
            endpoint
                + " is no target of Prometheus pod istio-system/prometheus-1, though it has been"
                + " ready since 2026-03-01T11:00:00Z: see whether its ServiceAccount may list the"
                + " pods of this namespace"),
        row(
            "a rule of the user's own job drops the pod",
            Link.TARGETS_UP,
            Reason.DROPPED_BY_RELABELING,
            s -> {
              s.model = Seen.model(ONLY_BLUE, "3.16.0");
              s.pods(new PodSeen("cart-1"), new PodSeen("cart-2").labelled("color", "blue"));
              s.replica().absent("cart-1");
            },
            endpoint
                + " is dropped by Prometheus pod istio-system/prometheus-1: rule 1 of job pods:"
                + " keep __meta_kubernetes_pod_label_color =~ \"blue\", here it is \"\":"
                + " change that rule, or what it looks at"),
        row(
            "the pod is in another's share",
            Link.TARGETS_UP,
            Reason.DROPPED_BY_RELABELING,
            s -> {
              s.model = Seen.model(SHARE, "3.16.0");
              s.replica().absent("cart-1");
            },
            endpoint
                + " is dropped by Prometheus pod istio-system/prometheus-1: rule 2 of job pods:"
                + " keep __tmp_hash =~ \"1\", here it is \"0\", for job pods takes number 1 of 2"
                + " shares of the targets (rules 1 and 2); the Prometheus of its share may scrape it,"
                + " which this operator does not see: change that rule, or what it looks at"),
        row(
            "the agent is up, and the app behind it fails",
            Link.TARGETS_UP,
            Reason.MERGED_SCRAPE_FAILING,
            s -> {
              s.model = Seen.model(ANNOTATED, "3.16.0");
              s.pods(new PodSeen("cart-1").behindAgent(), new PodSeen("cart-2").behindAgent());
              s.replica().app("cart-2", AppFetch.FAILS);
            },
            "Deployment cart :8080/metrics of pod cart-2: Istio's agent, which serves the app's"
                + " metrics among its own, gets none at http://localhost:8080/metrics inside the"
                + " pod; its containers declare 8080 (http), 9000; see what answers there: kubectl"
                + " -n shop exec cart-2 -c istio-proxy -- curl -sSi http://localhost:8080/metrics,"
                + " and what the agent says of it: kubectl -n shop logs cart-2 -c istio-proxy"),
        row(
            "a failure of the agent's itself goes before",
            Link.TARGETS_UP,
            Reason.CONNECTION_REFUSED,
            s -> {
              s.model = Seen.model(ANNOTATED, "3.16.0");
              s.pods(new PodSeen("cart-1").behindAgent());
              s.replica()
                  .app("cart-1", AppFetch.FAILS)
                  .down("cart-1", "dial tcp 10.0.0.1:15020: connect: connection refused");
            },
            endpoint
                + ": nothing listens there: declare the port that the app listens on in its"
                + " container (Prometheus: dial tcp 10.0.0.1:15020: connect: connection refused);"
                + " its containers declare 8080 (http), 9000"),
        row(
            "whether the app behind the agent fails, one more scrape will tell",
            Link.TARGETS_UP,
            Reason.PODS_JOINING,
            s -> {
              s.model = Seen.model(ANNOTATED, "3.16.0");
              s.pods(new PodSeen("cart-1").behindAgent());
              s.replica().app("cart-1", AppFetch.UNPROVEN);
            },
            endpoint
                + " has not been scraped by Prometheus pod istio-system/prometheus-1 yet: its next"
                + " scrape will tell"),
        row(
            "nobody has asked yet what becomes of the app behind the agent",
            Link.TARGETS_UP,
            Reason.PODS_JOINING,
            s -> {
              s.model = Seen.model(ANNOTATED, "3.16.0");
              s.pods(new PodSeen("cart-1").behindAgent()).askedOfAgents = false;
            },
            endpoint
                + " has not been scraped by Prometheus pod istio-system/prometheus-1 yet: its next"
                + " scrape will tell"),
        row(
            "two jobs of the user's scrape one endpoint",
            Link.TARGETS_UP,
            Reason.SCRAPED_TWICE,
            s -> s.model = Seen.model(TWICE, "3.16.0"),
            "Deployment cart :8080/metrics is scraped by 2 jobs, so that its metrics arrive 2 times:"
                + " job one takes it by rule 2 (keep __meta_kubernetes_pod_label_app =~ \"cart\");"
                + " job two has no keep rule and takes every pod that it discovers; change the"
                + " annotations or the rules by which they take it, so that one of them does"),
        row(
            "5000 on the laptop is 8080 in the container",
            Link.TARGETS_UP,
            Reason.CONNECTION_REFUSED,
            s ->
                s.ports(port(5000))
                    .replica()
                    .down(
                        "cart-1",
                        "Get \"http://10.0.0.1:5000/metrics\": dial tcp 10.0.0.1:5000: connect:"
                            + " connection refused"),
            "Deployment cart :5000/metrics of pod cart-1: nothing listens there: declare the port"
                + " that the app listens on in its container (Prometheus: Get"
                + " \"http://10.0.0.1:5000/metrics\": dial tcp 10.0.0.1:5000: connect: connection"
                + " refused); its containers declare 8080 (http), 9000"),
        row(
            "behind a sidecar nothing listens",
            Link.TARGETS_UP,
            Reason.SCRAPE_FAILED,
            s -> s.replica().down("cart-1", "server returned HTTP status 503 Service Unavailable"),
            endpoint
                + ": the app says that it cannot serve, or the sidecar before it that it gets no"
                + " answer of the app: declare a port that the app listens on, and look at its log"
                + " (Prometheus: server returned HTTP status 503 Service Unavailable); its"
                + " containers declare 8080 (http), 9000"),
        down(
            Reason.TLS_HANDSHAKE_FAILED,
            "Get \"http://10.0.0.1:8080/metrics\": EOF",
            "it closes the connection without an answer, as what demands TLS does to plain HTTP:"
                + " leave scheme to Auto, and see what PeerAuthentication says for this workload,"
                + " and the app's log"),
        down(
            Reason.FORBIDDEN,
            "server returned HTTP status 403 Forbidden",
            "the app or an AuthorizationPolicy refuses Prometheus: allow it to read that path"),
        down(
            Reason.NOT_METRICS,
            "server returned HTTP status 404 Not Found",
            "there are no metrics at that path: correct path or port"),
        down(
            Reason.SCRAPE_TIMEOUT,
            "Get \"http://10.0.0.1:8080/metrics\": context deadline exceeded",
            "it does not answer in time: raise timeout and interval, or look at the app, and at"
                + " what NetworkPolicies let through"),
        down(
            Reason.LIMIT_EXCEEDED,
            "sample limit exceeded",
            "it serves more than a limit allows: let it serve less, or raise the limit"),
        down(
            Reason.SCRAPE_FAILED,
            "Get \"http://10.0.0.1:8080/metrics\": dial tcp 10.0.0.1:8080: connect: no route to"
                + " host",
            "Prometheus finds no way to the pod: look at its node, at the cluster's network, and at"
                + " NetworkPolicies"),
        row(
            "the one with an error speaks for three",
            Link.TARGETS_UP,
            Reason.CONNECTION_REFUSED,
            s -> {
              s.pods(new PodSeen("cart-1"), new PodSeen("cart-2"));
              s.ports(port(8080), port(9000), port(9001));
              s.replica().absent("cart-1").down("cart-2", "connect: connection refused");
            },
            "Deployment cart :8080/metrics of pod cart-2: nothing listens there: declare the port"
                + " that the app listens on in its container (Prometheus: connect: connection"
                + " refused); its containers declare 8080 (http), 9000 (2 more endpoints are not"
                + " scraped)"));
  }

  private static Row down(Reason reason, String error, String advice) {
    return row(
        error,
        Link.TARGETS_UP,
        reason,
        s -> s.replica().down("cart-1", error),
        "Deployment cart :8080/metrics of pod cart-1: " + advice + " (Prometheus: " + error + ")");
  }

  private static PodSeen unannotated(String name) {
    PodSeen pod = new PodSeen(name);
    pod.annotations = Map.of();
    return pod;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void breaksAtTheLinkWithReasonAndMessage(Row row) {
    Chain chain = Seen.but(row.otherwise()).chain();

    Map.Entry<Link, Finding> broken = chain.broken().orElseThrow();
    assertThat(broken.getKey()).isEqualTo(row.link());
    assertThat(broken.getValue().why()).contains(row.reason());
    assertThat(broken.getValue().message()).isEqualTo(row.message());
    assertThat(chain.ready()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void saysNothingOfTheLinksBehindTheBrokenOne(Row row) {
    Map<Link, Finding> findings = Seen.but(row.otherwise()).chain().findings();

    assertThat(findings.keySet())
        .containsExactlyElementsOf(EnumSet.range(Link.ACCEPTED, row.link()));
    assertThat(findings).allSatisfy((link, f) -> assertThat(f.ok()).isEqualTo(link != row.link()));
  }

  private static final String ONLY_BLUE =
      """
      scrape_configs:
      - job_name: pods
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_label_color], action: keep, regex: blue}
        - {source_labels: [__meta_kubernetes_pod_container_port_number], action: keep, regex: 8080}
      """;

  private static final String SHARE =
      """
      scrape_configs:
      - job_name: pods
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__address__], modulus: 2, target_label: __tmp_hash, action: hashmod}
        - {source_labels: [__tmp_hash], regex: 1, action: keep}
        - {source_labels: [__meta_kubernetes_pod_container_port_number], action: keep, regex: 8080}
      """;

  private static final String ANNOTATED =
      """
      scrape_configs:
      - job_name: kubernetes-pods
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], action: keep, regex: true}
        - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_path], regex: (.+), target_label: __metrics_path__}
        - source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port]
          regex: (.+);(.+)
          replacement: $1:$2
          target_label: __address__
      """;

  private static final String PORT_8080 =
      """
      scrape_configs:
      - job_name: pods
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_container_port_number], action: keep, regex: 8080}
      """;

  private static final String TWICE =
      """
      scrape_configs:
      - job_name: one
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_label_app], target_label: app}
        - {source_labels: [__meta_kubernetes_pod_label_app], action: keep, regex: cart}
      - job_name: two
        kubernetes_sd_configs: [{role: pod}]
      """;

  @ParameterizedTest
  @MethodSource("rows")
  void writesMessagesInOneStyle(Row row) {
    assertThat(Seen.but(row.otherwise()).chain().findings().values())
        .extracting(Finding::message)
        .allSatisfy(message -> assertThat(message).matches("[A-Z0-9].*[^.\\s]"));
  }

  /** Prometheus 2.42 with labelkeep or labeldrop in a job: RelabelModelIT has seen it. */
  @Test
  void findsTheTargetsOfAPrometheusThatForgetsWhoseTheyAre() {
    Seen seen = Seen.well();
    seen.model = Seen.model(PORT_8080, "2.42.0");
    seen.replica().forgetful = true;
    assertThat(seen.chain().ready()).isTrue();

    seen.replica().down("cart-1", "dial tcp 10.0.0.1:8080: connect: connection refused");
    assertThat(seen.chain().broken().orElseThrow().getValue().why())
        .contains(Reason.CONNECTION_REFUSED);

    Seen elsewhere = Seen.well();
    elsewhere.model = Seen.model(PORT_8080, "2.42.0");
    elsewhere.replica().forgetful = true;
    elsewhere.pods(new PodSeen("cart-1").at("10.0.0.7"));
    assertThat(elsewhere.chain().broken().orElseThrow().getValue().why())
        .as("the target of another address")
        .contains(Reason.TARGET_MISSING);
  }

  private static final Map<String, String> ANNOTATIONS =
      Map.of(
          "prometheus.io/scrape", "true",
          "prometheus.io/port", "8080",
          "prometheus.io/path", "/metrics");

  private static final String METRICS_PORT =
      """
      scrape_configs:
      - job_name: pods
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_container_port_name], action: keep, regex: metrics}
      """;

  /** The job does not go by them, whatever they are for, and whoever has rewritten them. */
  @Test
  void asksNoPodForAnnotationsThatItsJobDoesNotGoBy() {
    Seen seen = Seen.well().ports(port(9090));
    seen.model = Seen.model(METRICS_PORT, "3.16.0");
    seen.declared = List.of(new DeclaredPort("http", 8080), new DeclaredPort("metrics", 9090));
    seen.own = ANNOTATIONS;
    seen.pods(new PodSeen("cart-1").behindAgent());
    assertThat(seen.chain().broken()).as("the agent serves another endpoint").isEmpty();

    seen.own = Map.of("prometheus.io/port", "http");
    seen.pod().merged = null;
    assertThat(seen.chain().broken()).as("the agent makes no port of that").isEmpty();

    seen.pods(unannotated("cart-1"), new PodSeen("cart-2"));
    assertThat(seen.chain().broken()).as("a pod of an older template").isEmpty();

    seen.model = Seen.model(METRICS_PORT + ONLY_BLUE_TOO, "3.16.0");
    seen.pods(new PodSeen("cart-1").behindAgent(), blue("cart-2").behindAgent());
    seen.replica().absent("cart-1");
    assertBroken(seen, Reason.DROPPED_BY_RELABELING);
  }

  private static final String ONLY_BLUE_TOO =
      "  - {source_labels: [__meta_kubernetes_pod_label_color], action: keep, regex: blue}\n";

  private static PodSeen blue(String name) {
    return new PodSeen(name).labelled("color", "blue");
  }

  @Test
  void asksEveryPodForTheAnnotationsThatTheUsersJobGoesBy() {
    Seen seen = Seen.well();
    seen.model = Seen.model(ANNOTATED, "3.16.0");
    seen.own = ANNOTATIONS;
    seen.pods(unannotated("cart-1"), new PodSeen("cart-2"));
    seen.replica().absent("cart-1");
    assertBroken(seen, Reason.ROLLOUT_IN_PROGRESS);
  }

  /** Injection is switched on, or off: the job has pods of both kinds, each in its own way. */
  @Test
  void takesEachPodAsTheUsersJobHasIt() {
    Seen on = Seen.well();
    on.model = Seen.model(ANNOTATED, "3.16.0");
    on.own = ANNOTATIONS;
    on.pods(
        new PodSeen("cart-1").scrapedAt("http://10.0.0.1:8080/metrics"),
        new PodSeen("cart-2").behindAgent());
    assertThat(on.chain().broken()).isEmpty();
    on.replica().down("cart-1", "dial tcp 10.0.0.1:8080: connect: connection refused");
    assertBroken(on, Reason.CONNECTION_REFUSED);

    Seen off = Seen.well();
    off.model = on.model;
    off.own = ANNOTATIONS;
    off.pods(
        new PodSeen("cart-1").behindAgent().scrapedAt("http://10.0.0.1:15020/stats/prometheus"),
        new PodSeen("cart-2"));
    assertThat(off.chain().broken()).isEmpty();
    off.replica().app("cart-1", AppFetch.FAILS);
    assertBroken(off, Reason.MERGED_SCRAPE_FAILING);
    off.replica().apps.clear();
    off.askedOfAgents = false;
    assertBroken(off, Reason.PODS_JOINING);
  }

  /** One is stuck on an older text: a query that comes to it finds nothing. */
  @Test
  void excusesNoReplicaWhoseRulesDropThePodButForAShare() {
    Seen seen = Seen.well();
    seen.model = Seen.model(PORT_8080, "3.16.0");
    ReplicaSeen stuck = new ReplicaSeen("istio-system/prometheus-2").running(ONLY_BLUE);
    seen.replicas.add(stuck.absent("cart-1"));
    assertBroken(seen, Reason.DROPPED_BY_RELABELING);
    assertThat(seen.chain().broken().orElseThrow().getValue().message())
        .contains("is dropped by Prometheus pod istio-system/prometheus-2: rule 1 of job pods");

    String others = SHARE.replace("regex: 1", "regex: 0");
    Seen shared = Seen.well();
    shared.model = Seen.model(others, "3.16.0");
    shared.replicas.add(
        new ReplicaSeen("istio-system/prometheus-2").running(SHARE).absent("cart-1"));
    assertThat(shared.chain().broken()).as("the pod is in the first one's share").isEmpty();
    shared.declared = portsOfBothShares();
    assertThat(shared.chain().broken()).as("whatever becomes of its other ports").isEmpty();
  }

  /** One of many ports is in the share in which 8080 is not, and comes to the rule behind. */
  private static List<DeclaredPort> portsOfBothShares() {
    List<DeclaredPort> ports = new ArrayList<>(List.of(new DeclaredPort("http", 8080)));
    for (int port = 9000; port < 9020; port++) {
      ports.add(new DeclaredPort(null, port));
    }
    return ports;
  }

  /** The job means the port that it lets pass furthest. */
  @Test
  void namesTheRuleThatDropsTheDeclaredPort() {
    Seen seen = Seen.well().ports(port(9090));
    seen.model = Seen.model(METRICS_PORT + ONLY_BLUE_TOO, "3.16.0");
    seen.declared = List.of(new DeclaredPort("http", 8080), new DeclaredPort("metrics", 9090));
    seen.pods(new PodSeen("cart-1"), blue("cart-2"));
    seen.replica().absent("cart-1");
    assertThat(seen.chain().broken().orElseThrow().getValue().message())
        .isEqualTo(
            "Deployment cart :9090/metrics of pod cart-1 is dropped by Prometheus pod"
                + " istio-system/prometheus-1: rule 2 of job pods: keep"
                + " __meta_kubernetes_pod_label_color =~ \"blue\", here it is \"\": change that"
                + " rule, or what it looks at");
  }

  /** Prometheus' own words explain what is missing there, not a lack of rights. */
  @Test
  void tellsOfAReplicaThatDoesNotRunTheUsersJob() {
    Seen seen = Seen.well();
    seen.model = Seen.model(PORT_8080, "3.16.0");
    ReplicaSeen behind = new ReplicaSeen("istio-system/prometheus-2").running("scrape_configs: []");
    seen.replicas.add(behind.absent("cart-1"));
    Finding pending = seen.chain().broken().orElseThrow().getValue();
    assertThat(pending.why()).contains(Reason.PROPAGATION_PENDING);
    assertThat(pending.message())
        .isEqualTo(
            "Prometheus pod istio-system/prometheus-2 does not run job pods of " + PLACE + " yet");

    behind.rejection = "line 7: field foo not found";
    Finding rejected = seen.chain().broken().orElseThrow().getValue();
    assertThat(rejected.why()).contains(Reason.CONFIG_REJECTED);
    assertThat(rejected.message())
        .isEqualTo(
            "Prometheus pod istio-system/prometheus-2 does not run job pods: its last reload of "
                + PLACE
                + " failed: line 7: field foo not found; correct it there");
  }

  private static final String PER_PORT =
      """
      scrape_configs:
      - job_name: pods
        kubernetes_sd_configs: [{role: pod}]
        relabel_configs:
        - {source_labels: [__meta_kubernetes_pod_container_port_number], target_label: port}
        - {source_labels: [__meta_kubernetes_pod_ip], target_label: __address__, replacement: "$1:8080"}
      """;

  @Test
  void tellsOfOneJobThatMakesTwoTargetsOfAnEndpoint() {
    Seen seen = Seen.well();
    seen.model = Seen.model(PER_PORT, "3.16.0");
    String job = "job pods has no keep rule and takes every pod that it discovers, with port=";
    assertThat(seen.chain().broken().orElseThrow().getValue().message())
        .isEqualTo(
            "Deployment cart :8080/metrics is scraped by 2 targets, so that its metrics arrive 2"
                + " times: "
                + job
                + "\"8080\"; "
                + job
                + "\"9000\"; change the annotations or the rules by which they take it, so that"
                + " one of them does");
  }

  /** NotFederated takes two installations: SeveralInstallationsTest has it. */
  @Test
  void givesEveryReason() {
    assertThat(
            Stream.concat(rows().map(Row::reason), Stream.of(Reason.NOT_FEDERATED))
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Reason.values());
  }

  @Test
  void breaksEveryLink() {
    assertThat(rows().map(Row::link).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Link.values());
  }

  @Test
  void namesReasonsInCamelCase() {
    assertThat(Arrays.stream(Reason.values()).map(Reason::toString).toList())
        .doesNotHaveDuplicates()
        .allSatisfy(word -> assertThat(word).matches("([A-Z]+[a-z]+)+"))
        .contains("WorkloadNotFound", "PortReservedByIstio", "TLSHandshakeFailed");
  }

  /** Each link is broken as well: the first in the flow of data is told, and then the next. */
  @Test
  void tellsTheFirstBrokenLinkHoweverManyAre() {
    Seen seen = Seen.well().ports(port(15020), port("nameless")).strict();
    seen.pods(unannotated("cart-1").notReady());
    seen.pod().sidecar = true;
    seen.standing = SlotJobs.none();
    seen.replica().loaded = SlotJobs.none();
    seen.replica().poolsMissing.add("appmetrics-1-istio-secure");
    seen.replica().absent("cart-1");
    assertBroken(seen, Reason.PORT_RESERVED_BY_ISTIO);

    seen.ports(port(8080), port("nameless"));
    assertBroken(seen, Reason.PORT_NOT_FOUND);
    seen.ports(port(8080));
    assertBroken(seen, Reason.NO_READY_PODS);
    seen.pod().readySince = NOW.minus(Duration.ofHours(1));
    assertBroken(seen, Reason.ROLLOUT_IN_PROGRESS);
    seen.pod().annotations = null;
    assertBroken(seen, Reason.WRITE_PENDING);
    seen.standing = null;
    assertBroken(seen, Reason.PROPAGATION_PENDING);
    seen.replica().loaded = null;
    assertBroken(seen, Reason.SCRAPE_POOL_MISSING);
    seen.replica().poolsMissing.clear();
    assertBroken(seen, Reason.TARGET_MISSING);
    seen.replica().absent.clear();
    assertThat(seen.chain().ready()).isTrue();
  }

  private static void assertBroken(Seen seen, Reason reason) {
    assertThat(seen.chain().broken().flatMap(broken -> broken.getValue().why())).contains(reason);
  }

  @Test
  void holdsAndSaysWhatWasVerified() {
    Chain chain = Seen.well().chain();

    assertThat(chain.ready()).isTrue();
    assertThat(chain.findings().values().stream().map(Finding::message))
        .containsExactly(
            "The declaration can work",
            "1 pod is ready",
            "Every ready pod carries its annotations",
            "The jobs appmetrics-1 stand in " + PLACE,
            "Every Prometheus replica runs the jobs",
            "No endpoint needs the mesh's certificates",
            "The endpoint is scraped on every pod");
  }

  @Test
  void holdsUnderMutualTls() {
    Seen seen = Seen.well();
    seen.pods(new PodSeen("cart-1"), new PodSeen("cart-2"));
    seen.ports(port(8080), port(9000)).strict();
    seen.replicas.add(new ReplicaSeen("istio-system/prometheus-2"));
    Chain chain = seen.chain();

    assertThat(chain.ready()).isTrue();
    assertThat(chain.findings().values().stream().map(Finding::message))
        .containsExactly(
            "The declaration can work",
            "2 pods are ready",
            "Every ready pod carries its annotations",
            "The jobs appmetrics-1, appmetrics-1-istio-secure, appmetrics-2,"
                + " appmetrics-2-istio-secure stand in "
                + PLACE,
            "Every Prometheus replica runs the jobs",
            "Every Prometheus replica has loaded the mesh's certificates",
            "All 2 endpoints are scraped on every pod");
  }

  @Test
  void acceptsWhatOnlyLooksWrong() {
    // without a sidecar, the agent's port is a port like others, and STRICT binds nobody
    assertThat(Seen.but(s -> s.ports(port(15020))).chain().ready()).isTrue();
    Seen https = Seen.well().ports(port(8443, PortScheme.HTTPS)).strict();
    https.pod().sidecar = false;
    assertThat(https.chain().ready()).isTrue();
    // of two alike, the older AppMetrics does not win anything
    Seen twins = Seen.well().other("older", NOW.minus(Duration.ofDays(9)), false, port(8080));
    assertThat(twins.chain().ready()).isTrue();
    // a younger one with other settings is told, not this one
    Seen younger =
        Seen.well().other("younger", NOW, false, port(8080, null, PortScheme.AUTO, "5s"));
    assertThat(younger.chain().ready()).isTrue();
    // the younger one's endpoint has no slot left, this one's has
    Seen crowded = Seen.well().other("younger", NOW, false, port(9000));
    crowded.slotLimit = 1;
    assertThat(crowded.chain().ready()).isTrue();
  }

  @Test
  void acceptsAnIntervalThatAnyPrometheusThatAnswersKeeps() {
    Seen since = Seen.well().ports(port(8080, null, PortScheme.AUTO, "5s"));
    since.model = Seen.model("scrape_configs: []", "2.30.0");
    assertThat(since.chain().ready()).isTrue();
    // no label is needed where a job of the user's has that interval
    Seen adopted = Seen.well().ports(port(8080, null, PortScheme.AUTO, "5s"));
    adopted.model =
        Seen.model("global: {scrape_interval: 5s, scrape_timeout: 5s}\n" + PORT_8080, "2.5.0");
    assertThat(adopted.chain().ready()).isTrue();
    // nothing is claimed of one that is lost: it may be another by now
    Seen lost = Seen.well().ports(port(8080, null, PortScheme.AUTO, "5s"));
    lost.model = Seen.model("scrape_configs: []", "2.29.2");
    lost.replica().reachable = false;
    lost.replica().problem = "connection refused";
    assertBroken(lost, Reason.PROMETHEUS_UNREACHABLE);
  }

  @Test
  void letsWrittenAndRacingAnnotationsBe() {
    for (AnnotationOutcome.Kind kind :
        List.of(
            AnnotationOutcome.Kind.UP_TO_DATE,
            AnnotationOutcome.Kind.WRITTEN,
            AnnotationOutcome.Kind.AGAIN)) {
      assertThat(Seen.well().outcome(kind, "", 1).chain().ready()).as("%s", kind).isTrue();
    }
  }

  @Test
  void jobsThatStandAndRunAreEnoughWhateverElseIsPending() {
    Seen tooLargeForOthers = Seen.well().config(ConfigFacts.State.TOO_LARGE, "No room for others");
    tooLargeForOthers.standing = null;
    assertThat(tooLargeForOthers.chain().ready()).isTrue();

    Seen rejectedForOthers = Seen.well();
    rejectedForOthers.replica().rejection = "line 7: what another admin wrote";
    assertThat(rejectedForOthers.chain().ready()).isTrue();
  }

  @Test
  void missedPollsOfAReplicaThatIsNotLostYetChangeNothing() {
    Seen seen = Seen.well();
    seen.replica().problem = "no answer within 5 s";
    assertThat(seen.chain().ready()).isTrue();
  }

  @Test
  void asksForMutualJobsOnlyWhereAPodDemandsThem() {
    assertThat(Seen.well().share().demand().names()).containsExactly("appmetrics-1");
    assertThat(Seen.well().strict().share().demand().names())
        .containsExactly("appmetrics-1", "appmetrics-1-istio-secure");
    assertThat(
            Seen.well().ports(port(8080, PortScheme.ISTIO_MUTUAL)).pods().share().demand().names())
        .containsExactly("appmetrics-1", "appmetrics-1-istio-secure");
    assertThat(Seen.but(s -> s.workloadExists = false).share().demand()).isEqualTo(SlotJobs.none());
    assertThat(Seen.well().strict().pods().share().demand().names())
        .as("scaled to 0 for the night")
        .containsExactly("appmetrics-1", "appmetrics-1-istio-secure");
    assertThat(Seen.well().pods().share().demand().names()).containsExactly("appmetrics-1");
    Set<Integer> none = new TreeSet<>();
    assertThat(Seen.well().strict().ports(port(8080, PortScheme.HTTP)).share().demand().mutual())
        .isEqualTo(none);
  }

  /** What is suspended goes on being scraped as it stands, whatever the mesh says today. */
  @Test
  void keepsTheJobsOfWhatStandsWhileItIsSuspended() {
    Seen seen = Seen.well().strict();
    seen.suspended = true;
    assertThat(seen.share().demand()).isEqualTo(SlotJobs.none());

    seen.pod().annotations =
        Map.of(
            "appmetrics.io/managed", "path-3,port-3,scheme-3",
            "appmetrics.io/port-3", "8080",
            "appmetrics.io/path-3", "/metrics",
            "appmetrics.io/scheme-3", "http");
    assertThat(seen.share().demand().names()).containsExactly("appmetrics-3");

    seen.pod().live = Map.of("appmetrics.io/live-scheme-3", "istio-mutual");
    assertThat(seen.share().demand().names())
        .containsExactly("appmetrics-3", "appmetrics-3-istio-secure");
  }
}
