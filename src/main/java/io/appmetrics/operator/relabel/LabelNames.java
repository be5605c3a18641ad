package io.appmetrics.operator.relabel;

/** Which names a replace rule may write to (model/metric.go, IsValidLabelName). */
enum LabelNames {
  LEGACY {
    @Override
    boolean allow(String name) {
      for (var i = 0; i < name.length(); i++) {
        var c = name.charAt(i);
        var letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(c >= '0' && c <= '9' && i > 0)) {
          return false;
        }
      }
      return !name.isEmpty();
    }
  },
  UTF8 {
    @Override
    boolean allow(String name) {
      return !name.isEmpty();
    }
  };

  abstract boolean allow(String name);
}
