/**
 * The text of a Prometheus configuration: our jobs, our block, and the splice that leaves every
 * other byte as it was.
 *
 * <p>Pure. Imports the YAML composer and nothing else of the world.
 */
@NullMarked
package io.appmetrics.operator.scrapeconfig;

import org.jspecify.annotations.NullMarked;
