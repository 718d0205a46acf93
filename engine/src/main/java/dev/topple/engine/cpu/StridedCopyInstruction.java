// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Copies boxes of elements: transposing, joining, cutting out and framing. */
final class StridedCopyInstruction extends CpuInstruction {

    /**
     * A box to copy.
     *
     * @param sizes elements along each axis
     * @param fromStart where it begins in the source
     * @param toStart where it begins in the destination
     */
    record Box(Slot from, int[] sizes, int fromStart, int[] fromStrides, int toStart, int[] toStrides) {

        /** Without axes of size 1, and with axes that are walked as one joined. */
        Box simplified() {
            int[] s = new int[sizes.length + 1];
            int[] f = new int[sizes.length + 1];
            int[] t = new int[sizes.length + 1];
            int kept = 0;
            for (int axis = 0; axis < sizes.length; axis++) {
                if (sizes[axis] == 1) {
                    continue;
                }
                boolean merges = kept > 0 && f[kept - 1] == fromStrides[axis] * sizes[axis]
                        && t[kept - 1] == toStrides[axis] * sizes[axis];
                int at = merges ? kept - 1 : kept;
                s[at] = merges ? s[at] * sizes[axis] : sizes[axis];
                f[at] = fromStrides[axis];
                t[at] = toStrides[axis];
                kept = at + 1;
            }
            if (kept == 0) {
                s[0] = 1;
                f[0] = 1;
                t[0] = 1;
                kept = 1;
            }
            return new Box(from, Arrays.copyOf(s, kept), fromStart, Arrays.copyOf(f, kept), toStart,
                    Arrays.copyOf(t, kept));
        }

        int rows() {
            int rows = 1;
            for (int axis = 0; axis < sizes.length - 1; axis++) {
                rows *= sizes[axis];
            }
            return sizes[sizes.length - 1] == 0 ? 0 : rows;
        }
    }

    /** Rows of one item of work are about so many elements. */
    private static final int CHUNK = 1 << 14;

    private final String name;
    private final Slot to;
    private final OptionalDouble frame;
    private final Box[] boxes;
    private final int[] rowsPerItem;
    private final int[] firstItem;

    /**
     * A copy.
     *
     * @param frame what the destination holds where no box lies; empty if the boxes cover it
     */
    StridedCopyInstruction(String name, List<Box> boxes, Slot to, OptionalDouble frame) {
        super(boxes.stream().map(Box::from).toList(), List.of(to));
        this.name = name;
        this.to = to;
        this.frame = frame;
        this.boxes = boxes.stream().map(Box::simplified).toArray(Box[]::new);
        rowsPerItem = new int[this.boxes.length];
        firstItem = new int[this.boxes.length + 1];
        for (int i = 0; i < this.boxes.length; i++) {
            Box box = this.boxes[i];
            int inner = Math.max(1, box.sizes[box.sizes.length - 1]);
            rowsPerItem[i] = Math.max(1, CHUNK / inner);
            firstItem[i + 1] = firstItem[i] + (box.rows() + rowsPerItem[i] - 1) / rowsPerItem[i];
        }
    }

    /** The axes in another order. */
    static StridedCopyInstruction transpose(Slot from, Shape shape, List<Integer> order, Slot to) {
        int[] own = shape.strides();
        int[] strides = order.stream().mapToInt(axis -> own[axis]).toArray();
        int[] sizes = order.stream().mapToInt(shape::dim).toArray();
        Box box = new Box(from, sizes, 0, strides, 0, Shape.of(sizes).strides());
        return new StridedCopyInstruction("Transpose " + shape + " by " + order, List.of(box), to,
                OptionalDouble.empty());
    }

    /** Values one after the other along an axis. */
    static StridedCopyInstruction concat(List<Slot> slots, List<Shape> shapes, int axis, Slot to, Shape result) {
        List<Box> boxes = new ArrayList<>();
        int[] strides = result.strides();
        int start = 0;
        for (int i = 0; i < slots.size(); i++) {
            Shape shape = shapes.get(i);
            boxes.add(new Box(slots.get(i), shape.dims(), 0, shape.strides(), start * strides[axis], strides));
            start += shape.dim(axis);
        }
        return new StridedCopyInstruction("Concat " + result, boxes, to, OptionalDouble.empty());
    }

    /** A box cut out of a value. */
    static StridedCopyInstruction slice(Slot from, Shape shape, List<Integer> starts, Slot to, Shape result) {
        Box box = new Box(from, result.dims(), dot(starts, shape.strides()), shape.strides(), 0, result.strides());
        return new StridedCopyInstruction("Slice " + shape + " to " + result, List.of(box), to, OptionalDouble.empty());
    }

    /** A value with a frame around it. */
    static StridedCopyInstruction pad(Slot from, Shape shape, List<Integer> before, float value, Slot to,
            Shape result) {
        Box box = new Box(from, shape.dims(), 0, shape.strides(), dot(before, result.strides()), result.strides());
        return new StridedCopyInstruction("Pad " + shape + " to " + result, List.of(box), to,
                OptionalDouble.of(value));
    }

    private static int dot(List<Integer> starts, int[] strides) {
        int sum = 0;
        for (int i = 0; i < strides.length; i++) {
            sum += starts.get(i) * strides[i];
        }
        return sum;
    }

    @Override
    int items() {
        return firstItem[boxes.length];
    }

    @Override
    long steps() {
        return to.size();
    }

    @Override
    void run(Workers workers) {
        if (frame.isPresent()) {
            Arrays.fill(to.floats(), to.offset(), to.offset() + to.size(), (float) frame.getAsDouble());
        }
        super.run(workers);
    }

    @Override
    public void item(int item, int worker) {
        int which = 0;
        while (item >= firstItem[which + 1]) {
            which++;
        }
        Box box = boxes[which];
        int first = (item - firstItem[which]) * rowsPerItem[which];
        int end = Math.min(first + rowsPerItem[which], box.rows());
        for (int row = first; row < end; row++) {
            copyRow(box, row);
        }
    }

    private void copyRow(Box box, int row) {
        int last = box.sizes.length - 1;
        int source = box.from.offset() + box.fromStart;
        int target = to.offset() + box.toStart;
        int rest = row;
        for (int axis = last - 1; axis >= 0; axis--) {
            int index = rest % box.sizes[axis];
            rest /= box.sizes[axis];
            source += index * box.fromStrides[axis];
            target += index * box.toStrides[axis];
        }
        int n = box.sizes[last];
        int fromStep = box.fromStrides[last];
        int toStep = box.toStrides[last];
        if (fromStep == 1 && toStep == 1) {
            System.arraycopy(box.from.array(), source, to.array(), target, n);
        } else if (to.dtype() == DType.F32) {
            float[] a = box.from.floats();
            float[] b = to.floats();
            for (int i = 0; i < n; i++) {
                b[target + i * toStep] = a[source + i * fromStep];
            }
        } else {
            int[] a = box.from.ints();
            int[] b = to.ints();
            for (int i = 0; i < n; i++) {
                b[target + i * toStep] = a[source + i * fromStep];
            }
        }
    }

    @Override
    String describe() {
        return name;
    }
}
