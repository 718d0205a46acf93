// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.topple.engine.graph.Op;
import dev.topple.engine.reference.ReferenceEvaluator;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Tensors on the emulator, in either form, and what the device {@code reference} says to an op. */
public final class FamilyRun implements AutoCloseable {

    private final KernelRun run = new KernelRun();

    /** A tensor on the device. */
    public Operand put(Tensor tensor, Form form) {
        Tensor ordered = ordered(tensor, form);
        Region region = switch (tensor.dtype()) {
            case F32 -> run.floats(ordered.floats());
            case I32 -> run.ints(ordered.ints());
            case BOOL -> {
                int[] words = new int[ordered.booleans().length];
                Arrays.setAll(words, i -> ordered.booleans()[i] ? 1 : 0);
                yield run.ints(words);
            }
        };
        return new Operand(region, tensor.shape(), form);
    }

    public Operand put(Tensor tensor) {
        return put(tensor, Form.PLAIN);
    }

    /** Room for a result. */
    public Operand room(TensorType type, Form form) {
        return new Operand(run.room(type.dtype(), type.shape().size()), type.shape(), form);
    }

    public Region floats(long elements) {
        return run.room(DType.F32, elements);
    }

    public void module(String name, String text) {
        run.modules().add(name, text);
    }

    public void run(List<Launch> launches) {
        run.run(launches);
    }

    /** A value as a tensor in row-major order. */
    public Tensor get(Operand value, DType dtype) {
        int[] at = places(value.shape(), value.form());
        Shape shape = value.shape();
        if (dtype == DType.F32) {
            float[] from = run.floats(value.region());
            float[] to = new float[at.length];
            IntStream.range(0, at.length).forEach(i -> to[i] = from[at[i]]);
            return Tensor.of(shape, to);
        }
        int[] from = run.ints(value.region());
        int[] to = IntStream.of(at).map(i -> from[i]).toArray();
        if (dtype == DType.I32) {
            return Tensor.of(shape, to);
        }
        boolean[] truth = new boolean[to.length];
        for (int i = 0; i < to.length; i++) {
            assertEquals(to[i] & 1, to[i], "truth values are 0 and 1");
            truth[i] = to[i] == 1;
        }
        return Tensor.of(shape, truth);
    }

    /** Where in memory each element is. */
    private static int[] places(Shape shape, Form form) {
        int[] places = new int[shape.size()];
        for (int i = 0; i < places.length; i++) {
            if (form == Form.PLAIN) {
                places[i] = i;
                continue;
            }
            int area = shape.dim(2) * shape.dim(3);
            int c = i / area % shape.dim(1);
            int n = i / (area * shape.dim(1));
            places[i] = (n * area + i % area) * shape.dim(1) + c;
        }
        return places;
    }

    private static Tensor ordered(Tensor tensor, Form form) {
        int[] at = places(tensor.shape(), form);
        Tensor ordered = tensor.copy();
        for (int i = 0; i < at.length; i++) {
            switch (tensor.dtype()) {
                case F32 -> ordered.floats()[at[i]] = tensor.floats()[i];
                case I32 -> ordered.ints()[at[i]] = tensor.ints()[i];
                case BOOL -> ordered.booleans()[at[i]] = tensor.booleans()[i];
            }
        }
        return ordered;
    }

    /** What the reference computes. */
    public static List<Tensor> expected(Op op, Tensor... operands) {
        return new ReferenceEvaluator().evaluate(op, List.of(operands));
    }

    /** Uniform in [-1, 1). */
    public static Tensor random(int seed, int... dims) {
        Random random = new Random(seed);
        Shape shape = Shape.of(dims);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return Tensor.of(shape, values);
    }

    /** Integers in [0, bound). */
    public static Tensor integers(int seed, int bound, int... dims) {
        Random random = new Random(seed);
        Shape shape = Shape.of(dims);
        return Tensor.of(shape, random.ints(shape.size(), 0, bound).toArray());
    }

    /** Integers exactly; floats within a tolerance relative to 1 or to themselves, and NaN where NaN is. */
    public static void same(Tensor expected, Tensor actual, double tolerance, String what) {
        assertEquals(expected.type(), actual.type(), what);
        if (expected.dtype() != DType.F32) {
            if (!expected.sameBits(actual)) {
                fail(what + ": " + expected + " is not " + actual);
            }
            return;
        }
        for (int i = 0; i < expected.shape().size(); i++) {
            float e = expected.floats()[i];
            float a = actual.floats()[i];
            boolean fits = e == a || Float.isNaN(e) && Float.isNaN(a)
                    || Math.abs(e - a) <= tolerance * Math.max(1, Math.abs(e));
            if (!fits) {
                fail(what + ": element " + i + " is " + a + ", not " + e);
            }
        }
    }

    /** The rows from one on of the leading axis. */
    public static Tensor rows(Tensor tensor, int from, int count) {
        int size = tensor.shape().size() / tensor.shape().dim(0);
        Shape shape = tensor.shape().with(0, count);
        return tensor.dtype() == DType.F32
                ? Tensor.of(shape, Arrays.copyOfRange(tensor.floats(), from * size, (from + count) * size))
                : Tensor.of(shape, Arrays.copyOfRange(tensor.ints(), from * size, (from + count) * size));
    }

    @Override
    public void close() {
        run.close();
    }
}
