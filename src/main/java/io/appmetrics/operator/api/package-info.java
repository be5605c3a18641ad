/**
 * The custom resource: what a user may declare and what the operator says about it.
 *
 * <p>Records only. Imports Jackson and the fabric8 model and schema annotations, nothing of ours.
 */
@NullMarked
package io.appmetrics.operator.api;

import org.jspecify.annotations.NullMarked;
