package io.appmetrics.operator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.chain.Link;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No document leads nowhere. */
class LinksTest {

  static Stream<String> documents() {
    return Stream.of(
        "README.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/benchmarks.md",
        "docs/operations.md",
        "docs/reasons.md",
        "docs/support.md",
        "docs/user-guide.md");
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyLinkLeadsSomewhere(String name) {
    Markdown document = Markdown.read(name);
    for (String link : document.links()) {
      if (!link.contains("://")) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? Path.of(name) : Path.of(name).resolveSibling(file);
        assertThat(target).as("link %s of %s", link, name).exists();
        if (hash >= 0) {
          assertThat(Markdown.read(target.toString()).anchors())
              .as("link %s of %s", link, name)
              .contains(link.substring(hash + 1));
        }
      }
    }
  }

  @Test
  void everyDocumentIsTested() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("docs"))) {
      assertThat(files.map(Path::toString).filter(file -> file.endsWith(".md")))
          .isSubsetOf(documents().toList());
    }
  }

  @Test
  void thePictureInTheReadmeHasEveryLinkInItsOrder() {
    assertThat(Markdown.read("README.md").section("The chain").code("text"))
        .singleElement()
        .asString()
        .containsSubsequence(Stream.of(Link.values()).map(Link::condition).toList());
  }
}
