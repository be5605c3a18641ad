/**
 * What a schema of a CustomResourceDefinition makes of an object: the defaults that it fills in,
 * and every violation, in the words of the API server. The schema is read, not restated; a keyword
 * that is not known here is refused when it is read. Objects are trees of Maps by Strings, Lists,
 * Strings, Longs, Doubles, Booleans and nulls. Pure; imports {@code cel}.
 */
@NullMarked
package io.appmetrics.operator.schema;

import org.jspecify.annotations.NullMarked;
