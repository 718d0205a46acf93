// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Colours;
import dev.topple.mtl.task.Task;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A picture of an attack: a row per image, with the image, the perturbation (grey is none, black and white the budget),
 * the attacked image, and for every task the label and the predictions before and after.
 */
final class Preview {

    private static final int ROWS = 4;

    private Preview() {}

    /** Attacks the first images once more, each alone (which gives the same bits), and paints them. */
    static void write(Path file, Device device, Model model, Dataset data, Budget budget, Plan plan, long seed,
            PrintWriter err) throws IOException {
        Attack attack = Attack.of(model, budget, plan.rule(), plan.balancer());
        List<List<BufferedImage>> rows = new ArrayList<>();
        for (int i = 0; i < Math.min(ROWS, data.size()); i++) {
            rows.add(row(device, model, data.sample(i), attack, ImageKeys.of(seed, i, 1)));
        }
        Sheet.write(file, Sheet.of(rows, captions(model, data), err));
    }

    private static List<String> captions(Model model, Dataset data) {
        List<String> captions = new ArrayList<>(List.of("image", "perturbation", "attacked"));
        for (Task task : model.tasks()) {
            if (data.labelled().contains(task.name())) {
                captions.add(task.name() + ": label");
            }
            captions.add(task.name() + ": clean");
            captions.add(task.name() + ": attacked");
        }
        return captions;
    }

    private static List<BufferedImage> row(Device device, Model model, Sample sample, Attack attack, long[] keys) {
        Tensor image = batch(sample.image());
        Map<String, Tensor> clean = predict(device, model, image);
        Map<String, Tensor> labels = new HashMap<>();
        for (Task task : model.tasks()) {
            Tensor label = sample.labels().get(task.name());
            labels.put(task.name(), label != null ? batch(label) : clean.get(task.name() + " label"));
        }
        AttackResult result;
        try (var compiled = attack.on(device)) {
            result = compiled.run(image, labels, keys);
        }
        Map<String, Tensor> attacked = predict(device, model, result.adversarial());
        List<BufferedImage> row = new ArrayList<>();
        row.add(rgb(image.floats(), sample));
        row.add(perturbation(image.floats(), result.adversarial().floats(), attack.budget().epsilon(), sample));
        row.add(rgb(result.adversarial().floats(), sample));
        for (Task task : model.tasks()) {
            if (sample.labels().containsKey(task.name())) {
                row.add(Sheet.image(Colours.argb(task, labels.get(task.name()), 0), sample.height(), sample.width()));
            }
            for (Map<String, Tensor> predictions : List.of(clean, attacked)) {
                row.add(Sheet.image(Colours.argb(task, predictions.get(task.name()), 0), sample.height(),
                        sample.width()));
            }
        }
        return row;
    }

    private static Map<String, Tensor> predict(Device device, Model model, Tensor image) {
        Graph graph = new Graph();
        Value input = graph.input("image", image.type());
        List<Value> predictions = model.predict(input);
        for (int t = 0; t < predictions.size(); t++) {
            Task task = model.tasks().get(t);
            graph.output(task.name(), predictions.get(t));
            graph.output(task.name() + " label", task.labelOf(predictions.get(t)));
        }
        Map<String, Tensor> results = new HashMap<>();
        try (Executable program = device.compile(graph)) {
            program.feed("image", image);
            program.run();
            graph.outputs().keySet().forEach(name -> results.put(name, program.fetch(name)));
        }
        return results;
    }

    private static Tensor batch(Tensor each) {
        int[] dims = new int[each.shape().rank() + 1];
        dims[0] = 1;
        System.arraycopy(each.shape().dims(), 0, dims, 1, each.shape().rank());
        return each.reshape(Shape.of(dims));
    }

    private static BufferedImage rgb(float[] planes, Sample sample) {
        return Sheet.rgb(planes, sample.height(), sample.width());
    }

    private static BufferedImage perturbation(float[] clean, float[] attacked, double epsilon, Sample sample) {
        float[] shown = new float[clean.length];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = epsilon == 0 ? 0.5f : (float) (0.5 + 0.5 * (attacked[i] - clean[i]) / epsilon);
        }
        return Sheet.rgb(shown, sample.height(), sample.width());
    }
}
