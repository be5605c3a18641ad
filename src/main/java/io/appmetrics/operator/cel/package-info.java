/**
 * The rules of a CustomResourceDefinition: as much of the Common Expression Language as ours are
 * written in. Whatever else the language has is refused when a rule is read, so that no rule is
 * ever taken for what it is not. Pure; imports nothing of ours.
 *
 * <p>Not Google's cel-java: it reads the first rule after a second of the processor, which is all
 * that a command has.
 */
@NullMarked
package io.appmetrics.operator.cel;

import org.jspecify.annotations.NullMarked;
