package io.appmetrics.operator.api;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
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
@Categories("istio")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = AdditionalPrinterColumn.Type.STRING,
    getDescription = "True: every declared endpoint is an up target of Prometheus.")
@AdditionalPrinterColumn(
    name = "Scraped",
    jsonPath = ".status.summary",
    type = AdditionalPrinterColumn.Type.STRING,
    getDescription = "Endpoints scraped / declared.")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = AdditionalPrinterColumn.Type.STRING,
    getDescription = "Why Ready is what it is, an entry of docs/reasons.md.")
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    getDescription = "Time since the resource was created.")
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1,
    getDescription = "What is the case, and what to do about it.")
@JsonClassDescription(
    """
    AppMetrics declares which workloads of its namespace serve metrics, and on which ports. The \
    operator makes the mesh's Prometheus scrape them, with mutual TLS where the mesh demands it. \
    Ready=True means that every declared endpoint is an up target of Prometheus; anything else \
    names the first link of the chain that does not hold, and what to do about it.\
    """)
public class AppMetrics extends CustomResource<AppMetricsSpec, AppMetricsStatus>
    implements Namespaced {

  /** The API group, and the prefix of every annotation that the operator owns. */
  public static final String GROUP = "appmetrics.io";

  /** The version that is served and stored. */
  public static final String VERSION = "v1alpha1";

  private static final long serialVersionUID = 1L;

  /** Here for its annotation only: without a spec there is nothing to scrape. */
  @Required
  @Override
  public AppMetricsSpec getSpec() {
    return super.getSpec();
  }
}
