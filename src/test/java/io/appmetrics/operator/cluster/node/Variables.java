package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The environment of a container, and what its arguments become in it. */
record Variables(Map<String, String> values) {

  // "$$" is a dollar; "$(NAME)" a reference (source:
  // k8s.io/kubernetes/third_party/forked/golang/expansion)
  private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([^)]*)\\)");

  /**
   * The variables of the container, those of {@code base} included.
   *
   * @throws NotYet when one refers to something missing
   */
  static Variables of(
      Container container, PodFields fields, Map<String, String> base, Sources sources)
      throws NotYet {
    var variables = new Variables(new LinkedHashMap<>(base));
    if (container.getEnvFrom() != null && !container.getEnvFrom().isEmpty()) {
      throw new NotYet("LocalNode does not know envFrom");
    }
    for (var variable : container.getEnv()) {
      var value = variables.value(variable, fields, sources);
      if (value != null) {
        variables.values.put(variable.getName(), value);
      }
    }
    return variables;
  }

  /** The texts with their references replaced; what refers to nothing stays as it is. */
  List<String> expand(List<String> texts) {
    return texts.stream().map(this::expand).toList();
  }

  /** The text with its references replaced. */
  String expand(String text) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            match -> {
              var name = match.group(1);
              return Matcher.quoteReplacement(
                  name == null ? "$" : values.getOrDefault(name, match.group()));
            });
  }

  private @Nullable String value(EnvVar variable, PodFields fields, Sources sources) throws NotYet {
    var from = variable.getValueFrom();
    if (from == null) {
      return expand(Objects.requireNonNullElse(variable.getValue(), ""));
    }
    var namespace = fields.pod().getMetadata().getNamespace();
    if (from.getFieldRef() != null) {
      return fields.value(from.getFieldRef().getFieldPath());
    }
    if (from.getConfigMapKeyRef() != null) {
      var ref = from.getConfigMapKeyRef();
      var map = sources.configMap(namespace, ref.getName()).map(m -> m.getData());
      return found(
          map.orElse(null), "configmap", ref.getName(), ref.getKey(), ref.getOptional(), namespace);
    }
    if (from.getSecretKeyRef() != null) {
      var ref = from.getSecretKeyRef();
      var data = sources.secret(namespace, ref.getName()).map(s -> s.getData());
      var value =
          found(
              data.orElse(null),
              "secret",
              ref.getName(),
              ref.getKey(),
              ref.getOptional(),
              namespace);
      return value == null
          ? null
          : new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    }
    throw new NotYet("LocalNode does not know resourceFieldRef");
  }

  private static @Nullable String found(
      @Nullable Map<String, String> data,
      String kind,
      String name,
      String key,
      @Nullable Boolean optional,
      String namespace)
      throws NotYet {
    var value = data == null ? null : data.get(key);
    if (value == null && !Boolean.TRUE.equals(optional)) {
      throw new NotYet(
          data == null
              ? "%s \"%s\" not found".formatted(kind, name)
              : "couldn't find key %s in %s %s/%s".formatted(key, kind, namespace, name));
    }
    return value;
  }
}
