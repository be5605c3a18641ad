/** The policies of the mesh, resolved: tables. */
@NullMarked
package io.appmetrics.operator.mesh;

import org.jspecify.annotations.NullMarked;
