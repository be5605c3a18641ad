package io.appmetrics.operator.cluster;

import static org.awaitility.Awaitility.await;

import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.cluster.program.Directories;
import io.appmetrics.operator.cluster.program.Lifeline;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1, with real RBAC,
 * service account tokens and the default admission plugins.
 *
 * <p>Two things differ from a cluster: there is no scheduler (the node binds), and no
 * EndpointSlices are made, because the API server refuses the loopback addresses that pods have.
 */
public final class ControlPlane implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 3;
  private static final int TAIL_LINES = 15;

  private final Path directory;
  private final Deque<Process> processes = new ArrayDeque<>();
  private final CertificateAuthority authority =
      CertificateAuthority.named("CN=kubernetes-of-the-tests");
  private final Kubeconfig admin;
  private final int etcdPort;
  private final int peerPort;
  private final int port;

  private ControlPlane(Path directory, List<Integer> ports) {
    this.directory = directory;
    this.etcdPort = ports.get(0);
    this.peerPort = ports.get(1);
    this.port = ports.get(2);
    this.admin =
        new Kubeconfig(
            "https://127.0.0.1:" + port, authority.rootPem(), UUID.randomUUID().toString());
  }

  /**
   * Starts the three programs, and returns when the API server is ready.
   *
   * @throws IllegalStateException when one ends or is not ready in time, with the end of its log
   */
  public static ControlPlane start(Binaries binaries, Path directory) {
    var etcd = binaries.get(Binary.ETCD);
    var apiServer = binaries.get(Binary.KUBE_APISERVER);
    var controllerManager = binaries.get(Binary.KUBE_CONTROLLER_MANAGER);
    for (int attempt = 1; ; attempt++) {
      ControlPlane controlPlane = null;
      try {
        Directories.delete(directory);
        Files.createDirectories(directory);
        controlPlane = new ControlPlane(directory, freePorts(3));
        controlPlane.writeKeys();
        controlPlane.startEtcd(etcd);
        controlPlane.startApiServer(apiServer);
        controlPlane.startControllerManager(controllerManager);
        return controlPlane;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (IllegalStateException e) {
        if (controlPlane != null) {
          controlPlane.close();
        }
        // another program may take a port between our looking for it and our use of it
        if (attempt == ATTEMPTS || !e.toString().contains("address already in use")) {
          throw e;
        }
      }
    }
  }

  /** The cluster's administrator. */
  public Kubeconfig admin() {
    return admin;
  }

  /** The port of the API server on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** What service accounts have asked of the API server. */
  public AuditLog audit() {
    return new AuditLog(auditLog());
  }

  private Path auditLog() {
    return directory.resolve("audit.log");
  }

  /** Kills the programs; their state is of no use afterwards. */
  @Override
  public void close() {
    // clients before servers: else they log, and wait, for nothing
    while (!processes.isEmpty()) {
      kill(processes.pop());
    }
  }

  private static void kill(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeKeys() throws IOException {
    var serving =
        authority.issue(
            "CN=kube-apiserver",
            List.of(
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.iPAddress, "10.96.0.1"),
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.dNSName, "kubernetes.default.svc")));
    var tokens = CertificateAuthority.keyPair();
    Files.writeString(directory.resolve("ca.crt"), authority.rootPem());
    Files.writeString(directory.resolve("apiserver.crt"), serving.certificatePem());
    Files.writeString(directory.resolve("apiserver.key"), serving.keyPem());
    Files.writeString(
        directory.resolve("tokens.key"), CertificateAuthority.pem(tokens.getPrivate()));
    Files.writeString(
        directory.resolve("tokens.pub"), CertificateAuthority.pem(tokens.getPublic()));
    Files.writeString(
        directory.resolve("users.csv"), admin.token() + ",test-admin,test-admin,system:masters\n");
    admin.writeTo(directory.resolve("admin.kubeconfig"));
    Files.writeString(directory.resolve("audit-policy.yaml"), AuditLog.POLICY);
  }

  private void startEtcd(Path program) throws IOException {
    var client = "http://127.0.0.1:" + etcdPort;
    var peer = "http://127.0.0.1:" + peerPort;
    start(
        program,
        "--data-dir=" + directory.resolve("etcd"),
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer,
        "--initial-cluster=default=" + peer,
        // nothing here outlives the JVM, so nothing need reach the disk
        "--unsafe-no-fsync",
        "--log-level=warn");
  }

  private void startApiServer(Path program) throws IOException {
    var process =
        start(
            program,
            "--etcd-servers=http://127.0.0.1:" + etcdPort,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            // it would try to publish 127.0.0.1 in an EndpointSlice for ever
            "--endpoint-reconciler-type=none",
            "--secure-port=" + port,
            "--cert-dir=" + directory.resolve("apiserver"),
            "--tls-cert-file=" + directory.resolve("apiserver.crt"),
            "--tls-private-key-file=" + directory.resolve("apiserver.key"),
            "--token-auth-file=" + directory.resolve("users.csv"),
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=" + directory.resolve("tokens.pub"),
            "--service-account-signing-key-file=" + directory.resolve("tokens.key"),
            "--audit-policy-file=" + directory.resolve("audit-policy.yaml"),
            "--audit-log-path=" + auditLog());
    try (var client = client()) {
      await(program.getFileName() + " to be ready")
          .atMost(START)
          .pollDelay(Duration.ofMillis(200))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> !process.isAlive() || ready(client));
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException(
          failure(program, "not ready after " + START.toSeconds() + " s"), e);
    }
    if (!process.isAlive()) {
      throw new IllegalStateException(failure(program, "ended with " + process.exitValue()));
    }
  }

  private void startControllerManager(Path program) throws IOException {
    start(
        program,
        "--kubeconfig=" + directory.resolve("admin.kubeconfig"),
        "--leader-elect=false",
        "--secure-port=0",
        "--root-ca-file=" + directory.resolve("ca.crt"),
        "--service-account-private-key-file=" + directory.resolve("tokens.key"),
        // pods have loopback addresses, which no EndpointSlice may hold: they would retry for ever
        "--controllers=*,-endpoints-controller,-endpointslice-controller,-endpointslice-mirroring-controller",
        // the default of 20 a second makes twenty rollouts at once slow
        "--kube-api-qps=500",
        "--kube-api-burst=500");
  }

  private Process start(Path program, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    var process =
        Lifeline.tie(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log(program).toFile())
            .start();
    processes.push(process);
    return process;
  }

  private KubernetesClient client() {
    return new KubernetesClientBuilder().withConfig(admin.config("test-cluster")).build();
  }

  private static boolean ready(KubernetesClient client) {
    try {
      @Nullable String answer = client.raw("/readyz");
      return "ok".equals(answer);
    } catch (KubernetesClientException e) {
      return false; // not listening yet, or a post-start hook has not finished
    }
  }

  private String failure(Path program, String what) {
    try {
      var lines = Files.readAllLines(log(program));
      var tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
      return "%s: %s; the end of its log:%n  %s"
          .formatted(program.getFileName(), what, String.join(System.lineSeparator() + "  ", tail));
    } catch (IOException e) {
      return program.getFileName() + ": " + what + "; its log cannot be read: " + e;
    }
  }

  private Path log(Path program) {
    return directory.resolve(program.getFileName() + ".log");
  }

  /** Ports that were free a moment ago; all are held until all are known, so that they differ. */
  private static List<Integer> freePorts(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }
}
