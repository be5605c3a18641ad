package io.appmetrics.operator.demo;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.LocalCluster;
import io.appmetrics.operator.cluster.program.Binaries;
import io.appmetrics.operator.cluster.program.BinaryMissing;
import io.appmetrics.operator.cluster.program.BuildProgress;
import io.appmetrics.operator.cluster.program.Lifeline;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What the script {@code demo} runs: sets up a cluster, tells the story, and cleans up. */
public final class Demo {
  private static final int LOG_LINES = 15;

  private static final int VERIFIED = 0;
  private static final int FAILED = 1;

  private final Act act;
  private final PrintStream out;
  private final Terminal terminal;
  private final Stopwatch time;
  private final boolean keep;

  private Demo(Act act, PrintStream out, Terminal terminal, Stopwatch time, boolean keep) {
    this.act = act;
    this.out = out;
    this.terminal = terminal;
    this.time = time;
    this.keep = keep;
  }

  /**
   * Exits with 0 when every step was verified, else with 1.
   *
   * @param args {@code --keep}, {@code istio-1.0}, or nothing
   */
  public static void main(String[] args) {
    var out =
        new PrintStream(
            new FileOutputStream(FileDescriptor.out),
            false,
            Charset.forName(System.getProperty("native.encoding")));
    var time = new Stopwatch(System::nanoTime);
    var live = Boolean.getBoolean("demo.terminal");
    var terminal =
        new Terminal(
            out,
            time,
            live,
            live && System.getenv().getOrDefault("NO_COLOR", "").isEmpty(),
            live ? Integer.getInteger("demo.width", 80) : 0);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> terminal.end("ending the cluster and all that runs in it"), "end"));
    var code =
        new Demo(Act.of(List.of(args)), out, terminal, time, List.of(args).contains("--keep"))
            .run();
    System.exit(code);
  }

  private int run() {
    try {
      var directory = Files.createTempDirectory("appmetrics-demo-");
      Lifeline.sweep(directory.toString()).start();
      terminal.heading(
          "AppMetrics: Ready means scraped. On a real API server, with a real Prometheus.");
      var local =
          LocalCluster.start(
              new Binaries(System.getenv(), BuildProgress.lines(out)),
              EnumSet.of(act.prometheus()),
              step -> terminal.event("starting " + step));
      var cluster = Cluster.of(local);
      return tell(new Story(act, terminal, cluster, directory), cluster, directory);
    } catch (BinaryMissing e) {
      return failed("the cluster's programs", e);
    } catch (IOException | RuntimeException e) {
      return failed("the cluster", e);
    }
  }

  private int tell(Story story, Cluster cluster, Path directory) throws IOException {
    try {
      var told = story.tell();
      if (keep) {
        summarise(told.findings());
        keep(cluster, told, directory);
        return VERIFIED;
      }
      told.findings().add(story.tellEnd(told));
      summarise(told.findings());
      return VERIFIED;
    } catch (RuntimeException e) {
      var code = failed(story.current(), e);
      showLog(directory.resolve(OperatorProcess.LOG));
      return code;
    }
  }

  /** The directory goes with this process, and the cause may stand there only. */
  private void showLog(Path log) throws IOException {
    if (Files.isRegularFile(log)) {
      terminal.detail("the end of the operator's log:");
      var lines = Files.readAllLines(log);
      lines
          .subList(Math.max(0, lines.size() - LOG_LINES), lines.size())
          .forEach(terminal::verbatim);
    }
  }

  private void summarise(List<Story.Finding> findings) {
    terminal.heading("All verified, in " + Stopwatch.seconds(time.elapsed()));
    var last = "";
    for (var finding : findings) {
      var word = finding.word().equals(last) ? "" : finding.word();
      terminal.entry(word, finding.sentence());
      last = finding.word();
    }
  }

  /** Until Ctrl-C. */
  private void keep(Cluster cluster, Story.Told told, Path directory) throws IOException {
    var kubeconfig = cluster.admin().writeTo(directory.resolve("kubeconfig"));
    terminal.heading("The cluster is kept; Ctrl-C ends it");
    terminal.verbatim("export KUBECONFIG=" + kubeconfig);
    terminal.verbatim("kubectl get appmetrics -A");
    terminal.verbatim("Prometheus: " + told.declared().watched().prometheus().url());
    terminal.verbatim("the operator's log: " + told.operator().log());
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int failed(String where, Exception e) {
    terminal.heading("FAILED: " + where);
    terminal.detail(String.valueOf(e instanceof StepFailed ? e.getMessage() : e));
    return FAILED;
  }
}
