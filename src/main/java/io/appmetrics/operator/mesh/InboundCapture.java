package io.appmetrics.operator.mesh;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which ports of a pod its sidecar stands before; at the others the app itself answers.
 *
 * @param all whether it is every port but those that are listed, or those alone
 * @param listed the ports
 */
public record InboundCapture(boolean all, SortedSet<Integer> listed) {

  /** What a sidecar does that nobody says more about, since Istio 1.3. */
  public static final InboundCapture ALL = new InboundCapture(true, new TreeSet<>());

  private static final InboundCapture NOTHING = new InboundCapture(false, new TreeSet<>());
  private static final String EVERY_PORT = "*";
  private static final String INCLUDED = "traffic.sidecar.istio.io/includeInboundPorts";
  private static final String EXCLUDED = "traffic.sidecar.istio.io/excludeInboundPorts";
  private static final String INTERCEPTION = "sidecar.istio.io/interceptionMode";

  /** Whether the sidecar stands before this port. */
  public boolean takes(int port) {
    return all != listed.contains(port);
  }

  /** What the annotations of a pod, or of its template, ask for; empty when they ask nothing. */
  public static Optional<InboundCapture> ofAnnotations(Map<String, String> annotations) {
    if ("NONE".equals(annotations.get(INTERCEPTION))) {
      return Optional.of(NOTHING); // clients would have to call Envoy's own ports
    }
    String included = annotations.get(INCLUDED);
    String excluded = annotations.get(EXCLUDED);
    return included == null && excluded == null
        ? Optional.empty()
        : Optional.of(
            of(included == null ? EVERY_PORT : included, excluded == null ? "" : excluded));
  }

  /**
   * What was really set up, by the arguments of the init container that the injector adds. They
   * have the mesh's defaults in them: up to Istio 1.2 the declared containerPorts and no others.
   */
  public static Optional<InboundCapture> ofArguments(List<String> arguments) {
    Optional<String> included = value(arguments, "-b", "--istio-inbound-ports");
    return included.map(
        ports -> of(ports, value(arguments, "-d", "--istio-local-exclude-ports").orElse("")));
  }

  private static Optional<String> value(List<String> arguments, String flag, String longFlag) {
    int at = Math.max(arguments.indexOf(flag), arguments.indexOf(longFlag));
    return at >= 0 && at + 1 < arguments.size()
        ? Optional.of(arguments.get(at + 1))
        : Optional.empty();
  }

  /** Beside a list of ports, the excluded ones mean nothing (istio-iptables, inbound rules). */
  private static InboundCapture of(String included, String excluded) {
    return EVERY_PORT.equals(included.strip())
        ? new InboundCapture(true, ports(excluded))
        : new InboundCapture(false, ports(included));
  }

  private static SortedSet<Integer> ports(String list) {
    SortedSet<Integer> ports = new TreeSet<>();
    Stream.of(list.split(",", -1))
        .map(String::strip)
        .filter(port -> port.matches("\\d{1,5}"))
        .forEach(port -> ports.add(Integer.valueOf(port)));
    return ports;
  }
}
