package io.appmetrics.operator.apiserver;

import io.fabric8.kubernetes.client.KubernetesClientException;

/**
 * What a failed request means to whoever sent it.
 *
 * @param kind what to do about it
 * @param words the API server's own where it answered, else the client's
 */
public record ApiFailure(Kind kind, String words) {

  /** What to do about it. */
  public enum Kind {
    /** The object was written, deleted or made anew meanwhile: read it again, decide again. */
    OVERTAKEN,
    /** The API server would refuse the same request again: rights, policy, webhook, quota. */
    REFUSED,
    /** Nobody answered, or not now: the same request may succeed later. */
    UNAVAILABLE
  }

  private static final int REQUEST_TIMEOUT = 408;
  private static final int UNPROCESSABLE = 422;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int INTERNAL_ERROR = 500;

  /** Reads a failure. */
  public static ApiFailure of(KubernetesClientException e) {
    String words = words(e);
    return new ApiFailure(kind(e.getCode(), words), words);
  }

  private static Kind kind(int code, String words) {
    return switch (code) {
      case 404, 409, 410 -> Kind.OVERTAKEN;
      // "Precondition failed: UID in precondition", and a patch whose uid is not the object's
      case UNPROCESSABLE -> words.contains("metadata.uid") ? Kind.OVERTAKEN : Kind.REFUSED;
      case REQUEST_TIMEOUT, TOO_MANY_REQUESTS -> Kind.UNAVAILABLE;
      // a webhook that fails: "Internal error occurred: failed calling webhook"
      case INTERNAL_ERROR -> Kind.REFUSED;
      // the client's own failures have the code -1, in some versions 0
      default -> code >= 400 && code < 500 ? Kind.REFUSED : Kind.UNAVAILABLE;
    };
  }

  /** The message of the answer's Status where there is one, else the exception's. */
  private static String words(KubernetesClientException e) {
    String words = e.getStatus() == null ? null : e.getStatus().getMessage();
    return words == null ? String.valueOf(e.getMessage()) : words;
  }
}
