package io.appmetrics.operator.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CustomResourceInfo;
import io.fabric8.crdv2.generator.ResolvingContext;
import io.fabric8.crdv2.generator.v1.CustomResourceHandler;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The definition of the custom resource, generated from its records by fabric8's CRD generator.
 *
 * <p>What that generator cannot say is added here: list keys, enums of plain strings, the length of
 * an IntOrString (without it the API server estimates CEL's cost at 100 times the budget), the
 * widths of integers, descriptions of classes, and the order of the columns. What it says twice is
 * said once: a rule on a record component reaches it from the field and from the accessor, and
 * server-side apply fails on the duplicate.
 */
final class CrdFile {

  /** Where the definition is committed, from the root of the project. */
  static final Path PATH = Path.of("crds", "appmetrics.appmetrics.io.yaml");

  /** How to write it anew. */
  static final String COMMAND = "mvn -q test -Dtest=CrdFileTest -Dcrds.write";

  private CrdFile() {}

  /** What the file has to hold, byte for byte. */
  static String render() {
    return """
    # Generated from src/main/java/io/appmetrics/operator/api; edits are lost. To generate anew:
    #   %s
    """
            .formatted(COMMAND)
        + Serialization.asYaml(definition());
  }

  private static CustomResourceDefinition definition() {
    var generator = new CustomResourceHandler();
    generator.handle(
        CustomResourceInfo.fromClass(AppMetrics.class),
        ResolvingContext.defaultResolvingContext(false));
    var crd = (CustomResourceDefinition) generator.finish().findFirst().orElseThrow().getKey();

    crd.getSpec().getNames().setListKind(crd.getSpec().getNames().getKind() + "List");
    CustomResourceDefinitionVersion version = crd.getSpec().getVersions().get(0);
    version.setAdditionalPrinterColumns(asDeclared(version.getAdditionalPrinterColumns()));

    JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
    describe(root, AppMetrics.class);
    complete(property(root, "spec"), AppMetricsSpec.class);
    complete(property(root, "status"), AppMetricsStatus.class);
    return crd;
  }

  private static List<CustomResourceColumnDefinition> asDeclared(
      List<CustomResourceColumnDefinition> columns) {
    List<String> declared =
        Stream.of(AppMetrics.class.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    return columns.stream()
        .sorted(Comparator.comparing(column -> declared.indexOf(column.getName())))
        .toList();
  }

  private static void complete(JSONSchemaProps schema, Class<?> type) {
    describe(schema, type);
    once(schema);
    for (RecordComponent component : type.getRecordComponents()) {
      JSONSchemaProps property = property(schema, component.getName());
      once(property);
      if (component.getType().isRecord()) {
        complete(property, component.getType());
      } else if (component.getType() == List.class) {
        completeList(property, component);
      } else if (component.getType() == Integer.class) {
        property.setFormat("int32");
      } else if (component.getType() == Long.class) {
        property.setFormat("int64");
      } else if (component.getType() == IntOrString.class) {
        // it says again what int-or-string says, and a refusal would repeat itself three times
        property.setAnyOf(List.of());
        property.setMaxLength(component.getAccessor().getAnnotation(Size.class).max());
      } else if (component.isAnnotationPresent(OneOf.class)) {
        property.setEnum(
            Stream.of(component.getAnnotation(OneOf.class).value())
                .<JsonNode>map(TextNode::valueOf)
                .toList());
      }
    }
  }

  private static void completeList(JSONSchemaProps list, RecordComponent component) {
    ListMapKeys keys = component.getAnnotation(ListMapKeys.class);
    if (keys == null) {
      list.setXKubernetesListType("atomic");
    } else {
      list.setXKubernetesListType("map");
      list.setXKubernetesListMapKeys(List.of(keys.value()));
    }
    var item = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
    complete(list.getItems().getSchema(), (Class<?>) item);
  }

  private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
    return requireNonNull(schema.getProperties().get(name), () -> "the generator left out " + name);
  }

  private static void describe(JSONSchemaProps schema, Class<?> type) {
    schema.setDescription(type.getAnnotation(JsonClassDescription.class).value());
  }

  private static void once(JSONSchemaProps schema) {
    schema.setXKubernetesValidations(
        schema.getXKubernetesValidations().stream().distinct().toList());
  }
}
