package io.appmetrics.operator;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.appmetrics.operator.api.AppMetrics;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which package may know of what: decisions are pure, and dependencies go one way. */
class ArchitectureTest {

  private static final String ROOT = "io.appmetrics.operator";

  /** Each may import those before it. */
  private static final List<String> ORDER =
      List.of(
          "cel",
          "schema",
          "api",
          "apiserver",
          "mesh",
          "scrapeconfig",
          "relabel",
          "route",
          "prometheus",
          "chain",
          "appmetrics",
          "runtime",
          "cli");

  /** The classes of {@code prometheus} that do IO; all others there decide. */
  private static final Set<String> EDGE_OF_PROMETHEUS =
      Set.of(
          "Alarm",
          "InstallationAccess",
          "InstallationLoop",
          "PrometheusApi",
          "ReplicaPoll",
          "Watches");

  /** What would make a decision differ from one time to the next. */
  private static final Set<String> OUTSIDE =
      Set.of(
          "System.currentTimeMillis",
          "System.nanoTime",
          "System.getenv",
          "System.getProperty",
          "Instant.now",
          "LocalDate.now",
          "LocalDateTime.now",
          "OffsetDateTime.now",
          "ZonedDateTime.now",
          "Math.random",
          "UUID.randomUUID",
          "ThreadLocalRandom.current");

  private static final JavaClasses ALL = new ClassFileImporter().importPackages(ROOT);

  private static final JavaClasses MAIN =
      ALL.that(
          DescribedPredicate.describe(
              "are in main",
              type ->
                  type.getSource().stream()
                      .noneMatch(source -> source.getUri().getPath().contains("/test-classes/"))));

  private static final DescribedPredicate<JavaClass> PURE =
      resideInAnyPackage(
              ROOT + ".cel..",
              ROOT + ".schema..",
              ROOT + ".api..",
              ROOT + ".mesh..",
              ROOT + ".scrapeconfig..",
              ROOT + ".relabel..",
              ROOT + ".route..",
              ROOT + ".chain..")
          .or(resideInAPackage(ROOT + ".prometheus..").and(not(edgeOfPrometheus())))
          .as("pure classes");

  private static DescribedPredicate<JavaClass> edgeOfPrometheus() {
    return DescribedPredicate.describe(
        "do IO",
        type ->
            EDGE_OF_PROMETHEUS.contains(
                type.getName().replaceFirst(".*\\.", "").replaceFirst("\\$.*", "")));
  }

  @Test
  void pureClassesKnowNothingOfTheWorld() {
    noClasses()
        .that(PURE)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "io.fabric8.kubernetes.client..",
                    "io.javaoperatorsdk..",
                    "java.net.http..",
                    "java.nio.file..",
                    "io.micrometer..",
                    "org.slf4j..")
                .and(not(belongToAnyOf(CustomResource.class)))
                .or(
                    belongToAnyOf(
                        java.time.Clock.class,
                        java.net.Socket.class,
                        java.net.URLConnection.class,
                        java.io.File.class,
                        java.io.FileInputStream.class,
                        java.io.FileOutputStream.class,
                        java.util.Random.class,
                        Thread.class)))
        .because("what they decide follows from what they are given, and a table can test it")
        .check(MAIN);
  }

  @Test
  void pureClassesAskNeitherTheClockNorTheEnvironmentNorChance() {
    noClasses()
        .that(PURE)
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "it is the time, the environment or chance",
                access -> OUTSIDE.contains(signature(access))))
        .because("time, environment and chance come in through constructors")
        .check(MAIN);
  }

  private static String signature(JavaAccess<?> access) {
    return access.getTargetOwner().getSimpleName() + "." + access.getName();
  }

  @Test
  void onlyTheResourceItselfIsAClassOfTheClient() {
    noClasses()
        .that(not(belongToAnyOf(AppMetrics.class)).and(PURE))
        .should()
        .dependOnClassesThat(belongToAnyOf(CustomResource.class))
        .check(MAIN);
  }

  @Test
  void kubernetesObjectsAreUnwrappedBeforeAnythingIsDecided() {
    noClasses()
        .that(
            resideInAnyPackage(
                ROOT + ".mesh..",
                ROOT + ".scrapeconfig..",
                ROOT + ".relabel..",
                ROOT + ".route..",
                ROOT + ".chain.."))
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.fabric8..").and(not(belongToAnyOf(IntOrString.class))))
        .because("a generated model is null where one least expects it; gather unwraps it, once")
        .check(MAIN);
  }

  @Test
  void dependenciesGoOneWay() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
    for (int i = 0; i < ORDER.size(); i++) {
      var later = ORDER.subList(i + 1, ORDER.size());
      if (!later.isEmpty()) {
        noClasses()
            .that(resideInAPackage(ROOT + "." + ORDER.get(i) + ".."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    later.stream().map(name -> ROOT + "." + name + "..").toArray(String[]::new)))
            .check(MAIN);
      }
    }
  }

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    var packages =
        MAIN.stream()
            .map(
                type ->
                    type.getPackageName().substring(ROOT.length() + 1).replaceFirst("\\..*", ""))
            .collect(Collectors.toSet());

    assertThat(packages).containsExactlyInAnyOrderElementsOf(ORDER);
  }

  /** By its source: the package-info of the tests would hide that the one of main is missing. */
  @Test
  void everyPackageIsNullMarked() throws IOException {
    var unmarked = new ArrayList<Path>();
    try (var files = Files.walk(Path.of("src", "main", "java"))) {
      var packages =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(Path::getParent)
              .collect(Collectors.toCollection(TreeSet::new));
      for (var directory : packages) {
        var info = directory.resolve("package-info.java");
        if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
          unmarked.add(directory);
        }
      }
    }

    assertThat(unmarked).isEmpty();
  }

  @Test
  void namesComeFromTheDomain() {
    classes()
        .should()
        .haveNameNotMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl)")
        .andShould()
        .haveNameNotMatching(".*[.$](Abstract|Base)[A-Z].*")
        .check(ALL);
  }

  @Test
  void theEdgeIsNamedRightly() {
    assertThat(EDGE_OF_PROMETHEUS)
        .allSatisfy(
            name -> assertThat(MAIN.contain(ROOT + ".prometheus." + name)).as(name).isTrue());
  }
}
