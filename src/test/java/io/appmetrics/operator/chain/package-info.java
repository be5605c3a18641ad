@NullMarked
package io.appmetrics.operator.chain;

import org.jspecify.annotations.NullMarked;
