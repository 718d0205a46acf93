// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.attacks.Attack;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.benchmarks.networks.Network;
import dev.topple.benchmarks.networks.NetworkModel;
import dev.topple.benchmarks.networks.Scenes;
import dev.topple.benchmarks.networks.Survey;
import dev.topple.engine.Device;
import dev.topple.engine.Precision;
import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Short attacks on a network for so many images: the memory that they take, and for another library the network, the
 * images and the direction that Topple finds for them.
 */
public final class Attacks {

    private static final double EPSILON = 8 / 255.0;
    private static final int STEPS = 2;

    private Attacks() {}

    /**
     * Attacks.
     *
     * @param args {@code facts=FILE device=NAME network=resnet34-light size=288x384 images=1,8,32 precisions=exact,fast},
     *        and {@code folder=FOLDER} to write {@code network.safetensors}, {@code scenes.safetensors} and
     *        {@code topple-PRECISION-IMAGES.f32} there
     */
    public static void main(String[] args) {
        Arguments arguments = Arguments.of(args);
        String network = arguments.text("network");
        String[] size = arguments.text("size").split("x");
        int height = Integer.parseInt(size[0]);
        int width = Integer.parseInt(size[1]);
        List<Integer> counts = arguments.numbers("images");
        String folder = arguments.text("folder", "");
        if (!folder.isEmpty()) {
            int most = counts.stream().mapToInt(Integer::intValue).max().orElseThrow();
            export(Path.of(folder), network, Scenes.of(most, height, width));
        }
        NetworkModel model = new NetworkModel(network);
        for (int images : counts) {
            Scenes scenes = Scenes.of(images, height, width);
            for (String name : arguments.words("precisions")) {
                attack(arguments, model, scenes, Precision.of(name), folder);
            }
        }
    }

    private static void attack(Arguments arguments, NetworkModel model, Scenes scenes, Precision precision,
            String folder) {
        int images = scenes.images().shape().dim(0);
        int height = scenes.images().shape().dim(2);
        int width = scenes.images().shape().dim(3);
        try (Device device = arguments.open(precision, "auto")) {
            try (CompiledAttack attack =
                    Attack.of(model, Budgets.linf(EPSILON), new Ifgsm(STEPS), new Dgba()).on(device)) {
                attack.run(scenes.images(), scenes.labels(), ImageKeys.of(1, 0, images));
            }
            device.memoryUse().ifPresent(use -> arguments.facts().add(JsonValue.object().put("kind", "memory")
                    .put("side", "topple").put("network", model.name()).put("images", images)
                    .put("size", height + "x" + width).put("precision", precision.label())
                    .put("peakBytes", use.peakBytes()).put("reservedBytes", use.reservedBytes()).build()));
            if (!folder.isEmpty()) {
                Direction direction = Direction.of(model, scenes.images(), scenes.labels(), device);
                write(Path.of(folder).resolve("topple-" + precision.label() + "-" + images + ".f32"), direction);
            }
        }
    }

    private static void export(Path folder, String network, Scenes scenes) {
        Safetensors.write(folder.resolve("network.safetensors"), Survey.weights(Network.of(network)),
                Map.of("network", network));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("images", scenes.images());
        tensors.put("classes", scenes.classes());
        tensors.put("depths", scenes.depths());
        tensors.put("normals", scenes.normals());
        Safetensors.write(folder.resolve("scenes.safetensors"), tensors, Map.of());
    }

    /** The losses task by task, then the direction, float32, little-endian. */
    private static void write(Path file, Direction direction) {
        List<float[]> parts = new ArrayList<>(direction.losses());
        parts.add(direction.direction().floats());
        ByteBuffer bytes = ByteBuffer.allocate(4 * parts.stream().mapToInt(part -> part.length).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float[] part : parts) {
            bytes.asFloatBuffer().put(part);
            bytes.position(bytes.position() + 4 * part.length);
        }
        AtomicFiles.write(file, bytes.array());
    }
}
