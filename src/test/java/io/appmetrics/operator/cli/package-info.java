@NullMarked
package io.appmetrics.operator.cli;

import org.jspecify.annotations.NullMarked;
