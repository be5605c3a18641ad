@NullMarked
package io.appmetrics.operator.runtime;

import org.jspecify.annotations.NullMarked;
