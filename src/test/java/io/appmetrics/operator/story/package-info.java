/** What users live through, told on a real API server with a real Prometheus. */
@NullMarked
package io.appmetrics.operator.story;

import org.jspecify.annotations.NullMarked;
