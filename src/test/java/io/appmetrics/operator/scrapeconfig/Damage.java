package io.appmetrics.operator.scrapeconfig;

import java.util.List;

/**
 * What people do to our block.
 *
 * @param heals whether it can be mended without asking anybody
 */
record Damage(String what, String text, boolean heals) {

  private static final String BEGIN = "\n# BEGIN appmetrics.io";
  private static final String END = "\n# END appmetrics.io";

  /** One of all, by the number of a seed. */
  static Damage of(long seed, String whole) {
    var all = all(whole);
    return all.get((int) (seed % all.size()));
  }

  private static List<Damage> all(String whole) {
    var begin = whole.indexOf(BEGIN);
    var inside = whole.indexOf('\n', begin + 1);
    var end = whole.indexOf(END, begin);
    var behind = new Lines(whole).end(end + 1);
    var block = whole.substring(begin, behind);
    var ours = whole.indexOf("job_name: appmetrics-1", begin);
    return List.of(
        new Damage("BEGIN lost", cut(whole, begin, inside), false),
        new Damage("END lost", cut(whole, end, behind), false),
        new Damage("both lost", cut(cut(whole, end, behind), begin, inside), false),
        new Damage("the block doubled", put(whole, behind, block), false),
        new Damage("BEGIN doubled", put(whole, inside, BEGIN), false),
        new Damage("END doubled", put(whole, behind, END), false),
        new Damage(
            "markers indented",
            whole
                .replace(BEGIN, "\n  # BEGIN appmetrics.io")
                .replace(END, "\n  # END appmetrics.io"),
            false),
        new Damage("a job of the user's inside", put(whole, end, "\n- job_name: mine"), false),
        // among brackets it would be no job, and Prometheus' matter
        block.contains("\n- job_name: ")
            ? new Damage("a job moved out", moved(whole, begin, behind), false)
            : new Damage(
                "a line inside lost, too",
                cut(whole, inside, whole.indexOf('\n', inside + 1)),
                true),
        new Damage("a line inside lost", cut(whole, whole.indexOf('\n', ours), end), true),
        new Damage("a name changed", whole.replace("appmetrics-1", "appmetrics-2"), true),
        new Damage("no YAML inside", put(whole, inside, "\n]: \t[ {"), true),
        new Damage("nothing inside", cut(whole, inside, end), true));
  }

  /** The marker job, behind the end of the block. */
  private static String moved(String whole, int begin, int behind) {
    var job = "job_name: appmetrics-digest-0123456789ab";
    var at = whole.lastIndexOf('\n', whole.indexOf(job, begin));
    var line = whole.substring(at, whole.indexOf('\n', at + 1));
    return cut(put(whole, behind, line), at, at + line.length());
  }

  private static String cut(String text, int from, int to) {
    return text.substring(0, from) + text.substring(to);
  }

  private static String put(String text, int at, String more) {
    return text.substring(0, at) + more + text.substring(at);
  }
}
