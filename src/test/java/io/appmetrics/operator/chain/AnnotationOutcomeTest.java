package io.appmetrics.operator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.chain.AnnotationOutcome.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A workload's template and its pods are written one after the other: one outcome tells of all. */
class AnnotationOutcomeTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          UP_TO_DATE, UP_TO_DATE, UP_TO_DATE, of the template
          UP_TO_DATE, WRITTEN,    WRITTEN,    of the pod
          UP_TO_DATE, AGAIN,      AGAIN,      of the pod
          UP_TO_DATE, REFUSED,    REFUSED,    of the pod
          WRITTEN,    UP_TO_DATE, WRITTEN,    of the template
          WRITTEN,    WRITTEN,    WRITTEN,    of the pod
          WRITTEN,    AGAIN,      AGAIN,      of the pod
          WRITTEN,    REFUSED,    REFUSED,    of the pod
          AGAIN,      WRITTEN,    AGAIN,      of the template
          AGAIN,      REFUSED,    AGAIN,      of the template
          CONFLICT,   WRITTEN,    CONFLICT,   of the template
          CONFLICT,   REFUSED,    CONFLICT,   of the template
          REVERTED,   WRITTEN,    REVERTED,   of the template
          OWNED,      WRITTEN,    OWNED,      of the template
          OWNED,      REFUSED,    OWNED,      of the template
          REFUSED,    WRITTEN,    REFUSED,    of the template
          REFUSED,    UP_TO_DATE, REFUSED,    of the template
          """)
  void thenAPod(Kind template, Kind pod, Kind both, String message) {
    AnnotationOutcome outcome =
        new AnnotationOutcome(template, "of the template", 2)
            .and(new AnnotationOutcome(pod, "of the pod", 0));

    assertThat(outcome.kind()).isEqualTo(both);
    assertThat(outcome.templateWrites()).as("a pod is no template").isEqualTo(2);
    assertThat(outcome.message()).isEqualTo(message);
  }

  /** What is up to date on the last pod must not hide what was refused on the first. */
  @Test
  void noPodHidesTheOneBeforeIt() {
    AnnotationOutcome upToDate = new AnnotationOutcome(Kind.UP_TO_DATE, "", 1);
    AnnotationOutcome refused = new AnnotationOutcome(Kind.REFUSED, "no", 0);
    AnnotationOutcome written = new AnnotationOutcome(Kind.WRITTEN, "", 0);

    assertThat(upToDate.and(refused).and(written).and(upToDate))
        .isEqualTo(new AnnotationOutcome(Kind.REFUSED, "no", 1));
    assertThat(upToDate.and(written).and(refused).and(upToDate))
        .isEqualTo(new AnnotationOutcome(Kind.REFUSED, "no", 1));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          UP_TO_DATE, false
          WRITTEN,    true
          AGAIN,      true
          CONFLICT,   false
          REVERTED,   false
          OWNED,      false
          REFUSED,    false
          """)
  void whatWasSeenIsOutdated(Kind kind, boolean outdated) {
    assertThat(new AnnotationOutcome(kind, "", 0).isOutdated()).isEqualTo(outdated);
  }
}
