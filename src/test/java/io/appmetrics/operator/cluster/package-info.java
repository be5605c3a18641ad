/** The test cluster. */
@NullMarked
package io.appmetrics.operator.cluster;

import org.jspecify.annotations.NullMarked;
