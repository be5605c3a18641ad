/**
 * LocalNode, the only imitation of the test cluster: a small kubelet for the few images of the
 * tests. What it promises is said, and held against a real kubelet, by the contract suite; what it
 * leaves out is said in {@link LocalNode}.
 */
@NullMarked
package io.appmetrics.operator.cluster.node;

import org.jspecify.annotations.NullMarked;
