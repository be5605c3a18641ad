package io.appmetrics.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class CrdFileTest {

  @Test
  void theCommittedFileIsWhatTheRecordsSay() throws IOException {
    if (System.getProperty("crds.write") != null) {
      Files.writeString(CrdFile.PATH, CrdFile.render());
    }
    assertThat(
            Files.exists(CrdFile.PATH) && Files.readString(CrdFile.PATH).equals(CrdFile.render()))
        .withFailMessage(
            "%s is stale: the records in src/main say something else. Run: %s",
            CrdFile.PATH, CrdFile.COMMAND)
        .isTrue();
  }
}
