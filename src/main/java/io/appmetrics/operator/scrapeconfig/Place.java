package io.appmetrics.operator.scrapeconfig;

/**
 * Where our jobs go in a text, and what they change in the stream of its YAML events.
 *
 * @param offset where the block is inserted, in UTF-16 units; always at the end of a line
 * @param indent the column of our items' dashes
 * @param ownKey the block brings the key {@code scrape_configs} itself, at {@code indent}
 * @param from the first event that our events replace
 * @param to the event behind the last one that they replace
 * @param opens the events around our items that are new: a mapping, a key, a list
 */
record Place(int offset, int indent, boolean ownKey, int from, int to, Opens opens) {

  static final String KEY = "scrape_configs";

  /** What our block is the first content of; how much of its own YAML stream is therefore new. */
  enum Opens {
    /** The user's list goes on. */
    NOTHING(5, 4),
    /** The list of the user's empty key. */
    LIST(4, 3),
    /** The key and its list. */
    KEY(3, 3),
    /** The file's mapping, key and list. */
    MAPPING(2, 2),
    /** The document. */
    DOCUMENT(1, 1);

    private final int first;
    private final int last;

    Opens(int first, int last) {
      this.first = first;
      this.last = last;
    }

    /** The leading events of stream, document, mapping, key and list that the text has already. */
    int first() {
      return first;
    }

    /** The closing ones that it has already. */
    int last() {
      return last;
    }
  }

  /**
   * Finds the place.
   *
   * @throws UnparsableConfig when there is none that leaves the user's jobs as they are
   */
  static Place find(YamlText yaml) throws UnparsableConfig {
    return new PlaceSearch(yaml, yaml.events()).find();
  }
}
