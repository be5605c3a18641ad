@NullMarked
package io.appmetrics.operator.appmetrics;

import org.jspecify.annotations.NullMarked;
