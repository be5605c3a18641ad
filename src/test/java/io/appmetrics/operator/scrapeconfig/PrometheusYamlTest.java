package io.appmetrics.operator.scrapeconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusYamlTest {

  /** Short, so that whole results can be read; how real blocks look is ScrapeBlockTest's. */
  static final ScrapeBlock BLOCK =
      new ScrapeBlock(
          List.of("appmetrics-1", "appmetrics-digest-0123456789ab"),
          """
          # ours
          - job_name: appmetrics-1
            scheme: http
          - job_name: appmetrics-digest-0123456789ab
          """,
          "0123456789ab");

  private static final String BEGIN =
      "\n# BEGIN appmetrics.io (written by the AppMetrics operator; edit around, not inside)";
  private static final String END = "\n# END appmetrics.io";

  private static final String STRAY =
      ", and the block may move and go; delete it when it is the operator's, and for jobs of your own"
          + " write the line scrape_configs: above them";

  /** Our items with their dashes in a column. */
  private static String items(int column) {
    return ("\n" + BLOCK.items().strip()).replace("\n", "\n" + " ".repeat(column));
  }

  /** What is inserted into a user's list. */
  private static String block(int column) {
    return BEGIN + items(column) + END;
  }

  /** Our items among brackets. */
  private static final String FLOW_ITEMS =
      "\n{job_name: appmetrics-1,\n  scheme: http},\n{job_name: appmetrics-digest-0123456789ab}";

  /** The block in a line that goes on behind it. */
  private static String parting(String before, String behind) {
    return BEGIN + before + FLOW_ITEMS + behind + END + ", with this line break\n";
  }

  /** The block at the end of a line in brackets. */
  private static String bracketed(String before, String behind) {
    return BEGIN + before + FLOW_ITEMS + behind + END;
  }

  /** What is inserted where there is no list yet. */
  private static String blockWithKey(int column) {
    return BEGIN + "\n" + " ".repeat(column) + "scrape_configs:" + items(column) + END;
  }

  /**
   * @param text the user's, with a § where the block is to go
   */
  record Spliced(String name, String text, String block) {
    String original() {
      return text.replace("§", "");
    }

    String expected() {
      return text.replace("§", block);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Spliced> spliced() {
    return Stream.of(
        new Spliced("dashes at the key's column", "scrape_configs:\n- job_name: a§\n", block(0)),
        new Spliced("dashes indented", "scrape_configs:\n  - job_name: a§\n", block(2)),
        new Spliced("dashes far out", "scrape_configs:\n     -   job_name: a§\n", block(5)),
        new Spliced("no final line break", "scrape_configs:\n- job_name: a§", block(0)),
        new Spliced("carriage returns", "scrape_configs:\r\n- job_name: a§\r\n", block(0)),
        new Spliced(
            "carriage returns, more behind",
            "scrape_configs:\r\n  - job_name: a§\r\n\r\nalerting:\r\n  alertmanagers: []\r\n",
            block(2)),
        new Spliced("carriage returns alone", "scrape_configs:\r- job_name: a§\r", block(0)),
        new Spliced(
            "another key behind",
            "scrape_configs:\n- job_name: a§\nrule_files:\n- /etc/rules/*.yml\n",
            block(0)),
        new Spliced(
            "comments behind stay behind",
            "scrape_configs:\n- job_name: a  # the app§\n  # not in use: b\n\n# rules\nrule_files: []\n",
            block(0)),
        new Spliced("several jobs", "scrape_configs:\n- job_name: a\n- job_name: b§\n", block(0)),
        new Spliced(
            "a nested list last",
            "scrape_configs:\n- job_name: a\n  relabel_configs:\n  - source_labels:\n    - x\n    - y§\n",
            block(0)),
        new Spliced(
            "a flow job last",
            "scrape_configs:\n- {job_name: a,\n   static_configs: [\n   {targets: [x]}]\n  } # a§\n\n",
            block(0)),
        new Spliced(
            "a flow list last",
            "scrape_configs:\n- job_name: a\n  static_configs: [{targets: [x]}]§\n",
            block(0)),
        new Spliced(
            "an empty flow list last", "scrape_configs:\n- job_name: a\n  params: {}§\n", block(0)),
        new Spliced(
            "an empty value last", "scrape_configs:\n- job_name: a\n  params:  §\n", block(0)),
        new Spliced(
            "an alias last",
            "scrape_configs:\n- &a {job_name: a}\n- job_name: b\n  x: *a§\n",
            block(0)),
        new Spliced(
            "a merge last",
            "global: &g\n  scrape_interval: 5s\nscrape_configs:\n- job_name: a\n  <<: *g§\n\n",
            block(0)),
        new Spliced(
            "a plain value of several lines",
            "scrape_configs:\n- job_name: a\n  regex: one\n    two\n\n    three§\n\n# c\n",
            block(0)),
        new Spliced(
            "a quoted value of several lines",
            "scrape_configs:\n- job_name: a\n  regex: \"one\n    # two\n\n    three\"§\n",
            block(0)),
        new Spliced(
            "a literal last",
            "scrape_configs:\n- job_name: a\n  regex: |\n    one\n    # two§\nrule_files: []\n",
            block(0)),
        new Spliced(
            "a literal last, with blank lines behind",
            "scrape_configs:\n- job_name: a\n  regex: |\n    one\n\n§\nrule_files: []\n",
            block(0)),
        new Spliced(
            "a literal that keeps its blank lines",
            "scrape_configs:\n- job_name: a\n  regex: |+\n    one\n\n§\n# c\nrule_files: []\n",
            block(0)),
        new Spliced(
            "a literal that keeps its blank lines, at the end",
            "scrape_configs:\n- job_name: a\n  regex: |+\n    one\n\n§\n",
            block(0)),
        new Spliced(
            "a literal that keeps its blank lines, with carriage returns",
            "scrape_configs:\r\n- job_name: a\r\n  regex: |+\r\n    one\r\n\r\n§\r\n",
            block(0)),
        new Spliced(
            "a literal that ends in spaces",
            "scrape_configs:\n- job_name: a\n  regex: |2-\n      one\n     \n   §\n",
            block(0)),
        new Spliced(
            "a folded value, stripped, without a final line break",
            "scrape_configs:\n- job_name: a\n  regex: >-\n    one\n    two§",
            block(0)),
        new Spliced("key in quotes", "\"scrape_configs\" :\n- job_name: a§\n", block(0)),
        new Spliced("an unused anchor", "scrape_configs: &jobs\n- job_name: a§\n", block(0)),
        new Spliced("a tag", "scrape_configs: !!seq\n  - job_name: a§\n", block(2)),
        new Spliced(
            "the root indented",
            "  global: {}\n  scrape_configs:\n  - job_name: a§\n  rule_files: []\n",
            block(2)),
        new Spliced(
            "document markers", "---\nscrape_configs:\n- job_name: a§\n...\n# behind\n", block(0)),
        new Spliced(
            "a second document, which Prometheus does not read",
            "scrape_configs:\n- job_name: a§\n---\nscrape_configs:\n- job_name: b\n",
            block(0)),
        new Spliced(
            "characters beyond 16 bits",
            "# \uD83D\uDE80\nscrape_configs:\n- job_name: \"\uD83D\uDE80\uD83D\uDE80\"§\n# \uD83D\uDE80\n",
            block(0)),
        new Spliced("a byte order mark", "\uFEFFscrape_configs:\n- job_name: a§\n", block(0)),
        new Spliced(
            "tabs", "scrape_configs:\t# tab\n- job_name:\ta\n  x: \"\t\"\t# tab§\n", block(0)),
        new Spliced("an empty key", "scrape_configs:§\n", block(0)),
        new Spliced("an empty key at the end", "global: {}\nscrape_configs:§", block(0)),
        new Spliced(
            "an empty key with comments",
            "scrape_configs:  # none yet§\n  # - job_name: a\n\nrule_files: []\n",
            block(0)),
        new Spliced(
            "an empty key, the root indented", "  scrape_configs:§\n  global: {}\n", block(2)),
        new Spliced("null, spelled out", "scrape_configs:§ null\n", block(0)),
        new Spliced(
            "null, a comment behind", "global: {}\nscrape_configs:§ ~ # none yet\n", block(0)),
        new Spliced("null, at the end", "  scrape_configs:§ Null", block(2)),
        new Spliced("null, in a line of its own", "scrape_configs:\n§  NULL\n", block(0)),
        new Spliced(
            "null, with carriage returns", "scrape_configs:§ ~\r\nglobal: {}\r\n", block(0)),
        new Spliced("an empty list in brackets", "scrape_configs: [§]\n", parting("", "")),
        new Spliced("a list in brackets", "scrape_configs: [{job_name: a}§]", parting("\n,", "")),
        new Spliced(
            "a list in brackets, a comma behind",
            "scrape_configs: [ {job_name: a} ,§ ]\nglobal: {}\n",
            parting("", "")),
        new Spliced(
            "a list in brackets over several lines",
            "scrape_configs: [\n  {job_name: a},\n  {job_name: b}§\n]\n",
            bracketed("\n,", "")),
        new Spliced(
            "a list in brackets, a comment behind the last job",
            "scrape_configs: [\r\n  {job_name: a} # a, the app§\r\n  # ]\r\n]\r\n",
            bracketed("\n,", "")),
        new Spliced(
            "a list in brackets, a comma in the next line",
            "scrape_configs: [{job_name: a} # a, b\n  ,# c§\n]\n",
            bracketed("", "")),
        new Spliced(
            "a list in brackets, of a pair without braces",
            "scrape_configs: [job_name: a§]\n",
            parting("\n,", "")),
        new Spliced(
            "an empty list in brackets over several lines",
            "scrape_configs:\n  [  # none yet§\n  ]\n",
            bracketed("", "")),
        new Spliced(
            "JSON in one line",
            "{\"scrape_configs\":[{\"job_name\":\"a\"}§],\"global\":{}}",
            parting("\n,", "")),
        new Spliced(
            "JSON with tabs",
            "{\n\t\"scrape_configs\": [\n\t\t{\"job_name\": \"a\"}§\n\t],\n\t\"global\": {}\n}\n",
            bracketed("\n,", "")),
        new Spliced(
            "braces without the key",
            "{global: {scrape_interval: 5s}§}\n",
            parting("\n,\nscrape_configs:\n[", "\n]")),
        new Spliced(
            "braces without the key, a comma behind",
            "--- {\n  rule_files: [a],§\n}\n...\n",
            bracketed("\nscrape_configs:\n[", "\n]")),
        new Spliced("braces without anything", "{§}", parting("\nscrape_configs:\n[", "\n]")),
        new Spliced(
            "braces, the key without a value",
            "{scrape_configs:§ , global: {}}",
            parting("\n[", "\n]")),
        new Spliced(
            "a complex key", "? scrape_configs\n: - job_name: a§\n? global\n: {}\n", block(2)),
        new Spliced(
            "a merge that brings other keys",
            "global: &g {}\n<<: {rule_files: []}§\n",
            blockWithKey(0)),
        new Spliced(
            "a literal without a final line break: at the beginning",
            "scrape_configs:  # jobs§\n  - job_name: a\n    regex: |\n      one",
            block(2)),
        new Spliced(
            "no key, a literal without a final line break: at the beginning",
            "---\n§global:\n  external_labels:\n    a: >\n      one",
            blockWithKey(0) + ", with this line break\n"),
        new Spliced(
            "no key, a literal without a final line break, a byte order mark",
            "\uFEFF§global:\n  external_labels:\n    a: |\n      one",
            blockWithKey(0) + ", with this line break\n"),
        new Spliced(
            "a second document that is none",
            "scrape_configs:\n- job_name: a§\n---\n[ {\n",
            block(0)),
        new Spliced(
            "line breaks of YAML 1.1",
            "# one\u2028scrape_configs:\u0085- job_name: a§\u2029# two\u0085",
            block(0)),
        new Spliced(
            "two surrogates where the parser's buffer would end",
            "# " + "x".repeat(1022) + "\uD83D\uDE80\nscrape_configs:\n- job_name: a§\n",
            block(0)),
        new Spliced(
            "no key, the first one complex",
            "  ? rule_files\n  : []\n  global: {}§\n",
            blockWithKey(2)),
        new Spliced(
            "names that only begin as ours do",
            "scrape_configs:\n- job_name: appmetrics-operator\n- job_name: appmetrics-1-mine§\n",
            block(0)),
        new Spliced("no key", "global:\n  scrape_interval: 15s§\n\n# end\n", blockWithKey(0)),
        new Spliced("no key, the root indented", "  global: {}§\n", blockWithKey(2)),
        new Spliced("no key, an empty value last", "global:§\n", blockWithKey(0)),
        new Spliced("no key, document markers", "---\nglobal: {}§\n...\n", blockWithKey(0)),
        new Spliced(
            "scrape_configs elsewhere is not the key",
            "x:\n  scrape_configs:\n  - job_name: a§\n",
            blockWithKey(0)),
        new Spliced("empty", "§", blockWithKey(0)),
        new Spliced("a blank line", "§\n", blockWithKey(0)),
        new Spliced("comments only", "# to do\n# today§\n", blockWithKey(0)),
        new Spliced("comments only, no final line break", "# to do§", blockWithKey(0)),
        new Spliced("a document start only", "--- # to do§\n# today\n", blockWithKey(0)));
  }

  @ParameterizedTest
  @MethodSource("spliced")
  void insertsAtTheEndOfTheList(Spliced row) throws UnparsableConfig {
    assertThat(PrometheusYaml.parse(row.original()).with(BLOCK)).isEqualTo(row.expected());
  }

  @ParameterizedTest
  @MethodSource("spliced")
  void restoresTheOriginal(Spliced row) throws UnparsableConfig {
    var again = PrometheusYaml.parse(row.expected());
    assertThat(again.without()).isEqualTo(row.original());
    assertThat(again.block().flatMap(BlockText::digest)).contains("0123456789ab");
    assertThat(again.with(BLOCK)).as("twice").isEqualTo(row.expected());
    assertThat(again.jobs()).isEqualTo(PrometheusYaml.parse(row.original()).jobs());
  }

  /**
   * @param message as the user reads it, with line and column
   */
  record Refused(String name, String text, String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String INSIDE =
      " stands inside the AppMetrics block, which the operator writes anew; move it behind the"
          + " # END appmetrics.io line, or delete it";

  static Stream<Refused> refusedToRead() {
    var remedy =
        "; delete what is left of the block, from the # BEGIN appmetrics.io line through the"
            + " # END appmetrics.io line, and every job named appmetrics-...: the operator writes"
            + " them anew";
    return Stream.of(
        new Refused(
            "no YAML",
            "global:\n  scrape_interval: 15s\n scrape_configs:\n",
            "line 3, column 2: this is no YAML (while parsing a block mapping: expected <block end>,"
                + " but found '<block mapping start>'); correct it"),
        new Refused(
            "a tab for indentation",
            "global:\n\tscrape_interval: 15s\n",
            "line 2, column 1: this is no YAML (while scanning for the next token: found character"
                + " '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for"
                + " indentation)); correct it"),
        new Refused(
            "a control character",
            "global: {}\n# \u0007\n",
            "line 2, column 3: YAML forbids the character U+0007; remove or escape it"),
        new Refused(
            "a list",
            "# jobs\n- job_name: a\n",
            "line 2, column 1: a Prometheus configuration is a mapping with keys such as global and"
                + " scrape_configs; this is none"),
        new Refused(
            "scrape_configs a mapping",
            "scrape_configs:\n  job_name: a\n",
            "line 2, column 3: scrape_configs is no list; make it a list of jobs"),
        new Refused(
            "scrape_configs a text",
            "scrape_configs: none\n",
            "line 1, column 17: scrape_configs is no list; make it a list of jobs"),
        new Refused(
            "a job without a name",
            "scrape_configs:\n- scheme: http\n",
            "line 2, column 3: this item of scrape_configs has no job_name; give it one"),
        new Refused(
            "no interval",
            "global:\n  scrape_interval: often\n",
            "line 2, column 20: the global scrape_interval \"often\" is no duration; write one such"
                + " as 15s"),
        new Refused(
            "BEGIN without END",
            "scrape_configs:\n- job_name: a\n# BEGIN appmetrics.io\n- job_name: appmetrics-1\n",
            "line 3, column 1: the AppMetrics block begins here and ends nowhere" + remedy),
        new Refused(
            "END without BEGIN",
            "scrape_configs:\n- job_name: appmetrics-1\n# END appmetrics.io\n",
            "line 3, column 1: the AppMetrics block ends here and begins nowhere" + remedy),
        new Refused(
            "END without BEGIN, in the first line",
            "# END appmetrics.io\n",
            "line 1, column 1: the AppMetrics block ends here and begins nowhere" + remedy),
        new Refused(
            "BEGIN in the first line",
            "# BEGIN appmetrics.io\nscrape_configs:\n# END appmetrics.io\n",
            "line 1, column 1: the AppMetrics block begins in the first line, where it cannot"
                + remedy),
        new Refused(
            "two blocks",
            "scrape_configs:\n- job_name: a" + block(0) + block(0) + "\n",
            "line 9, column 1: the AppMetrics block begins a second time" + remedy),
        new Refused(
            "a block in a block",
            "a: b" + BEGIN + block(0) + END + "\n",
            "line 3, column 1: the AppMetrics block begins a second time" + remedy),
        new Refused(
            "END twice",
            "a: b" + block(0) + END + "\n",
            "line 8, column 1: the AppMetrics block ends a second time" + remedy),
        new Refused(
            "END indented",
            "a: b\n# BEGIN appmetrics.io\n  # END appmetrics.io\n",
            "line 3, column 3: \"# END appmetrics.io\" is not a line of its own" + remedy),
        new Refused(
            "END with more behind it",
            "a: b\n# BEGIN appmetrics.io\n# END appmetrics.io.\n",
            "line 3, column 1: \"# END appmetrics.io\" is not a line of its own" + remedy),
        new Refused(
            "END with half of what may be behind it",
            "a: [\n# BEGIN appmetrics.io\n# END appmetrics.io, with this line break]\n",
            "line 3, column 1: \"# END appmetrics.io\" is not a line of its own" + remedy),
        new Refused(
            "END twice, the first with a line break of its own",
            "a: [" + parting("", "") + "# END appmetrics.io\n]\n",
            "line 7, column 1: the AppMetrics block ends a second time" + remedy),
        new Refused(
            "a job added to the block",
            "scrape_configs:\n- job_name: a" + block(0).replace(END, "\n- job_name: 'b c'" + END),
            "line 8, column 1: the job b c stands inside the AppMetrics block, which the operator"
                + " writes anew; move it behind the # END appmetrics.io line, or delete it"),
        new Refused(
            "a job added to the block in brackets",
            "scrape_configs: [" + parting("\n{\"job_name\":\"b\"},", "") + "]\n",
            "line 3, column 1: the job b stands inside the AppMetrics block, which the operator"
                + " writes anew; move it behind the # END appmetrics.io line, or delete it"),
        new Refused(
            "a job in the block with a name that only looks like ours",
            "scrape_configs:\n- job_name: a"
                + block(0).replace(END, "\n- job_name: appmetrics-frontend" + END),
            "line 8, column 1: the job appmetrics-frontend" + INSIDE),
        new Refused(
            "the same where the block is no YAML",
            "scrape_configs:\n- job_name: a"
                + block(0).replace(END, "\n]\n- job_name: appmetrics-frontend" + END),
            "line 9, column 1: the job appmetrics-frontend" + INSIDE),
        new Refused(
            "a job in the block with an explicit key",
            "scrape_configs:\n- job_name: a"
                + block(0).replace(END, "\n- ? job_name\n  : mine" + END),
            "line 8, column 1: the job mine" + INSIDE),
        new Refused(
            "nested deeper than any stack reaches",
            "a: " + "[".repeat(100_000) + "]".repeat(100_000) + "\n",
            "line 1, column 203: this is nested more than 200 deep; correct it"),
        new Refused(
            "another key behind the list that our block brought",
            "global: {}" + blockWithKey(0).replace(END, "\nrule_files: [a]" + END),
            "line 8, column 1: the key rule_files" + INSIDE),
        new Refused(
            "a job behind a null that has become a comment",
            "scrape_configs:" + block(0) + " null\n- job_name: b\n",
            "line 7, column 21: jobs were added behind a null that the AppMetrics block has made a"
                + " comment; delete that null, right behind # END appmetrics.io"),
        new Refused(
            "a job behind the list that our block brought",
            "global: {}" + blockWithKey(0) + "\n- job_name: b\n",
            "line 9, column 3: this belongs to what the AppMetrics block begins" + STRAY),
        new Refused(
            "lines are counted with our block",
            "scrape_configs:\n- job_name: a" + block(0) + "\n  x: [\n",
            "line 10, column 1: this is no YAML (while parsing a flow node: expected the node"
                + " content, but found '<stream end>'); correct it"));
  }

  @ParameterizedTest
  @MethodSource("refusedToRead")
  void refusesToRead(Refused row) {
    assertThatThrownBy(() -> PrometheusYaml.parse(row.text()))
        .isInstanceOf(UnparsableConfig.class)
        .hasMessage(row.message());
  }

  static Stream<Refused> refusedToEdit() {
    var aliased =
        ", and a job added to it would be added wherever its anchor is used; write the list itself"
            + " here";
    return Stream.of(
        new Refused(
            "null, anchored",
            "scrape_configs: &jobs\n",
            "line 1, column 17: scrape_configs has a value that is no list; make it [], or a list of"
                + " jobs"),
        new Refused(
            "null in braces",
            "{global: {}, scrape_configs: null}\n",
            "line 1, column 30: scrape_configs has a value that is no list; make it [], or a list of"
                + " jobs"),
        new Refused(
            "no value at all in braces",
            "{\n scrape_configs, global: {}}\n",
            "line 2, column 16: scrape_configs has no value here; write scrape_configs: []"),
        new Refused(
            "nothing but null",
            "--- ~\n",
            "line 1, column 5: the whole configuration is null; delete that word"),
        new Refused(
            "an alias",
            "x: &jobs\n- job_name: a\nscrape_configs: *jobs\n",
            "line 3, column 17: scrape_configs is an alias" + aliased),
        new Refused(
            "a list used elsewhere",
            "scrape_configs: &jobs\n- job_name: a\nx: *jobs\n",
            "line 1, column 17: scrape_configs has the anchor &jobs, and a job added to it would be"
                + " added wherever that is used; write the list there itself"),
        new Refused(
            "a merge",
            "x: &x\n  scrape_configs:\n  - job_name: a\n<<: *x\n",
            "line 4, column 1: scrape_configs comes out of this merge, where no job can be"
                + " added; write scrape_configs itself at the top level"),
        new Refused(
            "twice",
            "scrape_configs:\n- job_name: a\nscrape_configs:\n- job_name: b\n",
            "line 3, column 1: a second scrape_configs, which Prometheus refuses; join the two"),
        new Refused(
            "two jobs of one name",
            "scrape_configs:\n- job_name: a\n- job_name: a\n",
            "line 3, column 3: a second job named a, which Prometheus refuses; rename one of the"
                + " two"),
        new Refused(
            "a job of ours outside the block",
            "scrape_configs:\n- job_name: appmetrics-1\n",
            "line 2, column 3: the job name appmetrics-1 is the AppMetrics operator's, and this job"
                + " stands outside its block; rename it, or delete it when it is a copy"),
        new Refused(
            "a job of another block, whose markers are gone",
            "scrape_configs:\n- job_name: a\n- job_name: appmetrics-7-istio-secure\n",
            "line 3, column 3: the job name appmetrics-7-istio-secure is the AppMetrics operator's,"
                + " and this job stands outside its block; rename it, or delete it when it is a"
                + " copy"),
        new Refused(
            "the marker of another block",
            "scrape_configs: [{job_name: appmetrics-digest-ba9876543210}]\n",
            "line 1, column 18: the job name appmetrics-digest-ba9876543210 is the AppMetrics"
                + " operator's, and this job stands outside its block; rename it, or delete it when"
                + " it is a copy"),
        new Refused(
            "a job behind it that would become a rule file",
            "rule_files:\n- a" + blockWithKey(0) + "\n- job_name: b\n",
            "line 10, column 3: this belongs to what the AppMetrics block begins" + STRAY),
        new Refused(
            "a setting behind the last of our jobs",
            "scrape_configs:\n- job_name: a" + block(0) + "\n  scheme: https\n",
            "line 9, column 3: this belongs to what the AppMetrics block begins" + STRAY),
        new Refused(
            "positions count our block",
            "scrape_configs:\n- job_name: a" + block(0) + "\n- job_name: a\n",
            "line 9, column 3: a second job named a, which Prometheus refuses; rename one of the"
                + " two"));
  }

  @ParameterizedTest
  @MethodSource("refusedToEdit")
  void refusesToEdit(Refused row) throws UnparsableConfig {
    var yaml = PrometheusYaml.parse(row.text());
    assertThatThrownBy(() -> yaml.with(BLOCK))
        .isInstanceOf(UnparsableConfig.class)
        .hasMessage(row.message());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n- job_name: appmetrics-1\n- job_name: appmetrics-2\n# - job_name: edited",
        "",
        "\n\tno: [yaml",
        "\n\n\n- job_name: [a"
      })
  void replacesWhateverStandsInsideTheBlock(String inside) throws UnparsableConfig {
    var edited = "scrape_configs:\n- job_name: a\n# BEGIN appmetrics.io" + inside + END + "\n";
    assertThat(PrometheusYaml.parse(edited).with(BLOCK))
        .isEqualTo("scrape_configs:\n- job_name: a" + block(0) + "\n");
    assertThat(PrometheusYaml.parse(edited).block().flatMap(BlockText::digest)).isEmpty();
  }

  @Test
  void movesTheBlockBehindJobsThatTheUserAdded() throws UnparsableConfig {
    var added = "scrape_configs:\n- job_name: a" + block(0) + "\n- job_name: b\n";
    assertThat(PrometheusYaml.parse(added).with(BLOCK))
        .isEqualTo("scrape_configs:\n- job_name: a\n- job_name: b" + block(0) + "\n");
  }

  /** The parser's own limit is 50: a guard against what a ConfigMap's size guards already. */
  @Test
  void readsMoreAliasesThanTheParserTakesForAnAttack() throws UnparsableConfig {
    var text = new StringBuilder("x-rules: &rules\n- {action: keep, regex: a}\nscrape_configs:\n");
    for (var i = 1; i <= 60; i++) {
      text.append("- {job_name: job-%d, relabel_configs: *rules}\n".formatted(i));
    }
    var yaml = PrometheusYaml.parse(text.toString());

    assertThat(yaml.jobs()).hasSize(60);
    assertThat(yaml.with(BLOCK)).isEqualTo(text.toString().stripTrailing() + block(0) + "\n");
  }

  @Test
  void readsTheUsersJobsAndTheirFiles() throws UnparsableConfig {
    var yaml =
        PrometheusYaml.parse(
            """
            x-tls: &tls
              ca_file: /ca
              cert_file: /cert
            x-job: &job
              tls_config: {ca_file: /other, cert_file: /other, key_file: /other}
            scrape_configs:
            - job_name: plain
            - job_name: ca only
              tls_config: {ca_file: /ca}
            - job_name: all
              tls_config: {ca_file: /ca, cert_file: '/ce rt', key_file: "/key"}
            - job_name: merged within
              tls_config: {<<: *tls, key_file: /key}
            - {job_name: merged, <<: [*tls, *job]}
            """
                + BLOCK.items().replace("appmetrics-1", "appmetrics-2")
                + "rule_files: []\n");
    assertThat(yaml.jobs())
        .containsExactly(
            new ScrapeJob("plain", null),
            new ScrapeJob("ca only", null),
            new ScrapeJob("all", new TlsFiles("/ca", "/ce rt", "/key")),
            new ScrapeJob("merged within", new TlsFiles("/ca", "/cert", "/key")),
            new ScrapeJob("merged", new TlsFiles("/other", "/other", "/other")),
            new ScrapeJob("appmetrics-2", null),
            new ScrapeJob("appmetrics-digest-0123456789ab", null));
    assertThat(yaml.block().flatMap(BlockText::digest)).isEmpty();
  }

  /** Without the block the job behind it would be one of the rule files. */
  @Test
  void takesNothingOutOnWhichOtherPartsStand() throws Exception {
    var yaml = PrometheusYaml.parse("rule_files:\n- a" + blockWithKey(0) + "\n- job_name: b\n");
    assertThatThrownBy(yaml::without)
        .isInstanceOf(UnparsableConfig.class)
        .hasMessageContaining("this belongs to what the AppMetrics block begins");
  }
}
