package io.appmetrics.operator.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.ClusterTest;
import io.appmetrics.operator.deploy.Deployed;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process, as a user at a terminal and the kubelet see it. */
@ClusterTest
class MainIT {
  private static final int SIGTERM = 128 + 15;

  private Path directory;

  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void home(@TempDir Path home) {
    directory = home;
  }

  @Test
  void help() throws Exception {
    Ended help = run(Map.of(), "--help");
    assertThat(help.code()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out())
        .startsWith("Usage: java -jar appmetrics-operator.jar [COMMAND]\n")
        .contains("  APPMETRICS_SLOTS\n", "      1 to 64; default 8\n");
  }

  @Test
  void version() throws Exception {
    assertThat(run(Map.of(), "--version").out()).startsWith("appmetrics-operator ");
  }

  @Test
  void unknownCommand() throws Exception {
    Ended unknown = run(Map.of(), "walk");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.out()).isEmpty();
    assertThat(unknown.err())
        .isEqualTo("appmetrics-operator: there is no command walk; --help lists what there is\n");
  }

  private record Refused(Map<String, String> environment, String line) {}

  @Test
  void whatIsMissingIsOneLine() throws Exception {
    Path broken = Files.writeString(directory.resolve("broken"), "token: {a: s3cret");
    Path without = Files.writeString(directory.resolve("without"), "clusters: []\nkind: Config\n");
    List<Refused> cases =
        List.of(
            new Refused(
                Map.of("APPMETRICS_SLOTS", "0"), "APPMETRICS_SLOTS=0 is refused: it takes 1 to 64"),
            new Refused(
                Map.of(),
                "nothing names a cluster: there is no KUBECONFIG, no ~/.kube/config, and this is no"
                    + " pod; set KUBECONFIG to a kubeconfig file\n"),
            new Refused(
                Map.of("KUBECONFIG", "/none"),
                "KUBECONFIG names /none, which is no file; name one, or unset it to use"
                    + " ~/.kube/config\n"),
            new Refused(
                Map.of("KUBECONFIG", without.toString()),
                without + " has no current context; choose one: kubectl config use-context NAME\n"),
            new Refused(
                Map.of("KUBECONFIG", broken.toString()),
                "the kubeconfig cannot be read: while parsing a flow mapping in reader, line 1"));
    for (Refused refused : cases) {
      Ended ended = run(refused.environment(), "run");
      assertThat(ended.err()).startsWith("appmetrics-operator: " + refused.line());
      assertThat(ended.err().lines()).hasSize(1);
      assertThat(ended.err()).doesNotContain("s3cret");
      assertThat(ended.code()).isEqualTo(1);
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsOneLine(Cluster cluster) throws Exception {
    String gone = cluster.admin().yaml().replace(cluster.admin().server(), "https://127.0.0.1:1");
    Ended ended =
        run(Map.of("KUBECONFIG", Files.writeString(directory.resolve("gone"), gone).toString()));
    assertThat(ended.err())
        .isEqualTo(
            "appmetrics-operator: the API server at https://127.0.0.1:1 cannot be reached:"
                + " connection refused; is it up, and is KUBECONFIG right?\n");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void servesUntilItIsToldToEnd(Cluster cluster) throws Exception {
    String namespace = cluster.namespace("istio-system").name();
    Deployed deployed = Deployed.install(cluster.admin());
    deployed.grantInstallation(namespace, "prometheus", "istio.default");
    Path kubeconfig = deployed.operator().writeTo(directory.resolve("kubeconfig"));
    Path err = directory.resolve("err");
    Process process =
        start(
            Map.of(
                "KUBECONFIG",
                kubeconfig.toString(),
                "APPMETRICS_PROMETHEUS",
                namespace + "/deployment/prometheus",
                "APPMETRICS_ROOT_NAMESPACE",
                namespace,
                "APPMETRICS_NAMESPACES",
                namespace,
                "APPMETRICS_HTTP_ADDRESS",
                "127.0.0.1:0",
                "APPMETRICS_SLOT",
                "4",
                "APPMETRICS_LOG",
                "json"),
            err);
    try {
      int port = await().atMost(Duration.ofSeconds(60)).until(() -> port(process, err), p -> p > 0);
      await().untilAsserted(() -> assertThat(get(port, "/readyz")).startsWith("200"));
      assertThat(get(port, "/livez")).isEqualTo("200 [+]operator\nok\n");
      assertThat(get(port, "/metrics")).contains("\nappmetrics_poll_seconds_count{installation=");

      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(SIGTERM);
      List<String> messages = messages(err);
      assertThat(messages)
          .contains("APPMETRICS_SLOT is set, but is no setting; see --help")
          .endsWith("stopping", "stopped");
    } finally {
      process.destroyForcibly();
    }
  }

  private static int port(Process process, Path err) throws IOException {
    String text = Files.readString(err);
    assertThat(process.isAlive()).as(text).isTrue();
    Matcher port = Pattern.compile("health at port (\\d+)").matcher(text);
    return port.find() ? Integer.parseInt(port.group(1)) : 0;
  }

  /** Every line is one of the log. */
  private static List<String> messages(Path err) throws IOException {
    ObjectMapper json = new ObjectMapper();
    return Files.readAllLines(err).stream()
        .map(
            line -> {
              try {
                return json.readTree(line).required("message").asText();
              } catch (IOException e) {
                throw new AssertionError(line, e);
              }
            })
        .toList();
  }

  private static String get(int port, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() + " " + answer.body();
  }

  private Ended run(Map<String, String> environment, String... arguments) throws Exception {
    Path err = directory.resolve("err");
    Process process = start(environment, err, arguments);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(
        process.exitValue(),
        new String(process.getInputStream().readAllBytes(), UTF_8),
        Files.readString(err));
  }

  private Process start(Map<String, String> environment, Path err, String... arguments)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(
                    Stream.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Duser.home=" + directory,
                        "-cp",
                        classPath(),
                        Main.class.getName()),
                    Stream.of(arguments))
                .toList());
    builder.environment().clear();
    builder.environment().put("HOME", directory.toString());
    builder.environment().putAll(environment);
    return builder.redirectError(err.toFile()).start();
  }

  /** Without the tests' own resources, whose log configuration would win. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
