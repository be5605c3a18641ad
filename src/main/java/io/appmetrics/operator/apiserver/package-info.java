/** What the answers of the API server mean to whoever asked. Imports nothing of this project. */
@NullMarked
package io.appmetrics.operator.apiserver;

import org.jspecify.annotations.NullMarked;
