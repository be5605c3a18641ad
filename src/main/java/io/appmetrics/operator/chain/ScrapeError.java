package io.appmetrics.operator.chain;

import io.appmetrics.operator.prometheus.ScrapeFault;

/**
 * What a failed scrape means for the one who declared the endpoint.
 *
 * @param fault what is wrong with the scrape
 * @param reason the kind of trouble
 * @param advice what is wrong, and what to do
 */
record ScrapeError(ScrapeFault fault, Reason reason, String advice) {

  /** Reads Prometheus' words. */
  static ScrapeError of(String lastError) {
    ScrapeFault fault = ScrapeFault.of(lastError);
    return switch (fault) {
      case CONNECTION_REFUSED ->
          new ScrapeError(
              fault,
              Reason.CONNECTION_REFUSED,
              "nothing listens there: declare the port that the app listens on in its container");
      case LIMIT_EXCEEDED ->
          new ScrapeError(
              fault,
              Reason.LIMIT_EXCEEDED,
              "it serves more than a limit allows: let it serve less, or raise the limit");
      case TIMED_OUT ->
          new ScrapeError(
              fault,
              Reason.SCRAPE_TIMEOUT,
              "it does not answer in time: raise timeout and interval, or look at the app, and at"
                  + " what NetworkPolicies let through");
      case TIMED_OUT_IN_TLS ->
          new ScrapeError(
              fault,
              Reason.SCRAPE_TIMEOUT,
              "it does not answer TLS in time: if it speaks plain HTTP, set scheme HTTP; else raise"
                  + " timeout and interval, or look at the app");
      case UNAUTHORIZED ->
          new ScrapeError(
              fault,
              Reason.FORBIDDEN,
              "the app wants credentials, and Prometheus shows none: let it serve that path"
                  + " without");
      case FORBIDDEN ->
          new ScrapeError(
              fault,
              Reason.FORBIDDEN,
              "the app or an AuthorizationPolicy refuses Prometheus: allow it to read that path");
      case NOT_AT_THAT_PATH ->
          new ScrapeError(
              fault, Reason.NOT_METRICS, "there are no metrics at that path: correct path or port");
      case REDIRECTED ->
          new ScrapeError(
              fault,
              Reason.NOT_METRICS,
              "it redirects, and not to metrics: declare the path at which it serves them without"
                  + " a redirect");
      case BAD_REQUEST ->
          new ScrapeError(
              fault,
              Reason.NOT_METRICS,
              "it does not take the request: if that is a port for TLS, set scheme HTTPS; else"
                  + " correct port, path or params");
      case NOT_METRICS ->
          new ScrapeError(
              fault, Reason.NOT_METRICS, "what it answers is not metrics: correct path or port");
      case NOT_HTTP ->
          new ScrapeError(
              fault,
              Reason.NOT_METRICS,
              "what answers there does not speak HTTP: correct the port");
      case APP_UNAVAILABLE ->
          new ScrapeError(
              fault,
              Reason.SCRAPE_FAILED,
              "the app says that it cannot serve, or the sidecar before it that it gets no answer"
                  + " of the app: declare a port that the app listens on, and look at its log");
      case APP_FAILED ->
          new ScrapeError(
              fault,
              Reason.SCRAPE_FAILED,
              "the app answers with an error of its own: look at its log");
      case CUT_OFF ->
          new ScrapeError(
              fault,
              Reason.SCRAPE_FAILED,
              "its answer ends before it is complete, or is garbled: look at the app's log");
      case UNREACHABLE ->
          new ScrapeError(
              fault,
              Reason.SCRAPE_FAILED,
              "Prometheus finds no way to the pod: look at its node, at the cluster's network, and"
                  + " at NetworkPolicies");
      case NAME_UNKNOWN ->
          new ScrapeError(
              fault,
              Reason.SCRAPE_FAILED,
              "it sends Prometheus on to a name that cannot be resolved: declare the path at which"
                  + " it serves metrics without a redirect, or see to Prometheus' DNS");
      case FILE_UNUSABLE ->
          new ScrapeError(
              fault,
              Reason.CERTIFICATE_MISSING,
              "Prometheus cannot use the certificates that it is to show: see who writes these"
                  + " files");
      case OWN_CERTIFICATE_EXPIRED ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "the certificate that Prometheus shows has expired: renew it");
      case OWN_CERTIFICATE_WANTED ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "it wants a certificate of the mesh, and Prometheus shows none: leave scheme to Auto,"
                  + " or set IstioMutual");
      case OWN_CERTIFICATE_REFUSED ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "it does not accept the certificate that Prometheus shows: give Prometheus one of"
                  + " this mesh");
      case CERTIFICATE_EXPIRED ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "its certificate is out of date: renew it, or serve the metrics as plain HTTP");
      case CERTIFICATE_REFUSED ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "its certificate does not convince Prometheus: let it be valid for the pod's address"
                  + " and come from an authority that Prometheus trusts, or serve the metrics as"
                  + " plain HTTP");
      case SPEAKS_NO_TLS ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "what answers there does not speak TLS: set scheme HTTP, or correct the port");
      case SPEAKS_TLS ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "it speaks TLS: leave scheme to Auto when the mesh demands that, or set HTTPS when"
                  + " the app itself does it");
      case TLS_FAILED, CLOSED_IN_TLS ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "the two sides do not agree on TLS: leave scheme to Auto, and see what"
                  + " PeerAuthentication says for this workload");
      case CLOSED ->
          new ScrapeError(
              fault,
              Reason.TLS_HANDSHAKE_FAILED,
              "it closes the connection without an answer, as what demands TLS does to plain HTTP:"
                  + " leave scheme to Auto, and see what PeerAuthentication says for this workload,"
                  + " and the app's log");
      case OTHER ->
          new ScrapeError(fault, Reason.SCRAPE_FAILED, "look at the app's log, and at the network");
    };
  }

  /** Whether it helps to know which ports there are. */
  boolean asksForAPort() {
    return fault == ScrapeFault.CONNECTION_REFUSED || fault == ScrapeFault.APP_UNAVAILABLE;
  }
}
