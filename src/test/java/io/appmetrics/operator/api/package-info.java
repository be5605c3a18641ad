/** The custom resource: its generated definition, and what the API server makes of it. */
@NullMarked
package io.appmetrics.operator.api;

import org.jspecify.annotations.NullMarked;
