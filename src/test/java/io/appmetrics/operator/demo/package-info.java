/**
 * What {@code ./demo} plays: the whole way on a local cluster, each step verified as it is told. It
 * is the user's view: it imports the test cluster, the custom resource's classes, and of the
 * product nothing else but the names of the links; the operator is the jar, in its own process.
 */
@NullMarked
package io.appmetrics.operator.demo;

import org.jspecify.annotations.NullMarked;
