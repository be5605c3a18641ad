package io.appmetrics.operator.relabel;

import io.appmetrics.operator.scrapeconfig.PrometheusVersion;

/**
 * What differs from version to version in the way from a pod to a target, as found in the sources
 * of each release.
 *
 * @param podPhase {@code __meta_kubernetes_pod_phase} is there
 * @param present {@code ..._labelpresent_*} and {@code ..._annotationpresent_*} are there
 * @param initContainers init containers are discovered, too, and {@code ..._container_init} is
 *     there
 * @param emptyIsNone an empty label is an absent one, and not one that the series get
 * @param brokenTargetAlone a target that is refused goes alone, not with all of its pod
 * @param intervalLabels {@code __scrape_interval__} and {@code __scrape_timeout__} count
 * @param containerImage {@code ..._container_image} is there
 * @param containerId {@code ..._container_id} is there
 * @param unsortedLabelmap labelmap goes through labels in the order of a hash map
 * @param expandedTargetDeleted an empty replacement deletes the label that {@code target_label}
 *     comes to, and an impossible name none; before, the label that is literally so named
 * @param version3 {@code .} matches a line feed, the address gets no default port, names may be
 *     UTF-8
 * @param legacyNamesHeeded {@code metric_name_validation_scheme: legacy} holds for relabelling, too
 * @param histogramLabels {@code __convert_classic_histograms_to_nhcb__} and its like are there
 */
record Dialect(
    boolean podPhase,
    boolean present,
    boolean initContainers,
    boolean emptyIsNone,
    boolean brokenTargetAlone,
    boolean intervalLabels,
    boolean containerImage,
    boolean containerId,
    boolean unsortedLabelmap,
    boolean expandedTargetDeleted,
    boolean version3,
    boolean legacyNamesHeeded,
    boolean histogramLabels) {

  static Dialect of(PrometheusVersion version) {
    return new Dialect(
        version.atLeast(2, 6),
        version.atLeast(2, 9),
        version.atLeast(2, 11),
        version.atLeast(2, 12),
        version.atLeast(2, 28),
        version.atLeast(2, 30),
        version.atLeast(2, 38),
        version.atLeast(2, 42),
        version.atLeast(2, 43),
        version.atLeast(2, 50),
        version.atLeast(3, 0),
        version.atLeast(3, 7),
        version.atLeast(3, 13));
  }
}
