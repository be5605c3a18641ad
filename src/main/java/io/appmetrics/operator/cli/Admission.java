package io.appmetrics.operator.cli;

import io.appmetrics.operator.schema.Checked;
import io.appmetrics.operator.schema.FieldPath;
import io.appmetrics.operator.schema.Schema;
import io.appmetrics.operator.schema.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the API server would say of the AppMetrics among the inputs, by the definition we ship. */
final class Admission {
  /** What every object has; the status comes from the operator, and the API server drops it. */
  private static final Set<String> COMMON = Set.of("apiVersion", "kind", "metadata", "status");

  private static final Pattern LABEL = Pattern.compile("(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern SUBDOMAIN =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private final Crd crd;
  private final Map<String, Manifest> first = new HashMap<>();
  private final List<Declared> taken = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();

  private Admission(Crd crd) {
    this.crd = crd;
  }

  /**
   * Reads what they declare.
   *
   * @throws Misuse when one of them would be refused; with all that is wrong with any
   */
  static List<Declared> of(List<Manifest> manifests) throws Misuse {
    if (manifests.isEmpty()) {
      return List.of();
    }
    Admission admission = new Admission(Crd.shipped());
    manifests.forEach(admission::judge);
    if (!admission.refused.isEmpty()) {
      throw new Misuse(admission.refused);
    }
    return admission.taken;
  }

  private void judge(Manifest manifest) {
    String version = String.valueOf(manifest.value().get("apiVersion"));
    @Nullable Schema schema = crd.versions().get(version.substring(Crd.GROUP.length()));
    if (manifest.name().isEmpty()) {
      refused.add(manifest.position() + ": this AppMetrics has no metadata.name; give it one");
    } else if (schema == null) {
      refuse(
          manifest,
          manifest.at(new FieldPath(List.of("apiVersion"))),
          "no matches for kind \"AppMetrics\" in version \"%s\"; there is %s%s"
              .formatted(version, Crd.GROUP, String.join(", ", crd.versions().keySet())));
    } else if (isFirst(manifest)) {
      metadata(manifest);
      judge(manifest, schema);
    }
  }

  /** Source: apimachinery, pkg/util/validation; and what JSON decodes into a map of strings. */
  private void metadata(Manifest manifest) {
    if (!SUBDOMAIN.matcher(manifest.name()).matches()) {
      invalid(
          manifest,
          List.of("metadata", "name"),
          manifest.name(),
          "must be at most 253 of a-z, 0-9, - and ., and begin and end each part between dots with a letter or digit");
    }
    if (!LABEL.matcher(manifest.namespace()).matches()) {
      invalid(
          manifest,
          List.of("metadata", "namespace"),
          manifest.namespace(),
          "must be at most 63 of a-z, 0-9 and -, and begin and end with a letter or digit");
    }
    for (String field : List.of("labels", "annotations")) {
      manifest
          .metadata(field, Map.of())
          .forEach(
              (key, value) -> {
                if (!(value instanceof String)) {
                  invalid(
                      manifest,
                      List.of("metadata", field, String.valueOf(key)),
                      value,
                      "must be a string: put it into quotes");
                }
              });
    }
  }

  private void invalid(Manifest manifest, List<Object> path, @Nullable Object value, String rule) {
    FieldPath field = new FieldPath(path);
    String shown = value instanceof String text ? '"' + text + '"' : String.valueOf(value);
    refuse(manifest, manifest.at(field), "%s: Invalid value: %s: %s".formatted(field, shown, rule));
  }

  private void judge(Manifest manifest, Schema schema) {
    Map<Object, @Nullable Object> own = new LinkedHashMap<>(manifest.value());
    own.keySet().removeAll(COMMON);
    Checked checked = Checked.of(schema, own);
    checked.violations().stream()
        .sorted(Comparator.comparing(violation -> position(manifest, violation)))
        .forEach(
            violation -> refuse(manifest, position(manifest, violation), violation.toString()));
    if (checked.violations().isEmpty()) {
      taken.add(Declared.of(manifest, checked.value()));
    }
  }

  private static Manifest.Position position(Manifest manifest, Violation violation) {
    return violation.kind() == Violation.Kind.UNKNOWN_FIELD
        ? manifest.key(violation.path())
        : manifest.at(violation.path());
  }

  /** The API server would take the second for an edit of the first. */
  private boolean isFirst(Manifest manifest) {
    Manifest other = first.putIfAbsent(manifest.namespace() + "/" + manifest.name(), manifest);
    if (other != null) {
      refuse(
          manifest,
          manifest.position(),
          "this name stands at %s already; remove one of the two".formatted(other.position()));
    }
    return other == null;
  }

  private void refuse(Manifest manifest, Manifest.Position position, String message) {
    refused.add(
        "%s: AppMetrics %s/%s: %s"
            .formatted(position, manifest.namespace(), manifest.name(), message));
  }
}
