@NullMarked
package io.appmetrics.operator.apiserver;

import org.jspecify.annotations.NullMarked;
