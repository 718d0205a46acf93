// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.step.Fgsm;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.ProgramCache;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether one step of DGBA is what Zhang et al., arXiv 2305.12066, say: the solution of the integer linear program
 * {@code max sum_i grad L_i . d / L_i} with every element of {@code d} at -epsilon, 0 or epsilon. Relaxed to a box, and
 * to the pixels' range, the program has its optimum at a vertex, so that taking signs loses nothing.
 *
 * <p>The step is that of the attack itself (FGSM with {@link Dgba}, so one fused backward pass in float32, projected to
 * the budget); the program is made of one gradient per task and summed in float64. So the gap between them is a check
 * and not an identity. It is not 0 where an element's direction is smaller than its rounding error, and by the margin
 * that a {@linkplain dev.topple.attacks.budget.Budget budget} keeps.
 *
 * <p>How well the program predicts the losses is another question, which no sign answers:
 * {@link ImageExactness#surplus} is the error of the first-order prediction and grows with epsilon.
 *
 * <p>Used by one thread at a time; close it to free its programs.
 */
public final class DgbaExactness implements AutoCloseable {

    private static final int SHAPES = 2;

    private final Model model;
    private final ProgramCache<Shape> gradients;
    private final List<Double> epsilons;
    private final List<CompiledAttack> attacks = new ArrayList<>();

    /**
     * A study of a model.
     *
     * @param epsilons of the L-infinity budgets, each above 0 and at most 1
     */
    public DgbaExactness(Model model, Device device, List<Double> epsilons) {
        this.model = model;
        this.epsilons = List.copyOf(epsilons);
        this.gradients = new ProgramCache<>(device, SHAPES, this::graph);
        if (epsilons.isEmpty()) {
            throw new IllegalArgumentException("the exactness of DGBA is studied with at least one epsilon");
        }
        for (double epsilon : epsilons) {
            if (!(epsilon > 0)) {
                throw new IllegalArgumentException("with an epsilon of " + Budgets.plain(epsilon)
                        + " no image changes; study the exactness of DGBA with one above 0");
            }
            attacks.add(Attack.of(model, Budgets.linf(epsilon), new Fgsm(), new Dgba()).on(device));
        }
    }

    /**
     * Studies images.
     *
     * @param images floats {@code [N, 3, H, W]} in [0, 1]
     * @param labels for each task of the model labels of its label type
     * @return for each image one entry per epsilon
     */
    public List<List<ImageExactness>> of(Tensor images, Map<String, Tensor> labels) {
        int count = images.shape().dim(0);
        Executable program = gradients.get(images.shape());
        program.feed("images", images);
        model.tasks().forEach(task -> program.feed("label." + task.name(), labels.get(task.name())));
        program.run();
        List<Linear> linear = new ArrayList<>();
        for (Task task : model.tasks()) {
            linear.add(new Linear(task.name(), program.fetch("loss." + task.name()).floats(),
                    program.fetch("valid." + task.name()).floats(),
                    program.fetch("gradient." + task.name()).floats()));
        }
        List<List<ImageExactness>> all = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            all.add(new ArrayList<>());
        }
        for (int i = 0; i < attacks.size(); i++) {
            AttackResult step = attacks.get(i).run(images, labels, new long[count]);
            for (int row = 0; row < count; row++) {
                all.get(row).add(image(epsilons.get(i), row, images, linear, step));
            }
        }
        return all;
    }

    private static ImageExactness image(double epsilon, int row, Tensor images, List<Linear> linear,
            AttackResult step) {
        int each = images.shape().size() / images.shape().dim(0);
        float[] image = Arrays.copyOfRange(images.floats(), row * each, (row + 1) * each);
        double[] change = new double[each];
        for (int k = 0; k < each; k++) {
            change[k] = (double) step.adversarial().floats()[row * each + k] - image[k];
        }
        List<Linear> present = linear.stream().filter(task -> task.takesPart(row)).toList();
        double[] objective = new double[each];
        Map<String, Double> predicted = new LinkedHashMap<>();
        Map<String, Double> actual = new LinkedHashMap<>();
        for (Linear task : present) {
            double own = 0;
            for (int k = 0; k < each; k++) {
                double relative = task.gradient[row * each + k] / (double) task.loss[row];
                objective[k] += relative / present.size();
                own += relative * change[k];
            }
            predicted.put(task.name, own);
            double before = step.cleanLosses().get(task.name)[row];
            actual.put(task.name, (step.finalLosses().get(task.name)[row] - before) / before);
        }
        BoxProgram program = BoxProgram.within(epsilon, image, objective);
        return new ImageExactness(epsilon, program.optimum(), program.dualBound(), program.value(change),
                program.violation(change), predicted, actual);
    }

    private Graph graph(Shape shape) {
        Graph graph = new Graph();
        Value images = graph.input("images", TensorType.f32(shape.dims()));
        List<Value> predictions = model.predict(images);
        for (int i = 0; i < predictions.size(); i++) {
            Task task = model.tasks().get(i);
            Value label = graph.input("label." + task.name(),
                    task.labelType(shape.dim(0), shape.dim(2), shape.dim(3)));
            Value loss = task.loss(predictions.get(i), label);
            graph.output("loss." + task.name(), loss);
            graph.output("valid." + task.name(), task.validPixels(label));
            graph.output("gradient." + task.name(), Gradients.of(loss, images));
        }
        return graph;
    }

    @Override
    public void close() {
        gradients.close();
        attacks.forEach(CompiledAttack::close);
    }

    /** A task's losses and gradients at the clean images. */
    private record Linear(String name, float[] loss, float[] valid, float[] gradient) {

        /** As {@link Dgba#takesPart} has it. */
        boolean takesPart(int row) {
            return valid[row] > 0 && loss[row] > Dgba.FLOOR && loss[row] <= Float.MAX_VALUE;
        }
    }
}
