@NullMarked
package io.appmetrics.operator.route;

import org.jspecify.annotations.NullMarked;
