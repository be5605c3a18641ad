package io.appmetrics.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.appmetrics.operator.cluster.Kubeconfig.UserCertificate;
import io.fabric8.kubernetes.client.Config;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever somebody is, a client and a file say the same. */
class KubeconfigTest {

  static Stream<Kubeconfig> users() {
    return Stream.of(
        new Kubeconfig("https://127.0.0.1:6443", "authority\n", "secret"),
        new Kubeconfig(
            "https://127.0.0.1:6443", "authority\n", "", new UserCertificate("cert\n", "key\n")));
  }

  @ParameterizedTest
  @MethodSource("users")
  void a_client_is_the_same_user(Kubeconfig user) {
    assertThat(Kubeconfig.of(user.config("test"))).isEqualTo(user);
  }

  @ParameterizedTest
  @MethodSource("users")
  void a_file_is_the_same_user(Kubeconfig user) {
    assertThat(Kubeconfig.of(Config.fromKubeconfig(user.yaml()))).isEqualTo(user);
  }

  @ParameterizedTest
  @MethodSource("users")
  void a_token_takes_the_place_of_whatever_there_was(Kubeconfig user) {
    assertThat(user.withToken("other"))
        .isEqualTo(new Kubeconfig(user.server(), user.authorityPem(), "other"));
  }
}
