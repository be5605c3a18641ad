package io.appmetrics.operator.appmetrics;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.function.Consumer;

/** Hears of an object that came, changed or went, all alike. */
record Tell<T>(Consumer<T> changed) implements ResourceEventHandler<T> {
  @Override
  public void onAdd(T object) {
    changed.accept(object);
  }

  @Override
  public void onUpdate(T before, T after) {
    changed.accept(after);
  }

  @Override
  public void onDelete(T object, boolean unknown) {
    changed.accept(object);
  }
}
