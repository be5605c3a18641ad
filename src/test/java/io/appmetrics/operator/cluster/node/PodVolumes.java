package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The volumes of one pod, each a directory on this machine. */
final class PodVolumes {

  private static final int DEFAULT_MODE = 0644;

  private final Path directory;
  private final Sources sources;
  private final Map<String, String> tokens = new HashMap<>();

  PodVolumes(Path directory, Sources sources) {
    this.directory = directory;
    this.sources = sources;
  }

  /** The directory of a volume. */
  Path path(String volume) {
    return directory.resolve(volume);
  }

  /**
   * True when the volume's files are swapped, so that what was taken of it once stays as it was.
   */
  static boolean isProjection(Volume volume) {
    return volume.getEmptyDir() == null;
  }

  /** True when any volume takes from this ConfigMap or Secret. */
  static boolean refersTo(Pod pod, HasMetadata source) {
    var name = source.getMetadata().getName();
    return pod.getSpec().getVolumes().stream()
        .anyMatch(
            volume -> source instanceof ConfigMap ? maps(volume, name) : secrets(volume, name));
  }

  private static boolean maps(Volume volume, String name) {
    return (volume.getConfigMap() != null && name.equals(volume.getConfigMap().getName()))
        || (volume.getProjected() != null
            && volume.getProjected().getSources().stream()
                .anyMatch(
                    s -> s.getConfigMap() != null && name.equals(s.getConfigMap().getName())));
  }

  private static boolean secrets(Volume volume, String name) {
    return (volume.getSecret() != null && name.equals(volume.getSecret().getSecretName()))
        || (volume.getProjected() != null
            && volume.getProjected().getSources().stream()
                .anyMatch(s -> s.getSecret() != null && name.equals(s.getSecret().getName())));
  }

  /**
   * Brings every volume up to date.
   *
   * @throws NotYet when something that is not optional is missing; the other volumes are up to date
   */
  void project(PodFields fields) throws IOException, NotYet {
    NotYet missing = null;
    for (var volume : fields.pod().getSpec().getVolumes()) {
      try {
        project(volume, fields);
      } catch (NotYet e) {
        missing =
            new NotYet(
                "MountVolume.SetUp failed for volume \"%s\" : %s"
                    .formatted(volume.getName(), e.why()));
      }
    }
    if (missing != null) {
      throw missing;
    }
  }

  private void project(Volume volume, PodFields fields) throws IOException, NotYet {
    var path = path(volume.getName());
    if (volume.getEmptyDir() != null) {
      Files.createDirectories(path);
      return;
    }
    var files = new TreeMap<String, ProjectedFile>();
    if (volume.getConfigMap() != null) {
      var source = volume.getConfigMap();
      var mode = mode(source.getDefaultMode(), DEFAULT_MODE);
      addConfigMap(
          files, fields, source.getName(), source.getItems(), mode, optional(source.getOptional()));
    } else if (volume.getSecret() != null) {
      var source = volume.getSecret();
      var mode = mode(source.getDefaultMode(), DEFAULT_MODE);
      addSecret(
          files,
          fields,
          source.getSecretName(),
          source.getItems(),
          mode,
          optional(source.getOptional()));
    } else if (volume.getDownwardAPI() != null) {
      var mode = mode(volume.getDownwardAPI().getDefaultMode(), DEFAULT_MODE);
      addFields(files, fields, volume.getDownwardAPI().getItems(), mode);
    } else if (volume.getProjected() != null) {
      addProjected(files, fields, volume.getProjected());
    } else {
      throw new NotYet("LocalNode has only configMap, secret, projected, downwardAPI and emptyDir");
    }
    new AtomicDirectory(path).write(files);
  }

  private void addProjected(
      Map<String, ProjectedFile> files, PodFields fields, ProjectedVolumeSource projected)
      throws NotYet {
    var mode = mode(projected.getDefaultMode(), DEFAULT_MODE);
    for (var source : projected.getSources()) {
      if (source.getConfigMap() != null) {
        var map = source.getConfigMap();
        addConfigMap(
            files, fields, map.getName(), map.getItems(), mode, optional(map.getOptional()));
      } else if (source.getSecret() != null) {
        var secret = source.getSecret();
        addSecret(
            files,
            fields,
            secret.getName(),
            secret.getItems(),
            mode,
            optional(secret.getOptional()));
      } else if (source.getDownwardAPI() != null) {
        addFields(files, fields, source.getDownwardAPI().getItems(), mode);
      } else if (source.getServiceAccountToken() != null) {
        var token = source.getServiceAccountToken();
        var audience = token.getAudience() == null ? "" : token.getAudience();
        // once per pod: the API server lets the default kind live for a year
        var text =
            tokens.computeIfAbsent(
                audience, a -> sources.token(fields.pod(), a, token.getExpirationSeconds()));
        files.put(token.getPath(), ProjectedFile.of(text, mode));
      } else {
        throw new NotYet("LocalNode does not know this source of a projected volume");
      }
    }
  }

  private void addConfigMap(
      Map<String, ProjectedFile> files,
      PodFields fields,
      String name,
      @Nullable List<KeyToPath> items,
      int mode,
      boolean optional)
      throws NotYet {
    var map = sources.configMap(fields.pod().getMetadata().getNamespace(), name);
    if (map.isEmpty() && !optional) {
      throw new NotYet("configmap \"" + name + "\" not found");
    }
    select(files, map.map(PodVolumes::content).orElse(Map.of()), items, mode, optional, "config");
  }

  private void addSecret(
      Map<String, ProjectedFile> files,
      PodFields fields,
      String name,
      @Nullable List<KeyToPath> items,
      int mode,
      boolean optional)
      throws NotYet {
    var secret = sources.secret(fields.pod().getMetadata().getNamespace(), name);
    if (secret.isEmpty() && !optional) {
      throw new NotYet("secret \"" + name + "\" not found");
    }
    select(
        files, secret.map(PodVolumes::content).orElse(Map.of()), items, mode, optional, "secret");
  }

  private static void addFields(
      Map<String, ProjectedFile> files,
      PodFields fields,
      List<DownwardAPIVolumeFile> items,
      int mode)
      throws NotYet {
    for (var item : items) {
      if (item.getFieldRef() == null) {
        throw new NotYet("LocalNode does not know resourceFieldRef");
      }
      files.put(
          item.getPath(),
          ProjectedFile.of(
              fields.value(item.getFieldRef().getFieldPath()), mode(item.getMode(), mode)));
    }
  }

  private static void select(
      Map<String, ProjectedFile> files,
      Map<String, byte[]> content,
      @Nullable List<KeyToPath> items,
      int mode,
      boolean optional,
      String kind)
      throws NotYet {
    if (items == null || items.isEmpty()) {
      content.forEach((key, bytes) -> files.put(key, new ProjectedFile(bytes, mode)));
      return;
    }
    for (var item : items) {
      var bytes = content.get(item.getKey());
      if (bytes != null) {
        files.put(item.getPath(), new ProjectedFile(bytes, mode(item.getMode(), mode)));
      } else if (!optional) {
        throw new NotYet("references non-existent " + kind + " key: " + item.getKey());
      }
    }
  }

  private static Map<String, byte[]> content(ConfigMap map) {
    var content = new HashMap<String, byte[]>();
    if (map.getData() != null) {
      map.getData().forEach((k, v) -> content.put(k, v.getBytes(StandardCharsets.UTF_8)));
    }
    if (map.getBinaryData() != null) {
      map.getBinaryData().forEach((k, v) -> content.put(k, Base64.getDecoder().decode(v)));
    }
    return content;
  }

  private static Map<String, byte[]> content(Secret secret) {
    var content = new HashMap<String, byte[]>();
    if (secret.getData() != null) {
      secret.getData().forEach((k, v) -> content.put(k, Base64.getDecoder().decode(v)));
    }
    return content;
  }

  private static int mode(@Nullable Integer mode, int otherwise) {
    return mode == null ? otherwise : mode;
  }

  private static boolean optional(@Nullable Boolean optional) {
    return Boolean.TRUE.equals(optional);
  }
}
