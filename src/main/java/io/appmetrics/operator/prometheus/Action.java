package io.appmetrics.operator.prometheus;

import io.appmetrics.operator.scrapeconfig.BlockText;
import io.appmetrics.operator.scrapeconfig.ScrapeBlock;
import io.appmetrics.operator.scrapeconfig.SlotJobs;
import org.jspecify.annotations.Nullable;

/** The one thing that a pass of the installation loop does. */
public sealed interface Action {

  /** What it is, for the log and the event. */
  String words();

  /** Nothing. */
  record None() implements Action {
    @Override
    public String words() {
      return "nothing to do";
    }
  }

  /**
   * Put these values into the ConfigMap.
   *
   * @param values the whole values of its keys
   * @param place where our jobs are to stand
   * @param block our jobs in them; null where there are none
   * @param resourceVersion the version of the ConfigMap that this was decided on
   * @param why for the log and the event
   */
  record WriteConfig(
      ConfigValues values,
      String place,
      @Nullable BlockText block,
      String resourceVersion,
      String why)
      implements Action {
    @Override
    public String words() {
      return "write the configuration, because " + why;
    }
  }

  /**
   * Change an annotation of a Prometheus pod: the kubelet projects at once, and service discovery
   * makes Prometheus try missing pools again.
   *
   * @param replica the pod
   * @param cause what it is to cure
   */
  record Nudge(ReplicaReading replica, Cause cause) implements Action {
    @Override
    public String words() {
      return "nudge pod " + replica.pod() + ", because " + cause.words();
    }
  }

  /**
   * {@code POST /-/reload}.
   *
   * @param replica the pod
   * @param cause what it is to cure
   */
  record Reload(ReplicaReading replica, Cause cause) implements Action {
    @Override
    public String words() {
      return "reload pod " + replica.pod() + ", because " + cause.words();
    }
  }

  /**
   * Restart Prometheus: the last resort.
   *
   * @param replica the pod that suffers
   * @param cause what it is to cure
   * @param restart what is remembered of it
   * @param noted whether it is remembered already: it was decided before the operator ended, and
   *     nothing shows that it was done
   */
  record Restart(
      ReplicaReading replica, Cause cause, InstallationState.Restart restart, boolean noted)
      implements Action {
    @Override
    public String words() {
      return switch (restart.way()) {
        case QUIT -> "restart pod %s in place, because %s".formatted(replica.pod(), cause.words());
        case TEMPLATE ->
            "restart by the pod template, because of pod %s: %s"
                .formatted(replica.pod(), cause.words());
      };
    }
  }

  /**
   * Note that the last restart has cured.
   *
   * @param words how that shows
   */
  record NoteCure(String words) implements Action {
    @Override
    public String words() {
      return words;
    }
  }

  /**
   * Note the jobs that every replica has loaded: they are put back when later ones are refused.
   *
   * @param jobs as they were rendered
   */
  record NoteGood(ScrapeBlock jobs) implements Action {
    @Override
    public String words() {
      return "remember the jobs %s, which every pod runs"
          .formatted(SlotJobs.named(jobs.jobNames()));
    }
  }

  /**
   * Note that Prometheus refuses these jobs, before the last good ones are put back.
   *
   * @param rejected what, and why
   */
  record Reject(InstallationState.Rejected rejected) implements Action {
    @Override
    public String words() {
      return "take back the jobs with digest %s, because Prometheus refuses them (%s)"
          .formatted(rejected.digest(), rejected.words());
    }
  }

  /**
   * What a nudge, reload or restart is for. Attempts are counted by it.
   *
   * @param id equal for the same trouble of the same text or the same certificates
   * @param words for the log and the event
   */
  record Cause(String id, String words) {}
}
