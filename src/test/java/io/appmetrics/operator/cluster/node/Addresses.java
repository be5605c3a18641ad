package io.appmetrics.operator.cluster.node;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;

/** A second octet of 127.0.0.0/8 that no other JVM of the machine uses, and the addresses in it. */
final class Addresses implements AutoCloseable {

  private static final int KUBELET_PORT = 10250;
  private static final int FIRST = 16;
  private static final int LAST = 254;

  private final DatagramSocket claim;
  private final int octet;
  private final Map<String, String> kept = new HashMap<>();
  private int handedOut;

  private Addresses(DatagramSocket claim, int octet) {
    this.claim = claim;
    this.octet = octet;
  }

  /** Claims an octet for as long as this JVM lives. */
  static Addresses claim() throws IOException {
    for (int octet = FIRST; octet <= LAST; octet++) {
      try {
        // UDP: whoever scrapes the kubelet's TCP port is refused at once, and does not hang
        var address = InetAddress.getByName("127." + octet + ".0.1");
        return new Addresses(
            new DatagramSocket(new InetSocketAddress(address, KUBELET_PORT)), octet);
      } catch (SocketException e) {
        // another JVM's
      }
    }
    throw new IOException(
        "no free range in 127.0.0.0/8: UDP port %d is taken on each of 127.%d.0.1 to 127.%d.0.1"
            .formatted(KUBELET_PORT, FIRST, LAST));
  }

  /** The node's own. */
  String node() {
    return "127." + octet + ".0.1";
  }

  /**
   * One that no pod of this node has had, so that a late answer is never taken for another pod's.
   */
  synchronized String next() {
    handedOut++;
    return "127.%d.%d.%d".formatted(octet, 1 + handedOut / 250, 1 + handedOut % 250);
  }

  /**
   * The address that a pod of this name has had before, as a StatefulSet's may on some networks.
   */
  synchronized String again(String pod) {
    return kept.computeIfAbsent(pod, name -> next());
  }

  @Override
  public void close() {
    claim.close();
  }
}
