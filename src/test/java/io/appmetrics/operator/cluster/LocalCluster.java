package io.appmetrics.operator.cluster;

import io.appmetrics.operator.cluster.node.LocalNode;
import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.Binary;
import io.appmetrics.operator.cluster.program.Directories;
import io.appmetrics.operator.cluster.program.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A control plane and a node on this machine. Its programs end with this JVM, however it ends, and
 * its directory goes with them.
 */
public final class LocalCluster implements AutoCloseable {

  private final ControlPlane controlPlane;
  private final LocalNode node;
  private final Path directory;
  private boolean closed;

  private LocalCluster(ControlPlane controlPlane, LocalNode node, Path directory) {
    this.controlPlane = controlPlane;
    this.node = node;
    this.directory = directory;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "local-cluster-close"));
  }

  /** The one of this JVM, for tests; started when first asked for, ended with the JVM. */
  public static LocalCluster shared() {
    return Shared.CLUSTER.join();
  }

  /**
   * Starts one.
   *
   * @param prometheus the versions that pods may ask for; built now, lest a pod wait for minutes
   * @param step told what is being started
   * @throws IllegalStateException when something does not start; the message says what to do
   */
  public static LocalCluster start(
      Binaries binaries, Collection<Binary> prometheus, Consumer<String> step) {
    try {
      prometheus.forEach(binaries::get);
      var directory = Files.createTempDirectory("appmetrics-cluster-");
      // its standard input, the other end of which is ours, ends with us
      Lifeline.sweep(directory.toString()).start();
      step.accept("etcd, kube-apiserver, kube-controller-manager");
      var controlPlane = ControlPlane.start(binaries, directory.resolve("control-plane"));
      step.accept("node " + LocalNode.NAME);
      try {
        var node =
            LocalNode.start(
                controlPlane.admin().config("kubelet/local"),
                controlPlane.port(),
                binaries,
                directory.resolve("node"));
        return new LocalCluster(controlPlane, node, directory);
      } catch (IOException | RuntimeException e) {
        controlPlane.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cluster's administrator. */
  public Kubeconfig admin() {
    return controlPlane.admin();
  }

  /** What service accounts have asked of the API server. */
  public AuditLog audit() {
    return controlPlane.audit();
  }

  /** The node that all pods are on. */
  public LocalNode node() {
    return node;
  }

  /** Ends everything and deletes what it has written. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    node.close();
    controlPlane.close();
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      // the sweeper tries again when this JVM has ended
    }
  }

  /** A start that has failed is not tried again for each test: it would fail in the same way. */
  private static final class Shared {
    private static final CompletableFuture<LocalCluster> CLUSTER = new CompletableFuture<>();

    static {
      try {
        CLUSTER.complete(start(new Binaries(), Binary.prometheis(), step -> {}));
      } catch (RuntimeException e) {
        CLUSTER.completeExceptionally(e);
      }
    }
  }
}
