package io.appmetrics.operator.cli;

import io.appmetrics.operator.schema.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;

/**
 * The CustomResourceDefinition that this jar was built with.
 *
 * @param versions the schema of each version that is served
 */
record Crd(Map<String, Schema> versions) {
  static final String GROUP = "appmetrics.io/";

  /** A line that begins such a part; what is indented more goes with it. */
  private static final Pattern PASSED_OVER = Pattern.compile(" *(?:description|status):.*");

  private static final String RESOURCE = "/crds/appmetrics.appmetrics.io.yaml";

  /** The file of {@code crds/}, which the build puts into the jar. */
  static Crd shipped() {
    try (InputStream in = Objects.requireNonNull(Crd.class.getResourceAsStream(RESOURCE))) {
      return of(essence(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Without prose, and without what judges a status, which no input has: most of the text, and
   * reading them would take a third of the command's time.
   */
  static String essence(String text) {
    StringBuilder essence = new StringBuilder();
    int cut = Integer.MAX_VALUE;
    for (String line : text.split("\n", -1)) {
      int indent = line.length() - line.stripLeading().length();
      cut = indent > cut ? cut : PASSED_OVER.matcher(line).matches() ? indent : Integer.MAX_VALUE;
      if (cut == Integer.MAX_VALUE) {
        essence.append(line).append('\n');
      }
    }
    return essence.toString();
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when its schema is not understood, to the last keyword
   */
  static Crd of(String text) {
    try {
      Object crd =
          new YamlValues()
              .of(
                  new Compose(LoadSettings.builder().build())
                      .composeString(text)
                      .orElseThrow(() -> new IllegalArgumentException("this is empty")));
      Map<String, Schema> versions = new TreeMap<>();
      if (at(crd, "spec", "versions") instanceof Iterable<?> all) {
        for (Object version : all) {
          if (Boolean.TRUE.equals(at(version, "served"))) {
            versions.put(
                at(version, "name").toString(),
                Schema.of(at(version, "schema", "openAPIV3Schema")));
          }
        }
      }
      return new Crd(versions);
    } catch (YamlValues.Unread e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object at(@Nullable Object from, String... path) {
    Object at = from;
    for (String key : path) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    if (at == null) {
      throw new IllegalArgumentException("there is no " + String.join(".", path));
    }
    return at;
  }
}
