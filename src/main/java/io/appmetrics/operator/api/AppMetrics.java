package io.appmetrics.operator.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A declaration of the workloads whose metrics the mesh's Prometheus is to scrape. */
@Group(AppMetrics.GROUP)
@Version(AppMetrics.VERSION)
@Plural("appmetrics")
@Singular("appmetrics")
@ShortNames("am")
public class AppMetrics extends CustomResource<AppMetricsSpec, AppMetricsStatus>
    implements Namespaced {

  /** The API group, and the prefix of every annotation that the operator owns. */
  public static final String GROUP = "appmetrics.io";

  /** The version that is served and stored. */
  public static final String VERSION = "v1alpha1";

  private static final long serialVersionUID = 1L;
}
