package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.IncludedFile;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What stands in the ConfigMap beside our jobs, and may be why they are refused. */
final class OtherText {
  private OtherText() {}

  /**
   * Equal for data that differ by our jobs alone.
   *
   * @param configKey the key of the configuration
   */
  static String hash(Map<String, String> data, String configKey) {
    SortedMap<String, String> others = new TreeMap<>(data);
    others
        .entrySet()
        .removeIf(
            entry ->
                entry.getKey().equals(IncludedFile.NAME)
                    && IncludedFile.read(entry.getValue()).isPresent());
    others.computeIfPresent(configKey, (key, text) -> BlockText.cutOutOf(text));
    Fingerprint hash = new Fingerprint();
    others.forEach(
        (key, value) -> {
          hash.add((key + "=" + value.length() + ":").getBytes(StandardCharsets.UTF_8));
          hash.add(value.getBytes(StandardCharsets.UTF_8));
        });
    return hash.digits();
  }
}
