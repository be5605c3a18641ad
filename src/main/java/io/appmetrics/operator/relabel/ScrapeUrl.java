package io.appmetrics.operator.relabel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The address that a target is scraped at (scrape/target.go, URL), as Go writes it. */
public final class ScrapeUrl {

  private static final String UNRESERVED = "-_.~";
  private static final String ALSO_IN_PATH = "$&+,/:;=@";
  private static final String ALSO_IN_HOST = "!$&'()*+,;=:[]<>\"";

  private ScrapeUrl() {}

  static String of(Labels labels, SortedMap<String, List<String>> params) {
    var url = new StringBuilder();
    var scheme = labels.get(Labels.SCHEME);
    if (!scheme.isEmpty()) {
      url.append(scheme).append(':');
    }
    url.append("//").append(escape(labels.get(Labels.ADDRESS), ALSO_IN_HOST));
    var path = labels.get(Labels.METRICS_PATH);
    if (!path.isEmpty() && !path.startsWith("/")) {
      url.append('/');
    }
    url.append(path.equals("*") ? path : escape(path, ALSO_IN_PATH));
    var query = query(labels, params);
    return query.isEmpty() ? url.toString() : url.append('?').append(query).toString();
  }

  /** A label counts as the first value of its parameter; further ones come from the job. */
  private static String query(Labels labels, SortedMap<String, List<String>> params) {
    var all = new TreeMap<String, List<String>>();
    params.forEach((name, values) -> all.put(name, new ArrayList<>(values)));
    for (var label : labels.names()) {
      if (label.startsWith(Labels.PARAM)) {
        var values =
            all.computeIfAbsent(label.substring(Labels.PARAM.length()), name -> new ArrayList<>());
        if (values.isEmpty()) {
          values.add(labels.get(label));
        } else {
          values.set(0, labels.get(label));
        }
      }
    }
    var pairs = new ArrayList<String>();
    all.forEach(
        (name, values) -> values.forEach(value -> pairs.add(inQuery(name) + "=" + inQuery(value))));
    return String.join("&", pairs);
  }

  /** A name or a value, as it stands in the query. */
  public static String inQuery(String text) {
    return escape(text, " ").replace(' ', '+');
  }

  /** Go's shouldEscape (net/url): letters, digits and what is named here stay. */
  private static String escape(String text, String also) {
    var escaped = new StringBuilder();
    for (var b : text.getBytes(StandardCharsets.UTF_8)) {
      var c = (char) (b & 0xff);
      var plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (plain || UNRESERVED.indexOf(c) >= 0 || also.indexOf(c) >= 0) {
        escaped.append(c);
      } else {
        escaped.append(String.format("%%%02X", (int) c));
      }
    }
    return escaped.toString();
  }
}
