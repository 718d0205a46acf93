// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.kernels.launch.Form;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SoftmaxesTest {

    private static final double ERROR = 2e-6;
    private static final int IGNORED = 255;

    private final FamilyRun run = new FamilyRun();

    @AfterAll
    void close() {
        run.close();
    }

    private static List<Form> forms(Tensor x) {
        return x.shape().rank() == 4 ? List.of(Form.values()) : List.of(Form.PLAIN);
    }

    private Tensor distribution(Softmax op, Tensor x, Form from, Form to) {
        Operand y = run.room(x.type(), to);
        run.run(Softmaxes.distribution(op, run.put(x, from), y));
        return run.get(y, DType.F32);
    }

    private void check(Softmax op, Tensor x) {
        Tensor expected = FamilyRun.expected(op, x).get(0);
        for (Form from : forms(x)) {
            for (Form to : forms(x)) {
                FamilyRun.same(expected, distribution(op, x, from, to), ERROR, op + " " + x.type() + " " + from);
            }
        }
    }

    private static Tensor wide(Tensor x) {
        for (int i = 0; i < x.floats().length; i++) {
            x.floats()[i] *= 30;
        }
        return x;
    }

    @Test
    void distributesAlongAnyAxis() {
        Tensor x = wide(FamilyRun.random(1, 2, 5, 3, 7));
        for (int axis = 0; axis < 4; axis++) {
            check(new Softmax.Probabilities(axis), x);
            check(new Softmax.LogProbabilities(axis), x);
        }
        check(new Softmax.Probabilities(1), FamilyRun.random(2, 3, 70));
        check(new Softmax.LogProbabilities(0), FamilyRun.random(2, 9));
        check(new Softmax.Probabilities(1), FamilyRun.random(3, 2, 67, 2, 3));
        Tensor special = FamilyRun.random(4, 2, 4);
        special.floats()[1] = Float.NaN;
        special.floats()[6] = Float.NEGATIVE_INFINITY;
        check(new Softmax.Probabilities(1), special);
    }

    private void checkLoss(Tensor x, Tensor labels, Optional<Tensor> weights) {
        Tensor g = FamilyRun.random(7, labels.shape().dims());
        Softmax.CrossEntropy loss = new Softmax.CrossEntropy(IGNORED);
        Softmax.CrossEntropyGradient gradient = new Softmax.CrossEntropyGradient(IGNORED);
        Tensor expected = weights.map(w -> FamilyRun.expected(loss, x, labels, w))
                .orElseGet(() -> FamilyRun.expected(loss, x, labels)).get(0);
        Tensor expectedBack = weights.map(w -> FamilyRun.expected(gradient, x, labels, g, w))
                .orElseGet(() -> FamilyRun.expected(gradient, x, labels, g)).get(0);
        for (Form form : forms(x)) {
            Operand y = run.room(expected.type(), Form.PLAIN);
            Operand at = run.put(labels);
            var w = weights.map(tensor -> run.put(tensor).region());
            run.run(Softmaxes.crossEntropy(loss, run.put(x, form), at.region(), w, y.region()));
            FamilyRun.same(expected, run.get(y, DType.F32), ERROR, "loss " + form);
            for (Form to : forms(x)) {
                Operand back = run.room(x.type(), to);
                run.run(Softmaxes.crossEntropyGradient(gradient, run.put(x, form), at.region(), run.put(g), w, back));
                FamilyRun.same(expectedBack, run.get(back, DType.F32), ERROR, "gradient " + form + " " + to);
            }
        }
    }

    private static Tensor labels(int classes, int... dims) {
        Tensor labels = FamilyRun.integers(5, classes, dims);
        labels.ints()[1] = IGNORED;
        labels.ints()[2] = classes;
        labels.ints()[3] = -1;
        return labels;
    }

    @Test
    void weighsPlacesByTheirLabels() {
        checkLoss(wide(FamilyRun.random(6, 2, 13, 3, 5)), labels(13, 2, 3, 5), Optional.empty());
        checkLoss(wide(FamilyRun.random(6, 2, 40, 2, 2)), labels(40, 2, 2, 2), Optional.of(FamilyRun.random(8, 40)));
        checkLoss(FamilyRun.random(6, 5, 70), labels(70, 5), Optional.empty());
        checkLoss(FamilyRun.random(6, 2, 3, 4), labels(3, 2, 4), Optional.empty());
    }

    private void checkResized(Method method, int h, int w, int height, int width, int classes) {
        int images = 2;
        Tensor x = wide(FamilyRun.random(9, images, classes, h, w));
        Tensor labels = labels(classes, images, height, width);
        Tensor g = FamilyRun.random(10, images, 1, 1);
        Resampling.Resize resize = new Resampling.Resize(method, height, width);
        Softmax.CrossEntropy loss = new Softmax.CrossEntropy(IGNORED);
        Tensor large = FamilyRun.expected(resize, x).get(0);
        Tensor expected = FamilyRun.expected(loss, large, labels).get(0);
        float[] spread = new float[labels.shape().size()];
        for (int i = 0; i < spread.length; i++) {
            spread[i] = g.floats()[i / (height * width)];
        }
        Tensor ofLarge = FamilyRun.expected(new Softmax.CrossEntropyGradient(IGNORED), large, labels,
                Tensor.of(labels.shape(), spread)).get(0);
        Tensor expectedBack = FamilyRun.expected(new Resampling.ResizeGradient(method, h, w), ofLarge).get(0);
        for (Form form : Form.values()) {
            Operand at = run.put(labels);
            Operand from = run.put(x, form);
            Operand losses = run.room(expected.type(), Form.PLAIN);
            Operand logarithms = run.room(expected.type(), Form.PLAIN);
            run.run(Resizes.loss(resize, loss, from, at.region(), losses.region(), logarithms.region()));
            String what = method + " " + form + " " + h + "x" + w + " to " + height + "x" + width;
            FamilyRun.same(expected, run.get(losses, DType.F32), 1e-5, what);
            Operand y = run.room(x.type(), form);
            run.run(Resizes.lossGradient(resize, loss, from, at.region(), logarithms.region(), run.put(g), y,
                    run::floats));
            FamilyRun.same(expectedBack, run.get(y, DType.F32), 2e-5, what + " gradient");
            Operand each = run.room(x.type(), form);
            run.run(Resizes.lossGradient(resize, loss, from, at.region(), logarithms.region(),
                    run.put(Tensor.of(labels.shape(), spread)), each, run::floats));
            assertTrue(run.get(y, DType.F32).sameBits(run.get(each, DType.F32)), what);
        }
    }

    @Test
    void resizesLogitsOnTheWay() {
        checkResized(Method.BILINEAR, 3, 4, 12, 16, 5);
        checkResized(Method.BILINEAR, 3, 2, 13, 8, 8);
        checkResized(Method.BILINEAR, 5, 3, 7, 11, 3);
        checkResized(Method.BILINEAR, 7, 6, 3, 4, 3);
        checkResized(Method.BILINEAR_ALIGN_CORNERS, 3, 4, 9, 5, 4);
        checkResized(Method.BILINEAR_ALIGN_CORNERS, 1, 3, 4, 1, 4);
        checkResized(Method.NEAREST, 3, 4, 7, 6, 3);
    }

    @Test
    void givesRowsOfBatchTheBitsOfRowsAlone() {
        Tensor x = FamilyRun.random(11, 3, 13, 5, 3);
        for (Form form : Form.values()) {
            Softmax op = new Softmax.Probabilities(1);
            assertTrue(FamilyRun.rows(distribution(op, x, form, form), 1, 1)
                    .sameBits(distribution(op, FamilyRun.rows(x, 1, 1), form, form)));
        }
    }

    @Test
    void givesLossesOfOneImageTheBitsOfTheImageAlone() {
        Resampling.Resize resize = new Resampling.Resize(Method.BILINEAR, 11, 17);
        Softmax.CrossEntropy loss = new Softmax.CrossEntropy(IGNORED);
        Tensor x = FamilyRun.random(12, 3, 5, 4, 6);
        Tensor labels = labels(5, 3, 11, 17);
        for (Form form : Form.values()) {
            List<Tensor> all = resized(resize, loss, x, labels, form);
            List<Tensor> one = resized(resize, loss, FamilyRun.rows(x, 1, 1), FamilyRun.rows(labels, 1, 1), form);
            for (int i = 0; i < 2; i++) {
                assertTrue(FamilyRun.rows(all.get(i), 1, 1).sameBits(one.get(i)), form + " result " + i);
            }
        }
    }

    private List<Tensor> resized(Resampling.Resize resize, Softmax.CrossEntropy loss, Tensor x, Tensor labels,
            Form form) {
        Operand at = run.put(labels);
        Operand from = run.put(x, form);
        Operand losses = run.room(labels.type().withDtype(DType.F32), Form.PLAIN);
        Operand logarithms = run.room(labels.type().withDtype(DType.F32), Form.PLAIN);
        run.run(Resizes.loss(resize, loss, from, at.region(), losses.region(), logarithms.region()));
        Operand y = run.room(x.type(), form);
        run.run(Resizes.lossGradient(resize, loss, from, at.region(), logarithms.region(),
                run.put(Tensor.scalar(0.25f)), y, run::floats));
        return List.of(run.get(losses, DType.F32), run.get(y, DType.F32));
    }

    @Test
    void doesNothingWithoutElements() {
        Operand empty = new Operand(run.floats(1), Shape.of(0, 3, 2, 2), Form.PLAIN);
        assertTrue(Softmaxes.distribution(new Softmax.Probabilities(1), empty, empty).isEmpty());
    }
}
