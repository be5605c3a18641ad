package io.appmetrics.operator.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A road to the API server on which everything takes its time, both ways, by a seed; now and then a
 * connection is lost.
 */
public final class SlowRoad implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;

  /** Of so many chunks one is as slow as can be, and of so many of these one is the last. */
  private static final int SLOW = 20;

  private static final int LOST = 8;

  private final Kubeconfig to;
  private final Duration longest;
  private final Random random;
  private final ServerSocket door;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  private SlowRoad(Kubeconfig to, Duration longest, Random random) throws IOException {
    this.to = to;
    this.longest = longest;
    this.random = random;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("slow-road", this::accept);
  }

  /** Opens it; what is said takes up to {@code longest}, and mostly much less. */
  public static SlowRoad open(Kubeconfig to, Duration longest, Random random) {
    try {
      return new SlowRoad(to, longest, random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same user at the same server, by this road. */
  public Kubeconfig kubeconfig() {
    return new Kubeconfig(
        "https://127.0.0.1:" + door.getLocalPort(),
        to.authorityPem(),
        to.token(),
        to.certificate());
  }

  private void accept() {
    var server = URI.create(to.server());
    while (closed.getCount() > 0) {
      try {
        var near = door.accept();
        open.add(near);
        var far = new Socket(server.getHost(), server.getPort());
        open.add(far);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        start("slow-road-there", () -> carry(near, far));
        start("slow-road-back", () -> carry(far, near));
      } catch (IOException e) {
        // closed, or the server is gone: whoever knocks hears of it
      }
    }
  }

  private void carry(Socket from, Socket into) {
    try (from;
        into;
        InputStream in = from.getInputStream();
        OutputStream out = into.getOutputStream()) {
      var chunk = new byte[CHUNK];
      for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
        boolean slow = one(SLOW);
        if (slow && one(LOST)) {
          return;
        }
        long most = slow ? longest.toMillis() : longest.toMillis() / SLOW;
        if (closed.await(below(most), TimeUnit.MILLISECONDS)) {
          return;
        }
        out.write(chunk, 0, length);
        out.flush();
      }
    } catch (IOException e) {
      // one of the two has gone, and so does the other
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(into);
    }
  }

  private boolean one(int of) {
    return below(of) == 0;
  }

  private synchronized long below(long bound) {
    return random.nextInt((int) Math.max(1, bound));
  }

  private static void start(String name, Runnable what) {
    var thread = new Thread(what, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      door.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
