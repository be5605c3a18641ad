/** Tests of {@code cel}. */
@NullMarked
package io.appmetrics.operator.cel;

import org.jspecify.annotations.NullMarked;
