package io.appmetrics.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.appmetrics.operator.prometheus.InstallationAccess;
import io.appmetrics.operator.prometheus.InstallationAccess.Settings;
import io.appmetrics.operator.prometheus.RestartPolicy;
import io.appmetrics.operator.prometheus.ShardedPolicy;
import io.appmetrics.operator.prometheus.WorkloadRef;
import io.appmetrics.operator.scrapeconfig.ScrapeLimits;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Several Prometheis in one setting. */
class InstallationListTest {
  private static final String MESH = "istio-system/deployment/prometheus";

  private static Settings standalone(
      URI url, String certificates, RestartPolicy restarts, ShardedPolicy sharded) {
    return new Settings(
        new WorkloadRef("monitoring", "prometheus"),
        url,
        certificates,
        "appmetrics-system",
        restarts,
        sharded);
  }

  @Test
  void whatIsNotSaidOfOneHoldsForAll() throws CannotStart {
    OperatorConfig config =
        OperatorConfig.from(
            Map.of(
                "APPMETRICS_PROMETHEUS",
                MESH
                    + ";\n  monitoring/Deployment/prometheus  restarts=Never restart-pause=1h"
                    + " restarts-per-day=1 shards=Refuse url=http://localhost:9091/"
                    + " certificates=/etc/own/;\n",
                "APPMETRICS_RESTARTS",
                "OnCertificates",
                "APPMETRICS_SHARDS",
                "ScrapeAll",
                "APPMETRICS_CERTIFICATES",
                "/etc/certs"));
    assertThat(config.installations())
        .containsExactly(
            new Settings(
                new WorkloadRef("istio-system", "prometheus"),
                null,
                "/etc/certs",
                "appmetrics-system",
                new RestartPolicy(RestartPolicy.When.ON_CERTIFICATES, Duration.ofMinutes(10), 3),
                ShardedPolicy.SCRAPE_ALL),
            standalone(
                URI.create("http://localhost:9091"),
                "/etc/own",
                new RestartPolicy(RestartPolicy.When.NEVER, Duration.ofHours(1), 1),
                ShardedPolicy.REFUSE));
  }

  @Test
  void aLimitOfOneGoesBeforeThatOfAll() throws CannotStart {
    assertThat(
            OperatorConfig.from(
                    Map.of(
                        "APPMETRICS_PROMETHEUS",
                        MESH
                            + "; a/deployment/b sample-limit=0 label-limit=1"
                            + " label-name-length-limit=2 label-value-length-limit=3"
                            + " body-size-limit=4MB",
                        "APPMETRICS_SAMPLE_LIMIT",
                        "50000",
                        "APPMETRICS_BODY_SIZE_LIMIT",
                        "10MB"))
                .installations())
        .extracting(Settings::limits)
        .containsExactly(
            new ScrapeLimits(50_000, 0, 0, 0, "10MB"), new ScrapeLimits(0, 1, 2, 3, "4MB"));
  }

  @Test
  void oneMayPullFromAnother() throws CannotStart {
    assertThat(
            OperatorConfig.from(
                    Map.of(
                        "APPMETRICS_PROMETHEUS",
                        "a/deployment/b federate=%1$s; %1$s; c/deployment/d federate=%1$s federate-url=http://p.istio-system:9090"
                            .formatted(MESH)))
                .installations())
        .extracting(Settings::federate)
        .containsExactly(
            new InstallationAccess.Federate(new WorkloadRef("istio-system", "prometheus"), null),
            null,
            new InstallationAccess.Federate(
                new WorkloadRef("istio-system", "prometheus"),
                URI.create("http://p.istio-system:9090")));
  }

  @Test
  void theStatesOfTwoAreTwo() {
    assertThat(
            List.of(new WorkloadRef("a-b", "c"), new WorkloadRef("a", "b-c")).stream()
                .map(Settings::stateName))
        .containsExactly("appmetrics-a-b.c", "appmetrics-a.b-c");
  }

  private record Refused(String list, String why) {}

  static List<Refused> refusals() {
    return List.of(
        new Refused(
            MESH + ";" + MESH, "Deployment istio-system/prometheus is named twice: name it once"),
        new Refused(MESH + "; monitoring", "\"monitoring\" is no Deployment"),
        new Refused(";", "it names none"),
        new Refused(
            MESH + " restart=Never",
            "\"restart=Never\" behind Deployment istio-system/prometheus is no setting: there are"
                + " url=, certificates=, restarts=, restart-pause=, restarts-per-day=, shards=, sample-limit=,"
                + " label-limit=, label-name-length-limit=, label-value-length-limit=,"
                + " body-size-limit=, federate=, federate-url="),
        new Refused(
            MESH + " Never",
            "\"Never\" behind Deployment istio-system/prometheus is no setting: there are url=,"
                + " certificates=, restarts=, restart-pause=, restarts-per-day=, shards=, sample-limit=,"
                + " label-limit=, label-name-length-limit=, label-value-length-limit=,"
                + " body-size-limit=, federate=, federate-url="),
        new Refused(
            MESH + " federate=other/deployment/prometheus",
            "Deployment istio-system/prometheus is to pull from Deployment other/prometheus, which"
                + " is none of those in the list that scrape"),
        new Refused(
            MESH + " federate=" + MESH,
            "Deployment istio-system/prometheus is to pull from Deployment istio-system/prometheus,"
                + " which is none of those in the list that scrape"),
        new Refused(
            MESH + " federate=prometheus",
            "federate of Deployment istio-system/prometheus takes <namespace>/deployment/<name>,"
                + " another one of the list, and not \"prometheus\""),
        new Refused(
            MESH + " federate-url=http://prometheus:9090",
            "federate-url of Deployment istio-system/prometheus says where, and not from which of"
                + " the list: add federate="),
        new Refused(
            MESH + " shards=Refuse shards=ScrapeAll",
            "shards of Deployment istio-system/prometheus is said twice: say it once"),
        new Refused(
            MESH + " restarts=never",
            "restarts of Deployment istio-system/prometheus takes WhenProven, OnCertificates or"
                + " Never, and not \"never\""),
        new Refused(
            MESH + " restarts-per-day=0",
            "restarts-per-day of Deployment istio-system/prometheus takes 1 to 48, and not \"0\""));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses(Refused refused) {
    assertThatThrownBy(() -> OperatorConfig.from(Map.of("APPMETRICS_PROMETHEUS", refused.list())))
        .isInstanceOf(CannotStart.class)
        .hasMessageContaining(" is refused: " + refused.why() + "; it takes ");
  }

  @Test
  void oneAddressIsNotThatOfSeveral() {
    assertThatThrownBy(
            () ->
                OperatorConfig.from(
                    Map.of(
                        "APPMETRICS_PROMETHEUS",
                        MESH + ";monitoring/deployment/prometheus",
                        "APPMETRICS_PROMETHEUS_URL",
                        "http://localhost:9090")))
        .hasMessageContaining(
            "APPMETRICS_PROMETHEUS_URL would be the address of each of them: write url=... behind"
                + " each in its place");
  }
}
