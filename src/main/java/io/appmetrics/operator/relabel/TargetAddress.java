package io.appmetrics.operator.relabel;

/** The port that Prometheus 2 gives an address without one (scrape/target.go, addPort). */
final class TargetAddress {

  private TargetAddress() {}

  static String withPort(String address, String scheme) throws RefusedTarget {
    // where a port would not make it valid, the fault is another, and it is left as it is
    if (splits(address) || !splits(address + ":1234")) {
      return address;
    }
    return switch (scheme) {
      case "http", "" -> address + ":80";
      case "https" -> address + ":443";
      default -> throw new RefusedTarget("invalid scheme: \"" + scheme + "\"");
    };
  }

  /** Whether Go's net.SplitHostPort takes it. */
  private static boolean splits(String address) {
    var colon = address.lastIndexOf(':');
    if (colon < 0) {
      return false;
    }
    if (!address.startsWith("[")) {
      return address.indexOf(':') == colon && address.indexOf('[') < 0 && address.indexOf(']') < 0;
    }
    var end = address.indexOf(']');
    return end >= 0
        && end + 1 == colon
        && address.indexOf('[', 1) < 0
        && address.indexOf(']', end + 1) < 0;
  }
}
