/**
 * Configuration, wiring, start-up checks, health and meters. Everything is constructed here, once,
 * but for what there is one of for each Prometheus installation that the admin lists.
 */
@NullMarked
package io.appmetrics.operator.runtime;

import org.jspecify.annotations.NullMarked;
