package io.appmetrics.operator.scrapeconfig;

import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What an edit costs: {@code mvn verify -Pbench -DskipTests}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class SpliceBench {

  private static final String ADDON = "istio-modern-addon-prometheus.yaml";

  /** The one of Istio's addon, and its jobs again and again, up to 900 KiB. */
  @Param({"addon", "900 KiB"})
  public String file;

  private String text;
  private String spliced;
  private ScrapeBlock block;

  @Setup
  public void read() throws Exception {
    text =
        IstioConfigsTest.shipped()
            .filter(shipped -> shipped.file().equals(ADDON))
            .findFirst()
            .orElseThrow()
            .text();
    if (!file.equals("addon")) {
      text = repeated(text);
    }
    var slots = new TreeSet<>(List.of(1, 2));
    block =
        ScrapeBlock.render(
            new SlotJobs(slots, slots),
            PrometheusVersion.parse("3.16.0"),
            new TlsFiles("/etc/certs/ca", "/etc/certs/cert", "/etc/certs/key"));
    spliced = PrometheusYaml.parse(text).with(block);
  }

  private static String repeated(String addon) {
    var at = addon.indexOf("- job_name:");
    var jobs = addon.substring(at).stripTrailing() + "\n";
    var all = new StringBuilder(addon.substring(0, at));
    for (var i = 0; all.length() < 900 * 1024; i++) {
      all.append(jobs.replaceAll("(- job_name: )(\\S+)", "$1$2-" + i));
    }
    return all.toString();
  }

  @Benchmark
  public String splice() throws UnparsableConfig {
    return PrometheusYaml.parse(text).with(block);
  }

  @Benchmark
  public String nothingToDo() throws UnparsableConfig {
    return PrometheusYaml.parse(spliced).with(block);
  }

  @Benchmark
  public String takeOut() throws UnparsableConfig {
    return PrometheusYaml.parse(spliced).without();
  }
}
