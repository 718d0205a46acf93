// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Pooling.Window;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.kernels.launch.Form;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Pooling, resizing and batch normalisation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImagesTest {

    private static final double ERROR = 2e-6;

    private final FamilyRun run = new FamilyRun();

    @AfterAll
    void close() {
        run.close();
    }

    private void checkPooling(Window window, int channels, int height, int width) {
        Tensor x = FamilyRun.random(1, 2, channels, height, width);
        x.floats()[3] = Float.NaN;
        x.floats()[5] = x.floats()[6];
        List<Tensor> max = FamilyRun.expected(new Pooling.MaxPool2d(window), x);
        Tensor g = FamilyRun.random(2, max.get(0).shape().dims());
        Tensor back = FamilyRun.expected(new Pooling.Scatter(height, width), g, max.get(1)).get(0);
        for (Form from : Form.values()) {
            for (Form to : Form.values()) {
                Operand y = run.room(max.get(0).type(), to);
                Operand indices = run.room(max.get(1).type(), to);
                run.run(Poolings.max(new Pooling.MaxPool2d(window), run.put(x, from), y, indices));
                FamilyRun.same(max.get(0), run.get(y, DType.F32), 0, "max " + window + from + to);
                FamilyRun.same(max.get(1), run.get(indices, DType.I32), 0, "indices " + window + from + to);
                Operand gradient = run.room(x.type(), from);
                run.run(Poolings.maxGradient(window, run.put(g, from), indices, Optional.empty(), gradient));
                FamilyRun.same(back, run.get(gradient, DType.F32), ERROR, "max gradient " + window + from + to);
                Operand scattered = run.room(x.type(), from);
                run.run(Poolings.scatter(run.put(g, from), indices, scattered));
                FamilyRun.same(back, run.get(scattered, DType.F32), ERROR, "scatter " + window + from + to);
            }
        }
        Tensor finite = FamilyRun.random(3, 2, channels, height, width);
        for (boolean countPadding : new boolean[] {false, true}) {
            checkMean(window, countPadding, finite, g);
        }
    }

    private void checkMean(Window window, boolean countPadding, Tensor x, Tensor g) {
        Pooling.AvgPool2d op = new Pooling.AvgPool2d(window, countPadding);
        Pooling.AvgPool2dGradient gradient = new Pooling.AvgPool2dGradient(window, countPadding, x.shape().dim(2),
                x.shape().dim(3));
        Tensor expected = FamilyRun.expected(op, x).get(0);
        Tensor expectedBack = FamilyRun.expected(gradient, g).get(0);
        for (Form form : Form.values()) {
            Operand y = run.room(expected.type(), form);
            run.run(Poolings.mean(op, run.put(x, form), y));
            FamilyRun.same(expected, run.get(y, DType.F32), ERROR, op + " " + form);
            Operand back = run.room(x.type(), form);
            run.run(Poolings.meanGradient(gradient, run.put(g, form), Optional.empty(), back));
            FamilyRun.same(expectedBack, run.get(back, DType.F32), ERROR, gradient + " " + form);
        }
    }

    @Test
    void poolsWindows() {
        checkPooling(Window.square(3, 2, 1), 4, 9, 7);
        checkPooling(Window.square(3, 2, 1).ceil(), 3, 8, 6);
        checkPooling(Window.square(2, 2, 0).ceil(), 4, 5, 5);
        checkPooling(new Window(2, 3, 1, 2, 1, 0, false), 2, 4, 6);
        checkPooling(new Window(2, 2, 3, 3, 0, 0, false), 1, 8, 7);
    }

    @Test
    void gathersPixelsAndSaysWhereThereAreNone() {
        Tensor x = FamilyRun.random(4, 2, 3, 4, 5);
        Tensor indices = FamilyRun.integers(5, 22, 2, 3, 2, 3);
        indices.ints()[4] = -1;
        Tensor expected = FamilyRun.expected(new Pooling.Gather(), x, indices).get(0);
        Tensor g = FamilyRun.random(6, 2, 3, 2, 3);
        Tensor scattered = FamilyRun.expected(new Pooling.Scatter(4, 5), g, indices).get(0);
        for (Form form : Form.values()) {
            Operand y = run.room(expected.type(), form);
            run.run(Poolings.gather(run.put(x, form), run.put(indices), y));
            FamilyRun.same(expected, run.get(y, DType.F32), 0, "gather " + form);
            Operand back = run.room(x.type(), form);
            run.run(Poolings.scatter(run.put(g), run.put(indices, form), back));
            FamilyRun.same(scattered, run.get(back, DType.F32), ERROR, "scatter " + form);
        }
    }

    private void checkResize(Method method, int channels, int h, int w, int height, int width) {
        Tensor x = FamilyRun.random(7, 2, channels, h, w);
        Resampling.Resize op = new Resampling.Resize(method, height, width);
        Tensor expected = FamilyRun.expected(op, x).get(0);
        Tensor g = FamilyRun.random(8, expected.shape().dims());
        Resampling.ResizeGradient gradient = new Resampling.ResizeGradient(method, h, w);
        Tensor expectedBack = FamilyRun.expected(gradient, g).get(0);
        for (Form form : Form.values()) {
            Operand y = run.room(expected.type(), form);
            run.run(Resizes.resize(op, run.put(x, form), y));
            FamilyRun.same(expected, run.get(y, DType.F32), ERROR, op + " of " + x.type() + form);
            Operand back = run.room(x.type(), Form.NHWC);
            run.run(Resizes.gradient(gradient, run.put(g, form), Optional.empty(), back));
            FamilyRun.same(expectedBack, run.get(back, DType.F32), ERROR, gradient + " of " + g.type() + form);
        }
    }

    @Test
    void resizes() {
        for (Method method : Method.values()) {
            checkResize(method, 4, 3, 4, 12, 16);
            checkResize(method, 3, 5, 3, 7, 11);
            checkResize(method, 4, 8, 7, 3, 2);
            checkResize(method, 1, 1, 1, 3, 2);
            checkResize(method, 2, 4, 5, 1, 1);
        }
    }

    @Test
    void resizesIntegersAndLeavesOutWhatHasNoWeight() {
        Tensor labels = FamilyRun.integers(9, 100, 2, 1, 5, 4);
        Resampling.Resize op = new Resampling.Resize(Method.NEAREST, 8, 3);
        Tensor expected = FamilyRun.expected(op, labels).get(0);
        Operand y = run.room(expected.type(), Form.NHWC);
        run.run(Resizes.resize(op, run.put(labels), y));
        FamilyRun.same(expected, run.get(y, DType.I32), 0, "labels");
        Tensor x = FamilyRun.random(10, 1, 1, 3, 3);
        x.floats()[4] = Float.NaN;
        Resampling.Resize corners = new Resampling.Resize(Method.BILINEAR_ALIGN_CORNERS, 5, 5);
        Tensor some = FamilyRun.expected(corners, x).get(0);
        Operand z = run.room(some.type(), Form.PLAIN);
        run.run(Resizes.resize(corners, run.put(x), z));
        FamilyRun.same(some, run.get(z, DType.F32), ERROR, "NaN in the middle");
    }

    private void checkBatchNorm(int n, int c, int h, int w, Form form, Form to) {
        float epsilon = 1e-3f;
        Tensor x = FamilyRun.random(11, n, c, h, w);
        for (int i = 0; i < x.floats().length; i++) {
            x.floats()[i] += 3;
        }
        Tensor gamma = FamilyRun.random(12, c);
        List<Tensor> expected =
                FamilyRun.expected(new BatchNorm.Training(epsilon), x, gamma, FamilyRun.random(13, c));
        Operand mean = run.room(TensorType.f32(c), Form.PLAIN);
        Operand variance = run.room(TensorType.f32(c), Form.PLAIN);
        Operand from = run.put(x, form);
        run.run(BatchNorms.statistics(from, mean.region(), variance.region(), run::floats));
        FamilyRun.same(expected.get(1), run.get(mean, DType.F32), ERROR, "mean");
        FamilyRun.same(expected.get(2), run.get(variance, DType.F32), ERROR, "variance");
        Tensor g = FamilyRun.random(14, n, c, h, w);
        BatchNorm.Gradient gradient = new BatchNorm.Gradient(epsilon);
        List<Tensor> back = FamilyRun.expected(gradient, x, gamma, expected.get(1), expected.get(2), g);
        Operand dgamma = run.room(TensorType.f32(c), Form.PLAIN);
        Operand dbeta = run.room(TensorType.f32(c), Form.PLAIN);
        run.run(BatchNorms.gradientSums(gradient, from, mean.region(), variance.region(), run.put(g, to),
                dgamma.region(), dbeta.region(), run::floats));
        FamilyRun.same(back.get(1), run.get(dgamma, DType.F32), 1e-4, "gradient of gamma");
        FamilyRun.same(back.get(2), run.get(dbeta, DType.F32), 1e-5, "gradient of beta");
    }

    /** A mask does what the gradient of a ReLU would do to the finished image, for one and four channels at a time. */
    @Test
    void masksGradients() {
        Window window = Window.square(3, 2, 1);
        for (int channels : new int[] {3, 8}) {
            Tensor x = FamilyRun.random(21, 2, channels, 7, 9);
            Tensor relu = FamilyRun.random(22, 2, channels, 7, 9);
            relu.floats()[4] = 0;
            Operand mask = run.put(relu, Form.NHWC);
            List<Tensor> max = FamilyRun.expected(new Pooling.MaxPool2d(window), x);
            Tensor g = FamilyRun.random(23, max.get(0).shape().dims());
            Operand indices = run.put(max.get(1), Form.NHWC);
            Operand from = run.put(g, Form.NHWC);
            Pooling.AvgPool2dGradient mean = new Pooling.AvgPool2dGradient(window, true, 7, 9);
            Resampling.ResizeGradient resize = new Resampling.ResizeGradient(Method.BILINEAR, 7, 9);
            Tensor large = FamilyRun.random(24, 2, channels, 15, 20);
            Operand fromLarge = run.put(large, Form.NHWC);
            Operand y = run.room(x.type(), Form.NHWC);
            run.run(Poolings.maxGradient(window, from, indices, Optional.of(mask.region()), y));
            same(FamilyRun.expected(new Pooling.Scatter(7, 9), g, max.get(1)).get(0), relu, y, "max");
            run.run(Poolings.meanGradient(mean, from, Optional.of(mask.region()), y));
            same(FamilyRun.expected(mean, g).get(0), relu, y, "mean");
            run.run(Resizes.gradient(resize, fromLarge, Optional.of(mask.region()), y));
            same(FamilyRun.expected(resize, large).get(0), relu, y, "resize");
        }
    }

    private void same(Tensor expected, Tensor relu, Operand y, String what) {
        for (int i = 0; i < expected.floats().length; i++) {
            expected.floats()[i] = relu.floats()[i] > 0 ? expected.floats()[i] : 0;
        }
        FamilyRun.same(expected, run.get(y, DType.F32), ERROR, what + " gradient, masked");
    }

    @Test
    void sumsOfBatchNormalisation() {
        checkBatchNorm(3, 5, 4, 3, Form.NHWC, Form.NHWC);
        checkBatchNorm(2, 33, 3, 3, Form.PLAIN, Form.NHWC);
        checkBatchNorm(2, 2, 24, 25, Form.NHWC, Form.PLAIN);
        checkBatchNorm(2, 3, 40, 61, Form.NHWC, Form.NHWC);
    }

    @Test
    void givesRowsOfBatchTheBitsOfRowsAlone() {
        Tensor g = FamilyRun.random(15, 3, 4, 13, 9);
        Resampling.ResizeGradient op = new Resampling.ResizeGradient(Method.BILINEAR, 4, 5);
        Operand all = run.room(TensorType.f32(3, 4, 4, 5), Form.NHWC);
        run.run(Resizes.gradient(op, run.put(g, Form.NHWC), Optional.empty(), all));
        Operand one = run.room(TensorType.f32(1, 4, 4, 5), Form.NHWC);
        run.run(Resizes.gradient(op, run.put(FamilyRun.rows(g, 2, 1), Form.NHWC), Optional.empty(), one));
        assertTrue(FamilyRun.rows(run.get(all, DType.F32), 2, 1).sameBits(run.get(one, DType.F32)));
    }
}
