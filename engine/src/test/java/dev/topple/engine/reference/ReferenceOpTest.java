// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Pooling.Window;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.Philox;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The definitions against numbers computed by hand; those of resampling are in PyTorch's documentation of Upsample. */
class ReferenceOpTest {

    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    private final Graph graph = new Graph();

    private Value f(Shape shape, float... values) {
        return graph.constant(Tensor.of(shape, values));
    }

    private Value v(float... values) {
        return f(Shape.of(values.length), values);
    }

    private Value i(int... values) {
        return graph.constant(Tensor.of(Shape.of(values.length), values));
    }

    /** The numbers 1, 2, 3 … as one image of one channel. */
    private Value counting(int height, int width) {
        float[] values = new float[height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return f(Shape.of(1, 1, height, width), values);
    }

    private Tensor run(Value value) {
        Graph owner = value.graph();
        String name = "y" + owner.outputs().size();
        owner.output(name, value);
        try (ReferenceDevice device = new ReferenceDevice(); ReferenceExecutable program = device.compile(owner)) {
            program.run();
            return program.fetch(name);
        }
    }

    private void assertFloats(Value actual, double... expected) {
        float[] values = run(actual).floats();
        double[] widened = new double[values.length];
        Arrays.setAll(widened, k -> values[k]);
        assertArrayEquals(expected, widened, 1e-6, () -> actual.node() + ": " + Arrays.toString(values));
    }

    private void assertInts(Value actual, int... expected) {
        assertArrayEquals(expected, run(actual).ints(), () -> actual.node().toString());
    }

    private void assertBooleans(Value actual, boolean... expected) {
        assertArrayEquals(expected, run(actual).booleans(), () -> actual.node().toString());
    }

    @Test
    void unary() {
        assertFloats(v(1, -2, 0).negate(), -1, 2, 0);
        assertFloats(v(1, -2, NAN).abs(), 1, 2, NAN);
        assertFloats(v(0, 1, -INFINITY, INFINITY).exp(), 1, Math.E, 0, INFINITY);
        assertFloats(v(1, 0, -1, INFINITY).log(), 0, -INFINITY, NAN, INFINITY);
        assertFloats(v(4, 0, -1).sqrt(), 2, 0, NAN);
        assertFloats(v(-2, 0, 3).power(2), 4, 0, 9);
        assertFloats(v(4, 0, -1).power(-0.5), 0.5, INFINITY, NAN);
        assertFloats(v(NAN, 0, INFINITY).power(0), 1, 1, 1);
        assertFloats(v(1, -1, 2, NAN).power(INFINITY), 1, 1, INFINITY, NAN);
        assertFloats(v(1, 2).power(NAN), 1, NAN);
        assertFloats(v(0, INFINITY, -INFINITY, NAN).sigmoid(), 0.5, 1, 0, NAN);
        assertFloats(v(0, 0.5f, INFINITY, -INFINITY).tanh(), 0, 0.46211715726, 1, -1);
    }

    @Test
    void nanStaysNan() {
        assertFloats(v(-1, 0, 2, NAN, -INFINITY, INFINITY).relu(), 0, 0, 2, NAN, 0, INFINITY);
        assertFloats(v(-3, 0, 2, NAN, -INFINITY).sign(), -1, 0, 1, NAN, -1);
        assertFloats(v(-3, 0, 2, NAN, INFINITY).clamp(-1, 1.5), -1, 0, 1.5, NAN, 1.5);
        assertFloats(v(1, NAN, NAN, 2).max(v(NAN, 1, NAN, 1)), NAN, NAN, NAN, 2);
        assertFloats(v(1, NAN, NAN, 2).min(v(NAN, 1, NAN, 1)), NAN, NAN, NAN, 1);
        assertFloats(v(1, NAN, 3).maxOver(), NAN);
        assertFloats(graph.apply(new Binary.ReluGradient(), v(5, 6, 7, 8), v(1, 0, -1, NAN)), 5, 0, 0, 0);
    }

    @Test
    void comparisonsWithNan() {
        Value a = v(1, 2, NAN, NAN);
        Value b = v(2, 2, 1, NAN);
        assertBooleans(a.compare(Relation.EQUAL, b), false, true, false, false);
        assertBooleans(a.compare(Relation.NOT_EQUAL, b), true, false, true, true);
        assertBooleans(a.compare(Relation.LESS, b), true, false, false, false);
        assertBooleans(a.compare(Relation.LESS_OR_EQUAL, b), true, true, false, false);
        assertBooleans(a.compare(Relation.GREATER, b), false, false, false, false);
        assertBooleans(a.compare(Relation.GREATER_OR_EQUAL, b), false, true, false, false);
        assertBooleans(i(1, 2, Integer.MIN_VALUE).compare(Relation.GREATER, i(2, 1, Integer.MAX_VALUE)),
                false, true, false);
    }

    @Test
    void casts() {
        Value numbers = v(1.9f, -1.9f, 0, NAN, 3e9f, -3e9f, -0f);
        assertInts(numbers.cast(DType.I32), 1, -1, 0, 0, Integer.MAX_VALUE, Integer.MIN_VALUE, 0);
        assertBooleans(numbers.cast(DType.BOOL), true, true, false, true, true, true, false);
        assertFloats(i(-3, 16777217).cast(DType.F32), -3, 16777216);
        assertBooleans(i(-3, 0, 2).cast(DType.BOOL), true, false, true);
        Value truth = i(1, 0).cast(DType.BOOL);
        assertFloats(truth.cast(DType.F32), 1, 0);
        assertInts(truth.cast(DType.I32), 1, 0);
    }

    @Test
    void arithmetic() {
        assertFloats(v(1, 2).plus(f(Shape.of(3, 1), 10, 20, 30)), 11, 12, 21, 22, 31, 32);
        assertFloats(v(1, -1, 0).dividedBy(0), INFINITY, -INFINITY, NAN);
        assertInts(i(Integer.MAX_VALUE, 3).plus(i(1, 4)), Integer.MIN_VALUE, 7);
        assertInts(i(1 << 30, 3).times(i(4, -4)), 0, -12);
        assertInts(i(5, -3).max(i(2, 2)), 5, 2);
        assertFloats(i(1, 0).cast(DType.BOOL).choose(v(1, 2), f(Shape.scalar(), 9)), 1, 9);
    }

    @Test
    void reductions() {
        Value x = f(Shape.of(2, 3), 1, 5, 2, 7, 0, 7);
        assertFloats(x.sum(), 22);
        assertFloats(x.sum(0), 8, 5, 9);
        assertFloats(x.mean(1), 8 / 3.0, 14 / 3.0);
        assertFloats(x.maxOver(1), 5, 7);
        assertInts(x.argMax(1), 1, 0);
        assertInts(x.argMax(0), 1, 0, 1);
        assertInts(f(Shape.of(2, 4), 1, NAN, 3, NAN, -INFINITY, -INFINITY, -INFINITY, -INFINITY).argMax(1), 1, 0);
        assertFloats(x.slice(1, 0, 0).sum(1), 0, 0);
    }

    @Test
    void matrixProducts() {
        Value a = f(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Value b = f(Shape.of(3, 2), 7, 8, 9, 10, 11, 12);
        assertFloats(a.matmul(b), 58, 64, 139, 154);
        assertFloats(graph.apply(new MatMul(true, true), b, a), 58, 139, 64, 154);
        assertFloats(graph.apply(new MatMul(false, true), a, a), 14, 32, 32, 77);
        assertFloats(graph.apply(new MatMul(true, false), a, a), 17, 22, 27, 22, 29, 36, 27, 36, 45);
        assertFloats(f(Shape.of(2, 1, 2), 1, 2, 3, 4).matmul(f(Shape.of(2, 1), 10, 1)), 12, 34);
    }

    @Test
    void convolutions() {
        Value kernel = f(Shape.of(1, 1, 2, 2), 1, 2, 3, 4);
        assertFloats(Convolution.conv2d(Geometry.UNIT, counting(3, 3), kernel), 37, 47, 67, 77);
        assertFloats(Convolution.conv2d(Geometry.UNIT.dilation(2), counting(4, 4), kernel), 78, 88, 118, 128);
        Value ones = graph.fill(Shape.of(1, 1, 3, 3), 1);
        assertFloats(Convolution.conv2d(Geometry.UNIT.stride(2).padding(1), counting(4, 4), ones), 14, 30, 57, 99);
        // The kernel is not turned round: this is cross-correlation. Padding is left and below alone.
        Geometry uneven = new Geometry(1, 1, 0, 1, 1, 0, 1, 1, 1);
        assertFloats(Convolution.conv2d(uneven, counting(2, 2), kernel), 2 + 12, 1 + 4 + 9 + 16, 6, 3 + 8);
    }

    @Test
    void convolutionsOfGroups() {
        Value image = f(Shape.of(1, 4, 1, 1), 1, 2, 3, 4);
        Value weight = f(Shape.of(2, 2, 1, 1), 1, 10, 100, 1000);
        assertFloats(Convolution.conv2d(Geometry.UNIT.groups(2), image, weight), 21, 4300);
        Value bias = v(0.5f, -0.5f);
        assertFloats(Convolution.conv2d(Geometry.UNIT.groups(2), image, weight, bias), 21.5, 4299.5);
        assertFloats(Convolution.conv2d(Geometry.UNIT.groups(2), f(Shape.of(1, 2, 1, 1), 1, 2),
                f(Shape.of(4, 1, 1, 1), 1, 2, 3, 4)), 1, 2, 6, 8);
    }

    @Test
    void gradientsOfConvolutions() {
        Value kernel = f(Shape.of(1, 1, 2, 2), 1, 10, 100, 1000);
        assertFloats(Convolution.inputGradient(Geometry.UNIT.stride(2), f(Shape.of(1, 1, 2, 2), 1, 2, 3, 4), kernel,
                4, 5), 1, 10, 2, 20, 0, 100, 1000, 200, 2000, 0, 3, 30, 4, 40, 0, 300, 3000, 400, 4000, 0);
        assertFloats(Convolution.inputGradient(Geometry.UNIT, f(Shape.of(1, 1, 1, 2), 1, 2),
                f(Shape.of(1, 1, 1, 2), 1, 10), 1, 3), 1, 12, 20);
        assertFloats(Convolution.weightGradient(Geometry.UNIT, f(Shape.of(1, 1, 1, 3), 1, 2, 3),
                f(Shape.of(1, 1, 1, 2), 1, 10), 1, 2), 21, 32);
    }

    @Test
    void maxPooling() {
        Node ceil = Pooling.maxPool2d(Window.square(2, 2, 0).ceil(), counting(3, 3));
        assertFloats(ceil.result(0), 5, 6, 8, 9);
        assertInts(ceil.result(1), 4, 5, 7, 8);
        assertFloats(Pooling.maxPool2d(Window.square(2, 2, 0), counting(3, 3)).result(0), 5);
        Node padded = Pooling.maxPool2d(Window.square(3, 2, 1), counting(4, 4).negate());
        assertFloats(padded.result(0), -1, -2, -5, -6);
        assertInts(padded.result(1), 0, 1, 4, 5);
        Node strange = Pooling.maxPool2d(new Window(1, 3, 1, 3, 0, 0, false), f(Shape.of(1, 1, 1, 9), 2, 2, 1, NAN, 7,
                NAN, -INFINITY, -INFINITY, -INFINITY));
        assertFloats(strange.result(0), 2, NAN, -INFINITY);
        assertInts(strange.result(1), 0, 3, 6);
        // A window that would start in the lower padding does not count: 4 pixels, not 5.
        assertEquals(3, new Window(2, 2, 2, 2, 1, 1, true).outHeight(4));
        assertEquals(3, new Window(2, 2, 3, 3, 0, 0, true).outHeight(7));
        assertEquals(2, new Window(2, 2, 3, 3, 0, 0, true).outHeight(6));
    }

    @Test
    void choosingPixels() {
        Value indices = graph.constant(Tensor.of(Shape.of(1, 1, 1, 4), 3, 0, 3, 9));
        assertFloats(graph.apply(new Pooling.Scatter(2, 2), f(Shape.of(1, 1, 1, 4), 1, 2, 3, 4), indices), 2, 0, 0, 4);
        assertFloats(graph.apply(new Pooling.Gather(), counting(2, 2), indices), 4, 1, 4, NAN);
    }

    @Test
    void meanPooling() {
        Window window = Window.square(3, 2, 1);
        assertFloats(Pooling.avgPool2d(window, true, counting(3, 3)), 12 / 9.0, 16 / 9.0, 24 / 9.0, 28 / 9.0);
        assertFloats(Pooling.avgPool2d(window, false, counting(3, 3)), 3, 4, 6, 7);
        Window hanging = new Window(1, 2, 1, 2, 0, 0, true);
        assertFloats(Pooling.avgPool2d(hanging, true, counting(1, 5)), 1.5, 3.5, 5);
        assertFloats(graph.apply(new Pooling.AvgPool2dGradient(hanging, true, 1, 5), f(Shape.of(1, 1, 1, 3), 2, 4, 6)),
                1, 1, 2, 2, 6);
        assertFloats(graph.apply(new Pooling.AvgPool2dGradient(window, false, 3, 3), f(Shape.of(1, 1, 2, 2), 4, 8, 0,
                0)), 1, 3, 2, 1, 3, 2, 0, 0, 0);
    }

    @Test
    void resampling() {
        Value image = counting(2, 2);
        assertFloats(Resampling.resize(Method.BILINEAR, image, 4, 4), 1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5,
                2.75, 3.25, 3.5, 3, 3.25, 3.75, 4);
        double third = 1 / 3.0;
        assertFloats(Resampling.resize(Method.BILINEAR_ALIGN_CORNERS, image, 4, 4), 1, 1 + third, 1 + 2 * third, 2,
                1 + 2 * third, 2, 2 + third, 2 + 2 * third, 2 + third, 2 + 2 * third, 3, 3 + third, 3, 3 + third,
                3 + 2 * third, 4);
        assertFloats(Resampling.resize(Method.NEAREST, image, 4, 4), 1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4);
        assertFloats(Resampling.resize(Method.NEAREST, counting(1, 5), 1, 3), 1, 2, 4);
        assertFloats(Resampling.resize(Method.BILINEAR, counting(1, 4), 1, 2), 1.5, 3.5);
        assertFloats(Resampling.resize(Method.BILINEAR, counting(1, 5), 1, 3), 4 / 3.0, 3, 14 / 3.0);
        assertFloats(Resampling.resize(Method.BILINEAR_ALIGN_CORNERS, counting(1, 5), 1, 1), 1);
        assertFloats(Resampling.resize(Method.BILINEAR, counting(1, 5), 1, 1), 3);
        assertInts(Resampling.resize(Method.NEAREST, counting(1, 5).cast(DType.I32), 2, 3), 1, 2, 4, 1, 2, 4);
    }

    @Test
    void gradientsOfResampling() {
        Value g = f(Shape.of(1, 1, 1, 4), 1, 10, 100, 1000);
        assertFloats(graph.apply(new Resampling.ResizeGradient(Method.BILINEAR, 1, 2), g), 1 + 7.5 + 25,
                2.5 + 75 + 1000);
        assertFloats(graph.apply(new Resampling.ResizeGradient(Method.NEAREST, 1, 2), g), 11, 1100);
        assertFloats(graph.apply(new Resampling.ResizeGradient(Method.NEAREST, 1, 3), g), 11, 100, 1000);
        Value three = f(Shape.of(1, 1, 1, 3), 2, 4, 8);
        assertFloats(graph.apply(new Resampling.ResizeGradient(Method.BILINEAR_ALIGN_CORNERS, 1, 2), three), 4, 10);
    }

    @Test
    void batchNormalisation() {
        Value image = counting(2, 2);
        Node training = BatchNorm.training(image, v(2), v(1), 0);
        assertFloats(training.result(0), -1.6832815730, 0.1055728090, 1.8944271910, 3.6832815730);
        assertFloats(training.result(1), 2.5);
        assertFloats(training.result(2), 1.25);
        assertFloats(BatchNorm.frozen(image, v(2), v(1), v(2.5f), v(1), 0.25), -1.6832815730, 0.1055728090,
                1.8944271910, 3.6832815730);
        Node gradient = graph.node(new BatchNorm.Gradient(0), image, v(2), v(2.5f), v(1.25f),
                f(Shape.of(1, 1, 2, 2), 1, 0, 0, 0));
        assertFloats(gradient.result(0), 0.5366563146, -0.7155417528, -0.1788854382, 0.3577708764);
        assertFloats(gradient.result(1), -1.3416407865);
        assertFloats(gradient.result(2), 1);
    }

    @Test
    void batchNormalisationIsPerChannel() {
        Value image = f(Shape.of(2, 2, 1, 1), 1, 10, 3, 30);
        Node training = BatchNorm.training(image, v(1, 1), v(0, 5), 0);
        assertFloats(training.result(0), -1, 4, 1, 6);
        assertFloats(training.result(1), 2, 20);
        assertFloats(training.result(2), 1, 100);
    }

    @Test
    void softmax() {
        Value logits = v(0, (float) Math.log(2), (float) Math.log(5));
        assertFloats(logits.softmax(0), 0.125, 0.25, 0.625);
        assertFloats(logits.plus(1000).softmax(0).minus(v(0.125f, 0.25f, 0.625f)).times(1e-2), 0, 0, 0);
        assertFloats(logits.logSoftmax(0), Math.log(0.125), Math.log(0.25), Math.log(0.625));
        assertFloats(v(0, -INFINITY).softmax(0), 1, 0);
        assertFloats(v(0, -INFINITY).logSoftmax(0), 0, -INFINITY);
        assertFloats(v(-INFINITY, -INFINITY).softmax(0), NAN, NAN);
        assertFloats(f(Shape.of(2, 2), 0, 0, 1000, -1000).softmax(1), 0.5, 0.5, 1, 0);
    }

    @Test
    void crossEntropy() {
        float two = (float) Math.log(2);
        float five = (float) Math.log(5);
        Value logits = f(Shape.of(4, 3), 0, two, five, 0, two, five, 0, two, five, 0, two, five);
        Value labels = i(2, 0, 7, 3);
        Value weights = v(3, 1, 2);
        assertFloats(Softmax.crossEntropy(logits, labels, 7), -Math.log(0.625), -Math.log(0.125), 0, NAN);
        assertFloats(Softmax.crossEntropy(logits, labels, weights, 7), -2 * Math.log(0.625), -3 * Math.log(0.125), 0,
                NAN);
        Value g = v(10, 1, 1, 1);
        assertFloats(graph.apply(new Softmax.CrossEntropyGradient(7), logits, labels, g), 1.25, 2.5, -3.75, -0.875,
                0.25, 0.625, 0, 0, 0, NAN, NAN, NAN);
        assertFloats(graph.apply(new Softmax.CrossEntropyGradient(7), logits, labels, g, weights), 2.5, 5, -7.5,
                -2.625, 0.75, 1.875, 0, 0, 0, NAN, NAN, NAN);
        // Classes lie before the pixels.
        Value image = f(Shape.of(1, 2, 1, 2), 0, two, 0, 0);
        Value map = graph.constant(Tensor.of(Shape.of(1, 1, 2), 1, 0));
        assertFloats(Softmax.crossEntropy(image, map, -1), Math.log(2), -Math.log(2 / 3.0));
    }

    @Test
    void indexing() {
        Value table = f(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
        assertFloats(Indexing.embedding(table, i(2, 0, 2)), 5, 6, 1, 2, 5, 6);
        assertFloats(Indexing.gather(table, i(1), 1), 2, 4, 6);
        assertFloats(Indexing.embedding(table, i(3, -1)), NAN, NAN, NAN, NAN);
        Value rows = f(Shape.of(3, 2), 1, 2, 10, 20, 100, 200);
        assertFloats(graph.apply(new Indexing.ScatterAdd(0, 2), rows, i(1, 0, 1)), 10, 20, 101, 202);
        assertFloats(graph.apply(new Indexing.ScatterAdd(1, 3), rows, i(0, 5)), 1, 0, 0, 10, 0, 0, 100, 0, 0);
        assertFloats(graph.apply(new Indexing.OneHot(1, 3), i(2, -1, 0)), 0, 0, 1, 0, 0, 0, 1, 0, 0);
        assertFloats(graph.apply(new Indexing.OneHot(0, 2), i(0, 1, 0)), 1, 0, 1, 0, 1, 0);
    }

    @Test
    void layout() {
        Value x = f(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertFloats(x.transpose(1, 0), 1, 4, 2, 5, 3, 6);
        assertFloats(f(Shape.of(1, 2, 3), 1, 2, 3, 4, 5, 6).transpose(2, 0, 1), 1, 4, 2, 5, 3, 6);
        assertFloats(x.slice(1, 1, 3), 2, 3, 5, 6);
        assertFloats(x.slice(0, 1, 2).broadcastTo(Shape.of(2, 3)), 4, 5, 6, 4, 5, 6);
        assertFloats(Layout.pad(v(1, 2), new int[] {1}, new int[] {2}, 9), 9, 1, 2, 9, 9);
        assertFloats(Layout.concat(1, List.of(x, x.slice(1, 0, 1))), 1, 2, 3, 1, 4,
                5, 6, 4);
    }

    @Test
    void randomNumbersDependOnTheirOwnKeyAlone() {
        Value keys = graph.constant(Tensor.of(Shape.of(2, 2), 11, 22, 33, 44));
        Value alone = graph.constant(Tensor.of(Shape.of(1, 2), 33, 44));
        Shape each = Shape.of(3, 5);
        float[] uniform = run(RandomOp.uniform(keys, each, 9)).floats();
        float[] expected = new float[30];
        Philox.fillUniform(11, 22, 9, 0, 15, expected, 0);
        Philox.fillUniform(33, 44, 9, 0, 15, expected, 15);
        assertArrayEquals(expected, uniform);
        assertArrayEquals(Arrays.copyOfRange(uniform, 15, 30), run(RandomOp.uniform(alone, each, 9)).floats());
        Philox.fillNormal(11, 22, 9, 0, 15, expected, 0);
        Philox.fillNormal(33, 44, 9, 0, 15, expected, 15);
        assertArrayEquals(expected, run(RandomOp.normal(keys, each, 9)).floats());
    }
}
