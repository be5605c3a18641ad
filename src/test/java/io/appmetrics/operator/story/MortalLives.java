package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.cli.MortalOperator;
import io.appmetrics.operator.cluster.TestNamespace;
import io.appmetrics.operator.cluster.program.Lifeline;
import io.appmetrics.operator.deploy.Deployed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The operator as a process that is killed at a given moment of each of its lives but the last, and
 * started again, as a kubelet does.
 */
final class MortalLives implements OperatorUnderTest {
  private static final int SECONDS_TO_END = 10;

  private final Path directory;
  private final Map<String, String> environment;
  private final List<Integer> deaths;
  private final List<Process> lives = new ArrayList<>();
  private boolean closed;

  private MortalLives(Path directory, Map<String, String> environment, List<Integer> deaths) {
    this.directory = directory;
    this.environment = environment;
    this.deaths = deaths;
  }

  /**
   * Starts the first life.
   *
   * @param directory for what it writes, one for each test
   * @param deaths the number of the last moment of each life but the last, from 1
   */
  static MortalLives start(
      Path directory,
      List<Integer> deaths,
      Map<String, String> settings,
      TestNamespace istio,
      TestNamespace... served) {
    Definitions.establish(istio.cluster());
    Deployed deployed = Deployed.install(istio.cluster().admin());
    deployed.grantInstallation(istio.name(), "prometheus", "istio.default");
    Map<String, String> environment = OperatorUnderTest.environment(settings, istio, served);
    try {
      environment.put(
          "KUBECONFIG",
          deployed.operator().writeTo(directory.resolve("operator.kubeconfig")).toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var lives = new MortalLives(directory, environment, deaths);
    lives.next();
    return lives;
  }

  private synchronized void next() {
    if (closed) {
      return;
    }
    int life = lives.size();
    boolean last = life >= deaths.size();
    var builder =
        Lifeline.tie(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1", // it lives for seconds
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    MortalOperator.class.getName(),
                    moments(life).toString(),
                    String.valueOf(last ? 0 : deaths.get(life))))
            .redirectErrorStream(true)
            .redirectOutput(log(life).toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("APPMETRICS_"));
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      lives.add(process);
      if (!last) {
        var unused = process.onExit().thenRun(this::next);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path moments(int life) {
    return directory.resolve("moments-" + life);
  }

  private Path log(int life) {
    return directory.resolve("operator-" + life + ".log");
  }

  /** How often it was killed so far. */
  synchronized int killed() {
    return lives.size() - 1;
  }

  /** What it did in each of its lives, a line for each moment. */
  synchronized List<List<String>> moments() {
    var moments = new ArrayList<List<String>>();
    for (int life = 0; life < lives.size(); life++) {
      moments.add(lines(moments(life)));
    }
    return moments;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often something was done, in all of its lives. */
  long done(String deed) {
    return moments().stream()
        .flatMap(List::stream)
        .filter(moment -> moment.equals(deed + " AFTER"))
        .count();
  }

  /** Each life but the last has ended by being killed, and the last one goes on. */
  synchronized void assertKilledAsTold() {
    for (int life = 0; life < lives.size() - 1; life++) {
      assertThat(lives.get(life).exitValue())
          .as(String.join("\n", lines(log(life))))
          .isEqualTo(MortalOperator.KILLED);
    }
    Process last = lives.get(lives.size() - 1);
    assertThat(last.isAlive()).as(String.join("\n", lines(log(lives.size() - 1)))).isTrue();
  }

  /** What it logged in all of its lives. */
  synchronized String log() {
    var log = new StringBuilder();
    for (int life = 0; life < lives.size(); life++) {
      log.append("life ").append(life).append('\n');
      lines(log(life)).forEach(line -> log.append("  ").append(line).append('\n'));
    }
    return log.toString();
  }

  @Override
  public void close() {
    List<Process> started;
    synchronized (this) {
      closed = true;
      started = List.copyOf(lives);
    }
    try {
      for (Process process : started) {
        process.destroyForcibly();
        assertThat(process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)).as("it ends").isTrue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
