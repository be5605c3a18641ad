package io.appmetrics.operator.docs;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The string constants of a compiled class: format strings, and the recipes of concatenations, in
 * which each value is a character U+0001. Source: the Java Virtual Machine Specification, 4.4, and
 * StringConcatFactory.
 */
final class ClassConstants {
  private static final int MAGIC_AND_VERSION_BYTES = 8;

  private ClassConstants() {}

  static List<String> of(Class<?> type) throws IOException {
    String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    try (InputStream bytes = type.getResourceAsStream(file)) {
      if (bytes == null) {
        throw new IOException("no class file of " + type);
      }
      return of(new DataInputStream(bytes));
    }
  }

  private static List<String> of(DataInputStream in) throws IOException {
    in.skipNBytes(MAGIC_AND_VERSION_BYTES);
    int count = in.readUnsignedShort();
    List<String> strings = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> strings.add(in.readUTF());
        case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++; // a long or a double takes two entries
        }
        default -> throw new IOException("a constant of the unknown kind " + tag);
      }
    }
    return strings;
  }
}
