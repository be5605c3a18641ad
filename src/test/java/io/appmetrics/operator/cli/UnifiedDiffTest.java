package io.appmetrics.operator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnifiedDiffTest {

  @Test
  void isEmptyWhereNothingDiffers() {
    assertThat(UnifiedDiff.of("f", "a\n", "a\n")).isEmpty();
  }

  @Test
  void showsWhatChanges() {
    assertThat(UnifiedDiff.of("f", "1\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n"))
        .isEqualTo("--- f\n+++ f\n@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n+five\n");
  }

  @Test
  void makesAFile() {
    assertThat(UnifiedDiff.of("f", null, "a\nb\n"))
        .isEqualTo("--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    assertThat(UnifiedDiff.of("f", "", "a\n")).isEqualTo("--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
  }

  @Test
  void emptiesAFile() {
    assertThat(UnifiedDiff.of("f", "a\n", "")).isEqualTo("--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n");
  }

  @Test
  void tellsALastLineWithoutLineFeed() {
    assertThat(UnifiedDiff.of("f", "a\nb", "a\nb\nc\n"))
        .isEqualTo("--- f\n+++ f\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n");
    assertThat(UnifiedDiff.of("f", "a\nb", "A\nb"))
        .isEqualTo("--- f\n+++ f\n@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n");
  }

  @Test
  void keepsCarriageReturns() {
    assertThat(UnifiedDiff.of("f", "a\r\nb\r\n", "a\r\nb\r\nc\r\n"))
        .isEqualTo("--- f\n+++ f\n@@ -1,2 +1,3 @@\n a\r\n b\r\n+c\r\n");
    assertThat(UnifiedDiff.of("f", "a\r\n", "a\n"))
        .isEqualTo("--- f\n+++ f\n@@ -1,1 +1,1 @@\n-a\r\n+a\n");
  }
}
