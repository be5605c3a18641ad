/**
 * Configuration, wiring, start-up checks, health and meters. Everything is constructed here, once.
 */
@NullMarked
package io.appmetrics.operator.runtime;

import org.jspecify.annotations.NullMarked;
