package io.appmetrics.operator.cli;

import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command {@code render}: the operator's edit, for pipelines that let nobody write for them.
 */
final class Render {
  private static final int DONE = 0;
  private static final int DIFFERS = 1;
  private static final int MISUSED = 2;

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  Render(InputStream in, PrintStream out, PrintStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /** Runs it; returns the exit code. */
  int execute(List<String> words) {
    try {
      Arguments arguments = Arguments.of(words);
      if (arguments.has(Option.HELP)) {
        return printed(Usage.render());
      }
      RenderOptions options = RenderOptions.of(arguments);
      String config = text(options.config());
      String rendered = rendered(config, options);
      return options.check() ? check(options, config, rendered) : printed(rendered);
    } catch (Misuse e) {
      err.println(e.getMessage());
      return MISUSED;
    } catch (IOException e) {
      err.println("cannot write: " + e.getMessage());
      return MISUSED;
    } catch (NoClassDefFoundError e) {
      err.println(
          "appmetrics-operator.jar needs the directory lib/ of its build beside it: copy that, too ("
              + e.getMessage()
              + ")");
      return MISUSED;
    } catch (RuntimeException | StackOverflowError e) {
      err.println("render cannot go on, by a fault of its own; please report it:");
      e.printStackTrace(err);
      return MISUSED; // 1 would say that something changes
    }
  }

  private String rendered(String config, RenderOptions options) throws Misuse {
    try {
      return Rendering.of(config, manifests(options), options);
    } catch (UnparsableConfig e) {
      throw new Misuse(e.in(options.config()));
    }
  }

  /** In the included form it is the file of its own that is compared, beside the configuration. */
  private int check(RenderOptions options, String config, String rendered)
      throws Misuse, IOException {
    String file = options.config();
    String before = config;
    if (options.included()) {
      Path own = Path.of(options.config()).resolveSibling(IncludedFile.NAME);
      file = own.toString();
      before = Files.exists(own) ? text(file) : null;
    }
    if (rendered.equals(before == null ? "" : before)) {
      return DONE;
    }
    printed(UnifiedDiff.of(file, before, rendered));
    return DIFFERS;
  }

  /** In UTF-8, whatever the terminal has. */
  private int printed(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    if (out.checkError()) { // which flushes, and tells what no print does
      throw new IOException("standard output does not take it all");
    }
    return DONE;
  }

  private Manifests manifests(RenderOptions options) throws Misuse {
    Manifests manifests = new Manifests();
    for (String input : options.inputs()) {
      if (input.equals("-")) {
        manifests.read(input, text(input));
        continue;
      }
      for (Path file : files(path(input))) {
        manifests.read(file.toString(), text(file));
      }
    }
    return manifests;
  }

  /** As kubectl takes a directory: its own files, not those below. */
  private static List<Path> files(Path input) throws Misuse {
    if (!Files.isDirectory(input)) {
      return List.of(input);
    }
    try (Stream<Path> entries = Files.list(input)) {
      return entries
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().matches("(?s).*\\.(ya?ml|json)"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new Misuse(input + ": cannot be read: " + e.getMessage());
    }
  }

  private static Path path(String file) throws Misuse {
    try {
      return Path.of(file);
    } catch (InvalidPathException e) {
      throw new Misuse(
          file
              + ": this locale has no such file names: set LC_ALL to one in UTF-8, such as C.UTF-8");
    }
  }

  private String text(String file) throws Misuse {
    if (!file.equals("-")) {
      return text(path(file));
    }
    try {
      return text(file, in.readAllBytes());
    } catch (IOException e) {
      throw new Misuse("-: cannot be read: " + e.getMessage());
    }
  }

  private static String text(Path file) throws Misuse {
    try {
      return text(file.toString(), Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new Misuse(file + ": there is no such file");
    } catch (IOException e) {
      throw new Misuse(file + ": cannot be read: " + e.getMessage());
    }
  }

  /** As UTF-8; what stands before the first byte that is none tells where that is. */
  private static String text(String file, byte[] bytes) throws Misuse {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    CharBuffer text = CharBuffer.allocate(bytes.length);
    if (StandardCharsets.UTF_8.newDecoder().decode(rest, text, true).isError()) {
      String before = text.flip().toString();
      int line = before.lastIndexOf('\n') + 1;
      throw new Misuse(
          "%s:%d:%d: this is not UTF-8; convert it"
              .formatted(
                  file,
                  before.chars().filter(c -> c == '\n').count() + 1,
                  before.codePointCount(line, before.length()) + 1));
    }
    return text.flip().toString();
  }
}
