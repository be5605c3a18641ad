package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One probe of one start of a container. */
final class Prober {

  /** What the probe decides. */
  enum Kind {
    STARTUP("Startup"),
    READINESS("Readiness"),
    LIVENESS("Liveness");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As in the kubelet's events. */
    String word() {
      return word;
    }
  }

  // the kubelet probes what is not ready yet once more when it hears that the container runs
  private static final Duration ONCE_MORE = Duration.ofSeconds(1);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Kind kind;
  private final Probe probe;
  private final Container container;
  private final String address;
  private final Instant startedAt;
  private Instant next;
  private @Nullable CompletableFuture<String> underWay;
  private boolean onceMore;
  private int successes;
  private int failures;
  private boolean holds;
  private String failure = "";

  Prober(Kind kind, Probe probe, Container container, String address, Instant startedAt) {
    this.kind = kind;
    this.probe = probe;
    this.container = container;
    this.address = address;
    this.startedAt = startedAt;
    this.next = startedAt.plusSeconds(or(probe.getInitialDelaySeconds(), 0));
    this.onceMore = or(probe.getInitialDelaySeconds(), 0) == 0;
    this.holds = kind == Kind.LIVENESS;
  }

  Kind kind() {
    return kind;
  }

  /** What the thresholds say: ready, alive, or started. */
  boolean holds() {
    return holds;
  }

  /** True when so many have failed in a row that the container is to be restarted. */
  boolean hasGivenUp() {
    return kind != Kind.READINESS && failures >= or(probe.getFailureThreshold(), 3);
  }

  /** Why the latest failed; empty when it did not. */
  String failure() {
    return failure;
  }

  /** When it wants to be advanced next; while one is under way, its end wakes the worker. */
  Instant next() {
    return underWay == null ? next : Instant.MAX;
  }

  /** Takes in a result, or starts the next when it is due; true when there was a result. */
  boolean advance(Instant now, Executor threads, Runnable wake) {
    if (underWay != null && underWay.isDone()) {
      failure = underWay.join();
      underWay = null;
      count();
      var period = Duration.ofSeconds(or(probe.getPeriodSeconds(), 10));
      next = next.plus(period).isBefore(now) ? now.plus(period) : next.plus(period);
      if (onceMore && !holds && kind != Kind.LIVENESS) {
        next = startedAt.plus(ONCE_MORE);
        onceMore = false;
      }
      return true;
    }
    if (underWay == null && !now.isBefore(next)) {
      underWay = CompletableFuture.supplyAsync(this::ask, threads);
      var unused = underWay.thenRun(wake);
    }
    return false;
  }

  private void count() {
    if (failure.isEmpty()) {
      failures = 0;
      successes++;
      holds |= successes >= or(probe.getSuccessThreshold(), 1);
    } else {
      successes = 0;
      failures++;
      holds &= failures < or(probe.getFailureThreshold(), 3);
    }
  }

  private String ask() {
    var timeout = Duration.ofSeconds(or(probe.getTimeoutSeconds(), 1));
    try {
      if (probe.getHttpGet() != null) {
        return askHttp(timeout);
      }
      if (probe.getTcpSocket() != null) {
        var host = Objects.requireNonNullElse(probe.getTcpSocket().getHost(), address);
        try (var socket = new Socket()) {
          var target = new InetSocketAddress(host, port(probe.getTcpSocket().getPort()));
          socket.connect(target, (int) timeout.toMillis());
        }
        return "";
      }
      return "LocalNode has only httpGet and tcpSocket probes";
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private String askHttp(Duration timeout) throws IOException, InterruptedException {
    var get = probe.getHttpGet();
    var host = Objects.requireNonNullElse(get.getHost(), address);
    var path = Objects.requireNonNullElse(get.getPath(), "/");
    var uri = URI.create("http://" + host + ":" + port(get.getPort()) + path);
    var request = HttpRequest.newBuilder(uri).timeout(timeout).build();
    var status = HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    return status >= 200 && status < 400 ? "" : "HTTP probe failed with statuscode: " + status;
  }

  private int port(IntOrString port) throws IOException {
    if (port.getIntVal() != null) {
      return port.getIntVal();
    }
    for (ContainerPort declared : container.getPorts()) {
      if (port.getStrVal().equals(declared.getName())) {
        return declared.getContainerPort();
      }
    }
    throw new IOException("no port named " + port.getStrVal());
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
