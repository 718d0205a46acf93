// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How some operands are walked through together: sizes, outermost axis first, and each operand's steps. Axes of size 1
 * are left out, and two axes that all operands pass through as if they were one are one. There is at least one axis.
 */
public final class Axes {

    /** As many as kernels know. */
    static final int MOST = 6;

    private final List<Integer> dims = new ArrayList<>();
    private final List<List<Integer>> strides = new ArrayList<>();

    private Axes(int operands) {
        for (int operand = 0; operand < operands; operand++) {
            strides.add(new ArrayList<>());
        }
    }

    /** Axes in the given order; {@code strides[operand][axis]}. */
    public static Axes of(int[] dims, int[]... strides) {
        Axes axes = new Axes(strides.length);
        for (int axis = 0; axis < dims.length; axis++) {
            int last = axes.dims.size() - 1;
            if (dims[axis] == 1) {
                continue;
            }
            if (last >= 0 && axes.continues(last, dims[axis], axis, strides)) {
                axes.dims.set(last, axes.dims.get(last) * dims[axis]);
                for (int operand = 0; operand < strides.length; operand++) {
                    axes.strides.get(operand).set(last, strides[operand][axis]);
                }
            } else {
                axes.add(dims[axis], axis, strides);
            }
        }
        if (axes.dims.isEmpty()) {
            axes.dims.add(1);
            axes.strides.forEach(steps -> steps.add(0));
        }
        return axes;
    }

    private void add(int dim, int axis, int[][] from) {
        dims.add(dim);
        for (int operand = 0; operand < from.length; operand++) {
            strides.get(operand).add(from[operand][axis]);
        }
    }

    private boolean continues(int last, int dim, int axis, int[][] from) {
        for (int operand = 0; operand < from.length; operand++) {
            if (strides.get(operand).get(last) != from[operand][axis] * dim) {
                return false;
            }
        }
        return true;
    }

    /** Axes in the order in which the first operand lies in memory. */
    public static Axes inMemoryOrder(int[] dims, int[]... strides) {
        return of(permuted(dims, order(strides[0])), permutedAll(strides, order(strides[0])));
    }

    private static int[] order(int[] strides) {
        return IntStream.range(0, strides.length).boxed()
                .sorted(Comparator.comparingInt(axis -> -strides[axis])).mapToInt(axis -> axis).toArray();
    }

    private static int[] permuted(int[] values, int[] order) {
        return IntStream.of(order).map(axis -> values[axis]).toArray();
    }

    private static int[][] permutedAll(int[][] values, int[] order) {
        int[][] permuted = new int[values.length][];
        for (int i = 0; i < values.length; i++) {
            permuted[i] = permuted(values[i], order);
        }
        return permuted;
    }

    /** The number of axes. */
    public int rank() {
        return dims.size();
    }

    /** The size of an axis. */
    public int dim(int axis) {
        return dims.get(axis);
    }

    /** An operand's step along an axis. */
    public int stride(int operand, int axis) {
        return strides.get(operand).get(axis);
    }

    /** The product of all sizes. */
    public int count() {
        return dims.stream().mapToInt(dim -> dim).reduce(1, (a, b) -> a * b);
    }

    /** The same without two axes. */
    Axes without(int one, int another) {
        int[] left = IntStream.range(0, rank()).filter(axis -> axis != one && axis != another).toArray();
        int[][] steps = strides.stream().map(list -> IntStream.of(left).map(list::get).toArray()).toArray(int[][]::new);
        return of(IntStream.of(left).map(dims::get).toArray(), steps);
    }

    /** The same with the innermost axis in packs of four. */
    Axes inFours() {
        Axes packs = new Axes(strides.size());
        for (int axis = 0; axis < rank(); axis++) {
            boolean inner = axis == rank() - 1;
            packs.dims.add(inner ? dim(axis) / 4 : dim(axis));
            for (int operand = 0; operand < strides.size(); operand++) {
                packs.strides.get(operand).add(stride(operand, axis) * (inner ? 4 : 1));
            }
        }
        return packs;
    }

    /** Whether all operands' innermost elements can be read in packs of four. */
    boolean fours() {
        for (int operand = 0; operand < strides.size(); operand++) {
            for (int axis = 0; axis < rank(); axis++) {
                boolean inner = axis == rank() - 1;
                if (inner ? stride(operand, axis) != 1 || dim(axis) % 4 != 0 : stride(operand, axis) % 4 != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
