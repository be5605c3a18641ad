@NullMarked
package io.appmetrics.operator.scrapeconfig;

import org.jspecify.annotations.NullMarked;
