package io.appmetrics.operator.cluster.program;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The programs of the test cluster, each pinned by a go.mod below {@code src/test/cluster}. */
public enum Binary {
  ETCD("etcd", "3.6.16", "etcd", "go.etcd.io/etcd/server/v3", Duration.ofSeconds(60)),
  KUBE_APISERVER(
      "kubernetes",
      "1.36.3",
      "kube-apiserver",
      "k8s.io/kubernetes/cmd/kube-apiserver",
      Duration.ofMinutes(4)),
  KUBE_CONTROLLER_MANAGER(
      "kubernetes",
      "1.36.3",
      "kube-controller-manager",
      "k8s.io/kubernetes/cmd/kube-controller-manager",
      Duration.ofSeconds(90)),
  PROMETHEUS_3(
      "prometheus",
      "3.16.0",
      "prometheus",
      "github.com/prometheus/prometheus/cmd/prometheus",
      Duration.ofMinutes(3)),
  PROMTOOL(
      "prometheus",
      "3.16.0",
      "promtool",
      "github.com/prometheus/prometheus/cmd/promtool",
      Duration.ofSeconds(30)),
  PROMETHEUS_2(
      "prometheus",
      "2.42.0",
      "prometheus",
      "github.com/prometheus/prometheus/cmd/prometheus",
      Duration.ofMinutes(3)),
  /** Stands for 2.9 to 2.40: a rotated client certificate is seen on new connections only. */
  PROMETHEUS_2_37(
      "prometheus",
      "2.37.0",
      "prometheus",
      "github.com/prometheus/prometheus/cmd/prometheus",
      Duration.ofMinutes(3)),
  /** Stands for all up to 2.7: a pool whose certificates were missing stays broken for good. */
  PROMETHEUS_2_5(
      "prometheus",
      "2.5.0",
      "prometheus",
      "github.com/prometheus/prometheus/cmd/prometheus",
      Duration.ofMinutes(1));

  private final String project;
  private final String version;
  private final String program;
  private final String goPackage;
  private final Duration about;

  Binary(String project, String version, String program, String goPackage, Duration about) {
    this.project = project;
    this.version = version;
    this.program = program;
    this.goPackage = goPackage;
    this.about = about;
  }

  /** Every Prometheus. */
  public static Set<Binary> prometheis() {
    return EnumSet.of(PROMETHEUS_3, PROMETHEUS_2, PROMETHEUS_2_37, PROMETHEUS_2_5);
  }

  /** The folder of its go.mod below {@code src/test/cluster}, such as {@code etcd-3.6.16}. */
  public String module() {
    return project + "-" + version;
  }

  /** The name of the executable. */
  public String program() {
    return program;
  }

  /** The version without a leading v. */
  public String version() {
    return version;
  }

  /** How long a build takes on two cores with cold caches. */
  public Duration about() {
    return about;
  }

  @Override
  public String toString() {
    return program + " " + version;
  }

  /** What {@code go} is called with, but for the output file; part of the key of a built binary. */
  List<String> buildArguments() {
    // readonly: a go.sum that lacks something fails here, and is not mended in silence
    var arguments = new ArrayList<>(List.of("build", "-mod=readonly", "-trimpath"));
    var ldflags = "-s -w";
    switch (project) {
      case "kubernetes" -> {
        var minor = version.split("\\.", -1);
        var prefix = " -X k8s.io/component-base/version.";
        ldflags +=
            prefix
                + "gitVersion=v"
                + version
                + prefix
                + "gitMajor="
                + minor[0]
                + prefix
                + "gitMinor="
                + minor[1];
      }
      case "prometheus" -> {
        if (!version.startsWith("2.5.")) {
          // every other discovery's SDK left out: a third of the download
          arguments.add("-tags");
          arguments.add("netgo,remove_all_sd,enable_kubernetes_sd");
        }
        if (version.startsWith("2.37.")) {
          // it reaches into the runtime by names that Go no longer lends
          ldflags += " -checklinkname=0";
        }
        ldflags += " -X github.com/prometheus/common/version.Version=" + version;
      }
      default -> {}
    }
    arguments.add("-ldflags");
    arguments.add(ldflags);
    return List.copyOf(arguments);
  }

  /** The Go package that holds its main function. */
  String goPackage() {
    return goPackage;
  }
}
