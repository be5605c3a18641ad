/**
 * The real programs of the test cluster: which versions, how they are built with Go, and how they
 * are tied to the life of this JVM. Knows nothing of Kubernetes.
 */
@NullMarked
package io.appmetrics.operator.cluster.program;

import org.jspecify.annotations.NullMarked;
