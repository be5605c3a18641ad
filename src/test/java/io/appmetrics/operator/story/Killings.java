package io.appmetrics.operator.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.cluster.Cluster;
import io.appmetrics.operator.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plays an act with an operator that is killed, and holds its end against that of any other. */
record Killings(Act act, Path directory) {
  private static final Logger log = LoggerFactory.getLogger(Killings.class);

  /** A kubelet at rest: without a nudge the files are not there in time. */
  private static final Duration PROJECTION = Duration.ofSeconds(60);

  /** Slower than discovery: a nudge alone does not always do. */
  private static final Duration REACTION = Duration.ofMillis(1_500);

  private static final int LIVES = 4;

  /** Most of what is done in one life of an act. */
  private static final int MOMENTS = 24;

  /**
   * What came of it.
   *
   * @param moments what was done in each life
   */
  private record Played(LateCertificates.End end, int killed, List<List<String>> moments) {}

  /** In several lives, one after the other, at moments by the seed. */
  void againAndAgain(long seed, Cluster cluster) {
    List<Integer> deaths = new Random(seed).ints(LIVES, 1, MOMENTS).boxed().toList();
    log.info("{}: seed {}, lives end at moments {}", act, seed, deaths);
    play(deaths, cluster);
  }

  /**
   * In one life, at a moment of it: before or after something that is done.
   *
   * @param moments numbers from 1, with commas; {@code each} for all that there are
   */
  void at(String moments) {
    if (!moments.equals("each")) {
      Stream.of(moments.split(",", -1)).map(Integer::valueOf).map(List::of).forEach(this::fresh);
      return;
    }
    Played without = fresh(List.of());
    int count = without.moments().get(0).size();
    log.info("{}: {} moments without a death: {}", act, count, without.moments().get(0));
    List<String> failures = new ArrayList<>();
    int killed = 0;
    for (int moment = 1; moment <= count; moment++) {
      try {
        Played played = fresh(List.of(moment));
        killed += played.killed();
        assertThat(played.end()).isEqualTo(without.end());
      } catch (RuntimeException | AssertionError e) {
        log.error("{}: killed at moment {}", act, moment, e);
        failures.add("moment %d: %s".formatted(moment, e));
      }
    }
    log.info("{}: killed {} times, {} failures", act, killed, failures.size());
    assertThat(failures).isEmpty();
  }

  private Played fresh(List<Integer> deaths) {
    try (Cluster cluster = Cluster.of(LocalCluster.shared())) {
      return play(deaths, cluster);
    }
  }

  private Played play(List<Integer> deaths, Cluster cluster) {
    cluster.propagation(PROJECTION);
    var story = LateCertificates.begin(act, cluster);
    try (var lives =
        MortalLives.start(own(), deaths, LateCertificates.NO_BUDGET, story.istio(), story.shop())) {
      try {
        return play(story, lives, cluster);
      } catch (RuntimeException | AssertionError e) {
        log.error("moments {}\n{}", lives.moments(), lives.log());
        throw e;
      }
    }
  }

  private Path own() {
    try {
      return Files.createTempDirectory(directory, "lives-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Played play(LateCertificates story, MortalLives lives, Cluster cluster) {
    var declared = story.declare();
    story.awaitSick(declared);
    if (act == Act.TODAY) {
      story.prometheus().awaitSettled(); // before, it would make the pool by itself
    }
    assertThat(new RestartRecord(story.istio()).remembered()).as("for nothing").isEmpty();
    long loads = story.prometheus().loads();
    long reloads = lives.done("RELOAD");
    long nudges = lives.done("NUDGE");
    cluster.timing(timing -> timing.withReaction(REACTION));

    story.istio().istioDefaultAppears();
    var appeared = Instant.now();
    declared.awaitReady(LateCertificates.PATIENCE);
    var took = Duration.between(appeared, Instant.now());
    story.awaitCured(declared);
    lives.assertKilledAsTold();
    var end = story.end();
    story.assertEnd(end);
    switch (act) {
      case TODAY -> {
        assertThat(reloads).as("reloads for the text").isEqualTo(1);
        assertThat(loads).as("its start and that reload").isEqualTo(2);
        assertThat(lives.done("NUDGE") - nudges).as("nudges to heal").isPositive();
        assertThat(lives.done("RELOAD") - reloads).as("reloads to heal").isLessThanOrEqualTo(1);
        assertThat(story.prometheus().loads() - loads).isEqualTo(lives.done("RELOAD") - reloads);
      }
      case CLASSIC -> assertThat(lives.done("RELOAD")).as("reloads").isZero();
    }
    log.info(
        "{}: killed {} times, Ready {} ms after the certificates, {} restarts, {} nudges, {} reloads; {}",
        act,
        lives.killed(),
        took.toMillis(),
        end.restarts(),
        lives.done("NUDGE"),
        lives.done("RELOAD"),
        lives.moments().stream().map(life -> life.size() + " " + last(life)).toList());
    return new Played(end, lives.killed(), lives.moments());
  }

  private static String last(List<String> life) {
    return life.isEmpty() ? "nothing" : life.get(life.size() - 1);
  }
}
