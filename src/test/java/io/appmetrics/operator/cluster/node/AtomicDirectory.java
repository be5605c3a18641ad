package io.appmetrics.operator.cluster.node;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.appmetrics.operator.cluster.program.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A directory whose files all change in one step, laid out as the kubelet does: each name a link
 * into {@code ..data}, itself a link to a directory with a time in its name (source: kubernetes
 * {@code pkg/volume/util/atomic_writer.go}).
 */
final class AtomicDirectory {

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("'..'yyyy_MM_dd_HH_mm_ss.nnnnnnnnn");
  private static final String DATA = "..data";

  private final Path directory;

  AtomicDirectory(Path directory) {
    this.directory = directory;
  }

  /** Makes the directory hold exactly these files; does nothing when it already does. */
  void write(Map<String, ProjectedFile> files) throws IOException {
    Files.createDirectories(directory);
    var data = directory.resolve(DATA);
    var old = Files.exists(data, NOFOLLOW_LINKS) ? data.toRealPath() : null;
    if (old != null && holds(old, files)) {
      return;
    }
    var fresh = directory.resolve(STAMP.format(LocalDateTime.now(ZoneOffset.UTC)));
    Files.createDirectory(fresh);
    for (var file : files.entrySet()) {
      var path = fresh.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue().content());
      Files.setPosixFilePermissions(path, permissions(file.getValue().mode()));
    }
    var temporary = directory.resolve("..data_tmp");
    Files.createSymbolicLink(temporary, fresh.getFileName());
    Files.move(temporary, data, StandardCopyOption.ATOMIC_MOVE);
    link(files.keySet());
    if (old != null) {
      Directories.delete(old);
    }
  }

  private void link(Set<String> names) throws IOException {
    var tops = new HashSet<String>();
    for (var name : names) {
      tops.add(Path.of(name).getName(0).toString());
    }
    for (var top : tops) {
      var link = directory.resolve(top);
      if (!Files.exists(link, NOFOLLOW_LINKS)) {
        Files.createSymbolicLink(link, Path.of(DATA, top));
      }
    }
    try (var present = Files.list(directory)) {
      for (var path : present.toList()) {
        var name = path.getFileName().toString();
        // only links of this layout: a nested mount of another volume has a place here, too
        if (!name.startsWith("..")
            && !tops.contains(name)
            && Files.isSymbolicLink(path)
            && Files.readSymbolicLink(path).startsWith(DATA)) {
          Files.delete(path);
        }
      }
    }
  }

  private static boolean holds(Path data, Map<String, ProjectedFile> wanted) throws IOException {
    var present = new TreeMap<String, Path>();
    try (var paths = Files.walk(data)) {
      paths
          .filter(Files::isRegularFile)
          .forEach(path -> present.put(data.relativize(path).toString(), path));
    }
    if (!present.keySet().equals(wanted.keySet())) {
      return false;
    }
    for (var file : wanted.entrySet()) {
      var path = present.get(file.getKey());
      if (path == null
          || !Arrays.equals(Files.readAllBytes(path), file.getValue().content())
          || !Files.getPosixFilePermissions(path).equals(permissions(file.getValue().mode()))) {
        return false;
      }
    }
    return true;
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    var permissions = EnumSet.noneOf(PosixFilePermission.class);
    var all = PosixFilePermission.values(); // from OWNER_READ, 0400, to OTHERS_EXECUTE, 0001
    for (int bit = 0; bit < all.length; bit++) {
      if ((mode & (0400 >> bit)) != 0) {
        permissions.add(all[bit]);
      }
    }
    return permissions;
  }
}
