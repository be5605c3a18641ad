package io.appmetrics.operator.cli;

import io.appmetrics.operator.scrapeconfig.IncludedFile;
import io.appmetrics.operator.scrapeconfig.UnparsableConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    out.flush();
    return DONE;
  }

  private Manifests manifests(RenderOptions options) throws Misuse {
    Manifests manifests = new Manifests();
    for (String input : options.inputs()) {
      for (String file : files(input)) {
        manifests.read(file, text(file));
      }
    }
    return manifests;
  }

  /** As kubectl takes a directory: its own files, not those below. */
  private static List<String> files(String input) throws Misuse {
    Path path = Path.of(input);
    if (input.equals("-") || !Files.isDirectory(path)) {
      return List.of(input);
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(Files::isRegularFile)
          .map(Path::toString)
          .filter(name -> name.matches(".*\\.(ya?ml|json)"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new Misuse(input + ": cannot be read: " + e.getMessage());
    }
  }

  private String text(String file) throws Misuse {
    try {
      byte[] bytes = file.equals("-") ? in.readAllBytes() : Files.readAllBytes(Path.of(file));
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw new Misuse(file + ": there is no such file");
    } catch (CharacterCodingException e) {
      throw new Misuse(file + ": this is not UTF-8; convert it");
    } catch (IOException e) {
      throw new Misuse(file + ": cannot be read: " + e.getMessage());
    }
  }
}
