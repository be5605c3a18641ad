@NullMarked
package io.appmetrics.operator.relabel;

import org.jspecify.annotations.NullMarked;
