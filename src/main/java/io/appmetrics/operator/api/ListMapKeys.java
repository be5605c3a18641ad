package io.appmetrics.operator.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The properties by which the items of a list are told apart: they are unique, and server-side
 * apply merges item by item. A list without it is replaced as a whole.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
@interface ListMapKeys {
  String[] value();
}
