package io.appmetrics.operator.cluster.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One start of one container: its arguments and variables, and where its mounts lie on this
 * machine.
 *
 * @param podDirectory the pod's own directory, in whose {@value #VOLUMES} the volumes lie
 * @param log the file for its output
 */
record ContainerInstance(
    Container spec,
    String podName,
    List<String> command,
    List<String> arguments,
    Map<String, String> environment,
    String address,
    Path podDirectory,
    List<Mount> mounts,
    Path log) {

  /** Below a pod's directory, so that a program whose root that is can follow links to volumes. */
  static final String VOLUMES = ".volumes";

  /** A path in the container, and the file or directory on this machine that it leads to. */
  record Mount(String path, Path source) {}

  /**
   * Where each mount of the container leads, longest paths last. A subPath into a projected volume
   * is a copy that never changes again (source: kubernetes issue 50345).
   */
  static List<Mount> mounts(
      Container spec, List<Volume> podVolumes, PodVolumes volumes, Variables variables, int start)
      throws IOException {
    var mounts = new ArrayList<Mount>();
    for (var mount : spec.getVolumeMounts()) {
      var path = Path.of(mount.getMountPath()).normalize().toString();
      var source = volumes.path(mount.getName());
      var subPath = subPath(mount, variables);
      if (!subPath.isEmpty()) {
        source = source.resolve(subPath);
        if (!Files.exists(source)) {
          // so does the kubelet, whatever was meant
          Files.createDirectories(source);
        }
        if (podVolumes.stream()
            .anyMatch(v -> v.getName().equals(mount.getName()) && PodVolumes.isProjection(v))) {
          var name = "..frozen-%s-%d-%d".formatted(spec.getName(), start, mounts.size());
          source = copy(source, volumes.path(name));
        }
      }
      mounts.add(new Mount(path, source));
    }
    mounts.sort(Comparator.comparing(mount -> mount.path().length()));
    return List.copyOf(mounts);
  }

  private static Path copy(Path from, Path to) throws IOException {
    if (!Files.isDirectory(from)) {
      return Files.copy(from, to);
    }
    Files.createDirectory(to);
    try (var children = Files.list(from)) {
      for (var child : children.toList()) {
        copy(child, to.resolve(child.getFileName()));
      }
    }
    return to;
  }

  private static String subPath(VolumeMount mount, Variables variables) {
    var expression = mount.getSubPathExpr();
    return expression != null && !expression.isEmpty()
        ? variables.expand(expression)
        : Objects.requireNonNullElse(mount.getSubPath(), "");
  }

  /** Where this machine has what the container calls {@code path}. */
  Path file(String path) {
    var wanted = Path.of(path).normalize();
    Mount best = null;
    for (var mount : mounts) {
      if (wanted.startsWith(mount.path())) {
        best = mount;
      }
    }
    return best == null
        ? podDirectory.resolve(VOLUMES).resolve("..own-" + spec.getName()).resolve(unrooted(wanted))
        : best.source().resolve(Path.of(best.path()).relativize(wanted).toString());
  }

  private static String unrooted(Path path) {
    return Path.of("/").relativize(path).toString();
  }
}
