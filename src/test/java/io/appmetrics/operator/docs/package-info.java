/** Holds what the documents say against what the code says. */
@NullMarked
package io.appmetrics.operator.docs;

import org.jspecify.annotations.NullMarked;
