/**
 * What the mesh demands of whoever calls a port of a pod: its policies, resolved as Istio does.
 *
 * <p>Pure. Imports nothing of ours; no Kubernetes client, no HTTP, no clock.
 */
@NullMarked
package io.appmetrics.operator.mesh;

import org.jspecify.annotations.NullMarked;
