/** The manifests of {@code deploy/}: what they hold, and that they hold the operator to it. */
@NullMarked
package io.appmetrics.operator.deploy;

import org.jspecify.annotations.NullMarked;
