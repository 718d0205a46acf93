// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.sharing.Sharing;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models whose tasks share some levels of the encoder. */
class SharedModelTest {

    private static final List<Task> TASKS = List.of(Segmentation.of(3), new Depth(), new Normals());
    private static final EncoderSettings ENCODER = new ResidualEncoder.Settings(4, List.of(4, 6), List.of(1, 1));

    @TempDir
    private Path folder;

    private static ModelDescription description(EncoderSettings encoder, Sharing sharing) {
        return new ModelDescription(encoder, new PyramidDecoder.Settings(4), Normalisation.USUAL, TASKS, sharing);
    }

    private static ModelDescription description(String layout) {
        return description(ENCODER, Sharing.parse(layout, 3, ENCODER.levels()));
    }

    private static final Sharing TREE = new Sharing(3, List.of(List.of(List.of(0, 1, 2)),
            List.of(List.of(0, 2), List.of(1)), List.of(List.of(0), List.of(1), List.of(2))));

    @Test
    void variablesAreNamedAfterTheTasksThatShareThem() {
        Set<String> names = MultiTaskModel.create("tree", description(ENCODER, TREE), 1).variables().keySet();
        assertTrue(names.containsAll(List.of("encoder.stem.weight",
                "encoder.segmentation+normals.stage1.block0.first.weight", "encoder.depth.stage1.block0.first.weight",
                "encoder.normals.stage2.block0.shortcut.norm.gamma", "encoder.depth.stage2.block0.first.weight",
                "decoder.depth.output.bias")), names.toString());
        assertFalse(names.contains("encoder.stage1.block0.first.weight"));
    }

    /** The same weights in every copy predict the same as one copy. */
    @ParameterizedTest
    @ValueSource(strings = {"independent", "share-1", "share-2", "5"})
    void copiesOfTheSameWeightsPredictTheSame(String layout) {
        MultiTaskModel shared = MultiTaskModel.create("shared", description("all-shared"), 1);
        MultiTaskModel shape = MultiTaskModel.create("copies", description(layout), 2);
        Map<String, Tensor> values = new HashMap<>();
        shape.variables().forEach((name, variable) -> values.put(name, shared.variables()
                .get(shape.encoderVariables().containsKey(variable)
                        ? "encoder." + shape.encoderVariables().get(variable)
                        : name)
                .initial()));
        MultiTaskModel copies = MultiTaskModel.of("copies", shape.description(), values, "test");
        assertTrue(copies.parameterCount() > shared.parameterCount());
        Tensor images = Initialiser.normal(0.3).values(Shape.of(2, 3, 16, 20), new RandomSource(1));
        List<Tensor> one = predict(shared, images);
        List<Tensor> other = predict(copies, images);
        for (int t = 0; t < 3; t++) {
            assertTrue(one.get(t).sameBits(other.get(t)), TASKS.get(t).name());
        }
    }

    private static List<Tensor> predict(MultiTaskModel model, Tensor images) {
        Graph graph = new Graph();
        List<Value> predictions = model.predict(graph.constant(images));
        for (int t = 0; t < predictions.size(); t++) {
            graph.output("p" + t, predictions.get(t));
        }
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            program.run();
            List<Tensor> tensors = new ArrayList<>();
            for (int t = 0; t < predictions.size(); t++) {
                tensors.add(program.fetch("p" + t));
            }
            return tensors;
        }
    }

    /** Depth reads the stem and its own levels, so the gradient of its loss is there and nowhere else. */
    @Test
    void aTaskChangesWhatItReadsAlone() {
        MultiTaskModel model = MultiTaskModel.create("tree", description(ENCODER, TREE), 1);
        Graph graph = new Graph();
        Value images = graph.constant(Initialiser.normal(0.3).values(Shape.of(1, 3, 16, 16), new RandomSource(1)));
        Value depth = model.predict(images).get(1).sum();
        List<Variable> encoder = model.encoderVariables().keySet().stream()
                .filter(model.parameters()::contains).toList();
        List<Value> gradients = Gradients.of(depth, encoder.stream().map(graph::read).toList());
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("g" + i, gradients.get(i));
        }
        Set<String> changed = new TreeSet<>();
        Set<String> read = new TreeSet<>();
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            program.run();
            for (int i = 0; i < encoder.size(); i++) {
                String name = encoder.get(i).name();
                if (name.startsWith("encoder.stem.") || name.startsWith("encoder.depth.")) {
                    read.add(name);
                }
                for (float value : program.fetch("g" + i).floats()) {
                    if (value != 0) {
                        changed.add(name);
                    }
                }
            }
        }
        assertEquals(read, changed);
    }

    @Test
    void filesHoldTheLayout() {
        for (Sharing sharing : List.of(TREE, Sharing.independent(3, 3), Sharing.allShared(3, 3))) {
            ModelDescription description = description(ENCODER, sharing);
            String json = Json.compact(description.toJson());
            assertEquals(description, ModelDescription.fromJson(JsonView.of(Json.parse(json, "test"), "test")));
            assertEquals(!sharing.allShared(), json.contains("sharing"));
        }
        String wrong = Json.compact(description(ENCODER, TREE).toJson()).replace("[[0],[1],[2]]", "[[0],[1]]");
        String message = assertThrows(FormatException.class,
                () -> ModelDescription.fromJson(JsonView.of(Json.parse(wrong, "test"), "test"))).getMessage();
        assertTrue(message.contains("level 2"), message);
        assertThrows(IllegalArgumentException.class, () -> description(ENCODER, Sharing.independent(2, 3)));
        assertThrows(IllegalArgumentException.class, () -> description(ENCODER, Sharing.independent(3, 4)));
        assertThrows(IllegalArgumentException.class, () -> new ModelDescription(ENCODER,
                new LinearDecoder.Settings(1), Normalisation.USUAL, TASKS));
    }

    @Test
    void everyCopyStartsWithTheWeightsOfAnEncoder() {
        EncoderSettings encoder = new MobileNetV2Encoder.Settings(0.1, true, Padding.KERAS, 2, Norm.BATCH);
        MultiTaskModel one = MultiTaskModel.create("one", description(encoder, Sharing.allShared(3, 2)), 1);
        Map<String, Tensor> tensors = new HashMap<>();
        one.encoderVariables().forEach((variable, name) -> tensors.put(theirs(name), variable.initial()));
        tensors.put("fc.weight", Tensor.zeros(TensorType.f32(2, 2)));
        Path file = folder.resolve("encoder.safetensors");
        Safetensors.write(file, tensors, Map.of("input", "RGB, (x/255-[0.485,0.456,0.406])/[0.229,0.224,0.225]"));
        EncoderWeights weights = EncoderWeights.read(file);
        assertEquals(List.of(0.229f, 0.224f, 0.225f), weights.normalisation().orElseThrow().deviation());
        assertFalse(weights.folded());
        MultiTaskModel three = MultiTaskModel.create("three", description(encoder, Sharing.independent(3, 2)), 2);
        Map<String, Tensor> values = weights.into(three);
        assertEquals(3 * one.encoderVariables().size(), values.size());
        assertTrue(values.get("encoder.depth.block0.dw.norm.variance")
                .sameBits(one.variables().get("encoder.block0.dw.norm.variance").initial()));
        MultiTaskModel other = MultiTaskModel.create("other",
                description(new MobileNetV2Encoder.Settings(0.9, true, Padding.KERAS, 2, Norm.BATCH),
                        Sharing.allShared(3, 2)),
                1);
        assertTrue(assertThrows(FormatException.class, () -> weights.into(other)).getMessage()
                .contains("choose the encoder that the weights are of"));
        MultiTaskModel stranger = MultiTaskModel.create("stranger", description("all-shared"), 1);
        assertTrue(assertThrows(FormatException.class, () -> weights.into(stranger)).getMessage()
                .contains("no weight belongs to the encoder"));
        Safetensors.write(file, tensors, Map.of("input", "BGR"));
        assertTrue(assertThrows(FormatException.class, () -> EncoderWeights.read(file)).getMessage().contains("BGR"));
    }

    /** Batch normalisations are named as PyTorch names them. */
    private static String theirs(String name) {
        return name.replace(".gamma", ".weight").replace(".beta", ".bias").replace(".mean", ".running_mean")
                .replace(".variance", ".running_var");
    }

    /** All variables of the encoders of ImageNet are in their files. */
    @Tag("data")
    @Test
    void theEncodersOfImageNetFit() {
        Map<String, EncoderSettings> encoders = Map.of(
                "resnet18-conv1-layer3", new ResNetEncoder.Settings(18, 16, 3, false, Norm.FOLDED),
                "mobilenetv2-0.35", new MobileNetV2Encoder.Settings(0.35, true, Padding.KERAS, 5, Norm.FOLDED),
                "mobilenetv2-1.0", new MobileNetV2Encoder.Settings(1, true, Padding.KERAS, 5, Norm.FOLDED));
        Optional<Path> data = Stream.of(Optional.ofNullable(System.getenv("TOPPLE_DATA")).orElse("../shared/data"),
                "../../shared/data").map(Path::of).filter(path -> Files.isDirectory(path.resolve("weights")))
                .findFirst();
        Assumptions.assumeTrue(data.isPresent(), "no folder ../shared/data/weights and no TOPPLE_DATA");
        encoders.forEach((name, settings) -> {
            Path file = data.get().resolve("weights").resolve(name + "-imagenet.safetensors");
            MultiTaskModel model = MultiTaskModel.create(name,
                    description(settings, Sharing.allShared(3, settings.levels())), 1);
            EncoderWeights weights = EncoderWeights.read(file);
            assertTrue(weights.folded() && weights.normalisation().isPresent());
            assertEquals(model.encoderVariables().size(), weights.into(model).size(), name);
        });
    }
}
