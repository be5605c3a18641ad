package io.appmetrics.operator.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives every test of the class, and its {@code @BeforeEach}, a {@link Cluster} as a parameter.
 *
 * <p>That is a view of the one cluster of this JVM or, with {@code -Dcluster=kubeconfig}, of the
 * cluster that KUBECONFIG names; what a test makes through it goes when the test ends.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ClusterExtension.class)
public @interface ClusterTest {}
