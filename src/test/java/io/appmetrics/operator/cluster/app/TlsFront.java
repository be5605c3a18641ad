package io.appmetrics.operator.cluster.app;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Ends mutual TLS in front of a plain port, as a sidecar does. Unlike the HTTPS server of Java it
 * tells whom it refuses why, by an alert.
 */
final class TlsFront implements AutoCloseable {
  private static final int MILLIS_TO_LEAVE = 1_000;

  private final SSLContext context;
  private final String version;
  private final InetAddress address;
  private final int plain;
  private final ServerSocket door;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /**
   * Listens.
   *
   * @param version of TLS
   * @param plain the port of the same address where what is said goes
   */
  TlsFront(String address, int port, SSLContext context, String version, int plain)
      throws IOException {
    this.context = context;
    this.version = version;
    this.address = InetAddress.getByName(address);
    this.plain = plain;
    this.door = new ServerSocket(port, 50, this.address);
    start(this::accept);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        var near = door.accept();
        open.add(near);
        start(() -> serve(near));
      } catch (IOException e) {
        // closed, or whoever knocked has left
      }
    }
  }

  private void serve(Socket near) {
    try (near;
        var tls =
            (SSLSocket)
                context.getSocketFactory().createSocket(near, null, /* autoClose= */ false)) {
      tls.setUseClientMode(false);
      tls.setNeedClientAuth(true);
      tls.setEnabledProtocols(new String[] {version});
      try {
        tls.startHandshake();
      } catch (IOException e) {
        lingers(near);
        return;
      }
      try (var far = new Socket(address, plain)) {
        open.add(far);
        start(() -> carry(far, tls));
        carry(tls, far);
      }
    } catch (IOException e) {
      // one of the two has gone, and so does the other
    } finally {
      open.remove(near);
    }
  }

  /** A connection that is closed with words of the other side unread takes the alert with it. */
  private static void lingers(Socket near) throws IOException {
    near.shutdownOutput();
    near.setSoTimeout(MILLIS_TO_LEAVE);
    near.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private void carry(Socket from, Socket into) {
    try (from;
        into) {
      from.getInputStream().transferTo(into.getOutputStream());
    } catch (IOException e) {
      // one of the two has gone, and so does the other
    } finally {
      open.remove(from);
    }
  }

  private static void start(Runnable what) {
    var thread = new Thread(what, "tls-front");
    thread.setDaemon(true);
    thread.start();
  }

  /** Refuses new connections, and cuts those that there are. */
  @Override
  public void close() {
    try {
      door.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      // it is as good as closed
    }
  }
}
