package io.appmetrics.operator.prometheus;

import static io.appmetrics.operator.prometheus.SeenInstallation.WORKLOAD;
import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.apiserver.ApiFailure;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said, and what is left of the facts, when the API server shows nothing. */
class UnreadableTest {
  private final RuntimeException cause = new IllegalStateException("Illegal character");

  private String words(ApiFailure.Kind kind) {
    return Unreadable.of(
            WORKLOAD,
            "ConfigMap istio-system/prometheus-v2",
            "get, list, watch and update on configmaps with resourceNames [prometheus-v2]",
            new ApiFailure(kind, "the API server's words"),
            cause)
        .words();
  }

  @Test
  void namesTheObjectAndTheRole() {
    assertThat(words(ApiFailure.Kind.REFUSED))
        .isEqualTo(
            "The operator may not read ConfigMap istio-system/prometheus-v2 (the API server's"
                + " words), so nothing can be said of what Prometheus is to run: allow get, list,"
                + " watch and update on configmaps with resourceNames [prometheus-v2] in Role"
                + " appmetrics-operator-installation of namespace istio-system"
                + " (deploy/installation; docs/operations.md, \"Another Prometheus\")");
  }

  @Test
  void saysThatNobodyAnswers() {
    assertThat(words(ApiFailure.Kind.UNAVAILABLE))
        .isEqualTo(words(ApiFailure.Kind.OVERTAKEN))
        .isEqualTo(
            "The API server does not show ConfigMap istio-system/prometheus-v2 (the API server's"
                + " words), so nothing can be said of what Prometheus is to run: see whether it is"
                + " well, and whether the operator reaches it");
  }

  @Test
  void tellsOfAFailureThatNobodyForesaw() {
    assertThat(Unreadable.of(WORKLOAD, cause).words())
        .isEqualTo(
            "The operator fails to look at Deployment istio-system/prometheus"
                + " (java.lang.IllegalStateException: Illegal character): its log has more");
  }

  @Test
  void claimsNothingOfTheConfigurationAndKeepsWhatWasLastKnown() {
    ScrapeFacts before = SeenInstallation.well().decide().facts();
    ScrapeFacts after = ScrapeFacts.unreadable(WORKLOAD, before, "why");

    assertThat(after.config())
        .isEqualTo(new ConfigFacts(ConfigFacts.State.UNREADABLE, "", "why", SlotJobs.none(), null));
    assertThat(after.config().isInTheWay()).isTrue();
    assertThat(after.replicas()).isEqualTo(List.of(before.replicas().get(0).lost("why")));
    assertThat(after.replicas().get(0).reachable()).isFalse();
    assertThat(after.certificates()).isEqualTo(before.certificates());
    assertThat(after.scrapeInterval()).isEqualTo(before.scrapeInterval());
    assertThat(FactsChange.between(before, after).everybody()).isTrue();
    assertThat(ScrapeFacts.unreadable(WORKLOAD, after, "why")).as("no news").isEqualTo(after);
  }

  @Test
  void saysWhatIsInTheWayAlsoBeforeAnythingWasKnown() {
    ScrapeFacts facts = ScrapeFacts.unreadable(WORKLOAD, null, "why");

    assertThat(facts.config().message()).isEqualTo("why");
    assertThat(facts.replicas()).isEmpty();
    assertThat(facts.scrapeInterval()).isEqualTo(Duration.ofMinutes(1));
  }
}
