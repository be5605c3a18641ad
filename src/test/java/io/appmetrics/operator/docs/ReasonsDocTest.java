package io.appmetrics.operator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.appmetrics.operator.chain.Declaration;
import io.appmetrics.operator.chain.Link;
import io.appmetrics.operator.chain.Reason;
import io.appmetrics.operator.docs.Markdown.Section;
import io.appmetrics.operator.prometheus.Installation;
import io.appmetrics.operator.relabel.Shard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/reasons.md against the reasons, the links that give them, and their messages. */
class ReasonsDocTest {
  private static final Markdown DOC = Markdown.read("docs/reasons.md");

  /** The reasons that are no link's: StatusReport gives them. */
  private static final List<String> OF_NO_LINK =
      List.of("Verified", "NotChecked", "PrometheusJoining", "Suspended");

  /** A class that names reasons for a link without being one. */
  private static final String ERRORS_OF_TARGETS = "ScrapeError";

  /** Two words in a row: less fixed text would fit any sentence. */
  private static final Pattern TELLING = Pattern.compile("[A-Za-z]{2,} [a-z]{2,}");

  /** Where messages are made. */
  private static final List<String> PACKAGES =
      List.of(
          Reason.class.getPackageName(),
          Installation.class.getPackageName(),
          Shard.class.getPackageName());

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(PACKAGES);

  @Test
  void everyReasonHasOneEntryAndEveryEntryAReason() {
    List<String> reasons =
        Stream.concat(Arrays.stream(Reason.values()).map(Reason::toString), OF_NO_LINK.stream())
            .toList();
    assertThat(entries().map(Section::heading))
        .as("headings of the third level in %s", DOC.file())
        .containsExactlyInAnyOrderElementsOf(reasons);
  }

  @Test
  void theReasonsOfNoLinkAreThoseOfTheStatus() throws Exception {
    assertThat(constants("io.appmetrics.operator.chain.StatusReport")).containsAll(OF_NO_LINK);
  }

  @Test
  void everyEntryNamesTheLinksThatGiveIt() {
    SortedMap<String, Set<String>> links = linksByReason();
    for (Reason reason : Reason.values()) {
      assertThat(List.of(DOC.section(reason.toString()).item("Link").split(", ", -1)))
          .as("links of %s", reason)
          .containsExactlyElementsOf(links.getOrDefault(reason.name(), Set.of()));
    }
  }

  @Test
  void everyEntryStandsBelowOneOfItsLinks() {
    String link = "";
    for (Section section : DOC.sections()) {
      if (section.level() == 2) {
        link = section.heading();
      } else if (isLinks(section)) {
        assertThat(section.item("Link")).as("link of %s", section.heading()).contains(link);
      }
    }
  }

  @Test
  void everyEntrySaysWhoActs() {
    for (Reason reason : Reason.values()) {
      String who =
          switch (reason.remedy()) {
            case PENDING -> "time, then you";
            case HUMAN -> "you";
            case IGNORANCE -> "nobody knows";
          };
      assertThat(DOC.section(reason.toString()).item("Who acts"))
          .as("who acts on %s", reason)
          .isEqualTo(who);
    }
  }

  @Test
  void everyEntryHasACauseAndACure() {
    for (Reason reason : Reason.values()) {
      Section entry = DOC.section(reason.toString());
      assertThat(entry.item("Cause")).as("cause of %s", reason).endsWith(".");
      assertThat(entry.item("Cure")).as("cure of %s", reason).endsWith(".");
    }
  }

  @Test
  void everyMessageBeginsAsTheProductsDoes() throws Exception {
    List<Pattern> templates = new ArrayList<>();
    for (JavaClass type : MAIN) {
      constants(type.getName()).stream()
          .filter(constant -> TELLING.matcher(constant).find())
          .map(ReasonsDocTest::template)
          .forEach(templates::add);
    }
    for (Section entry : entries().toList()) {
      assertThat(entry.code("text")).as("messages of %s", entry.heading()).isNotEmpty();
      for (String message : entry.code("text")) {
        assertThat(templates.stream().anyMatch(t -> t.matcher(squeezed(message)).lookingAt()))
            .as("a message of the product that begins as:%n%s", message)
            .isTrue();
      }
    }
  }

  @Test
  void everyScrapeErrorIsQuotedWithItsAdvice() throws Exception {
    List<String> words =
        constants("io.appmetrics.operator.chain." + ERRORS_OF_TARGETS).stream()
            .map(ReasonsDocTest::squeezed)
            .toList();
    for (String reason : reasonsOf(ERRORS_OF_TARGETS)) {
      Section entry = DOC.section(Reason.valueOf(reason).toString());
      if (!entry.item("Link").equals(Link.TARGETS_UP.condition())) {
        continue;
      }
      for (String message : entry.code("text")) {
        String advice = squeezed(message).replaceAll("^.*?ofpod.*?:|\\(Prometheus:.*$", "");
        assertThat(words).as("advice in the message of %s", reason).contains(advice);
      }
    }
  }

  private static Stream<Section> entries() {
    return DOC.sections().stream().filter(section -> section.level() == 3);
  }

  private static boolean isLinks(Section section) {
    return section.level() == 3 && !OF_NO_LINK.contains(section.heading());
  }

  /** Which link's class names which reason, by the reason's constant. */
  private static SortedMap<String, Set<String>> linksByReason() {
    SortedMap<String, Set<String>> links = new TreeMap<>();
    for (Link link : Link.values()) {
      for (String reason : reasonsOf(link.condition())) {
        links.computeIfAbsent(reason, r -> new TreeSet<>()).add(link.condition());
      }
    }
    // what render says, too
    reasonsOf(Declaration.class.getSimpleName())
        .forEach(
            reason ->
                links.computeIfAbsent(reason, r -> new TreeSet<>()).add(Link.ACCEPTED.condition()));
    // an error for which an earlier link has a reason has broken that one
    reasonsOf(ERRORS_OF_TARGETS)
        .forEach(reason -> links.putIfAbsent(reason, Set.of(Link.TARGETS_UP.condition())));
    return links;
  }

  private static Set<String> reasonsOf(String simpleName) {
    return MAIN
        .get(Reason.class.getPackageName() + "." + simpleName)
        .getFieldAccessesFromSelf()
        .stream()
        .filter(access -> access.getTargetOwner().isEquivalentTo(Reason.class))
        .map(access -> access.getTarget().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> constants(String type) throws ClassNotFoundException, IOException {
    return ClassConstants.of(Class.forName(type));
  }

  /** Where a document breaks its lines does not matter. */
  private static String squeezed(String text) {
    return text.replaceAll("\\s+", "");
  }

  private static Pattern template(String constant) {
    return Pattern.compile(
        Stream.of(squeezed(constant).split("%[sd]|\u0001", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*?")));
  }
}
