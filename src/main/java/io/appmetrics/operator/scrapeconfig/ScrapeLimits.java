package io.appmetrics.operator.scrapeconfig;

/**
 * What one scrape of a slot's job may bring at most; a scrape that brings more fails as a whole,
 * and none of its samples is kept (source: scrape/scrape.go, {@code checkAddError}). Each is zero,
 * or empty, where our jobs set no limit.
 *
 * <p>There is none for the number of targets: a job is shared, and one tenant's would fail all.
 *
 * @param samples the samples
 * @param labels the labels of a series, those of its target among them
 * @param labelNameLength the bytes of a label's name
 * @param labelValueLength the bytes of a label's value
 * @param bodySize the bytes of the answer before it is compressed, as Prometheus writes them:
 *     {@code 10MB} and {@code 10MiB} are both 10 times 1024 times 1024
 */
public record ScrapeLimits(
    int samples, int labels, int labelNameLength, int labelValueLength, String bodySize) {

  /** No limit at all. */
  public static final ScrapeLimits NONE = new ScrapeLimits(0, 0, 0, 0, "");
}
