@NullMarked
package io.appmetrics.operator.prometheus;

import org.jspecify.annotations.NullMarked;
