package io.appmetrics.operator.scrapeconfig;

/**
 * Where our jobs go in a text, and what they change in the stream of its YAML events.
 *
 * @param offset where the block is inserted, in UTF-16 units
 * @param form how our jobs are written there
 * @param breaksLine whether the block ends with a line break of its own, because the user's line
 *     goes on behind it
 * @param from the first event that our events replace
 * @param to the event behind the last one that they replace
 * @param opens the events around our items that are new: a mapping, a key, a list
 */
record Place(int offset, Form form, boolean breaksLine, int from, int to, Opens opens) {

  static final String KEY = "scrape_configs";

  /** The styles of YAML. */
  sealed interface Form permits Dashes, Brackets {}

  /**
   * One job for each dash, as people write it.
   *
   * @param column of the dashes
   */
  record Dashes(int column) implements Form {}

  /**
   * In the user's brackets or braces, or in some of our own.
   *
   * @param comma whether one is needed before our jobs
   */
  record Brackets(boolean comma) implements Form {}

  /** What our block is the first content of; how much of its own YAML stream is therefore new. */
  enum Opens {
    /** The user's list goes on. */
    NOTHING(5, 3),
    /** The list of the user's empty key. */
    LIST(4, 2),
    /** The key and its list. */
    KEY(3, 2),
    /** The file's mapping, key and list. */
    MAPPING(2, 1),
    /** The document. */
    DOCUMENT(1, 0);

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

    boolean list() {
      return this != NOTHING;
    }

    boolean key() {
      return list() && this != LIST;
    }
  }

  /** At the end of a line. */
  static Place atLineEnd(int offset, Form form, int from, int to, Opens opens) {
    return new Place(offset, form, false, from, to, opens);
  }
}
