// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Brings images from one form into the other; an item of work is a run of pixels of one block of channels. */
final class ReorderInstruction extends CpuInstruction {

    /** Pixels of one item of work. */
    private static final int CHUNK = 2048;

    private final Slot from;
    private final Slot to;
    private final Shape shape;
    private final Form into;
    private final int blocks;
    private final int pixels;
    private final int chunks;

    /**
     * A reorder.
     *
     * @param shape of the images {@code [N, C, H, W]}
     * @param into the form of the destination; the source has the other one
     */
    ReorderInstruction(Slot from, Slot to, Shape shape, Form into) {
        super(List.of(from), List.of(to));
        this.from = from;
        this.to = to;
        this.shape = shape;
        this.into = into;
        blocks = Blocks.count(shape.dim(1));
        pixels = shape.dim(2) * shape.dim(3);
        chunks = (pixels + CHUNK - 1) / CHUNK;
    }

    @Override
    int items() {
        return shape.dim(0) * blocks * chunks;
    }

    @Override
    long steps() {
        return shape.size();
    }

    @Override
    public void item(int item, int worker) {
        int image = item / (blocks * chunks);
        int block = item / chunks % blocks;
        int first = item % chunks * CHUNK;
        int count = Math.min(CHUNK, pixels - first);
        int lanes = Math.min(Blocks.WIDTH, shape.dim(1) - block * Blocks.WIDTH);
        int plain = (image * shape.dim(1) + block * Blocks.WIDTH) * pixels + first;
        int blocked = ((image * blocks + block) * pixels + first) * Blocks.WIDTH;
        boolean toBlocks = into == Form.BLOCKED;
        int source = from.offset() + (toBlocks ? plain : blocked);
        int target = to.offset() + (toBlocks ? blocked : plain);
        if (from.dtype() == DType.I32) {
            integers(source, target, lanes, count);
        } else if (toBlocks) {
            Blocks.toBlocked(from.floats(), source, pixels, lanes, count, to.floats(), target);
        } else {
            Blocks.toPlain(from.floats(), source, lanes, count, to.floats(), target, pixels);
        }
    }

    private void integers(int source, int target, int lanes, int count) {
        int[] x = from.ints();
        int[] y = to.ints();
        boolean toBlocks = into == Form.BLOCKED;
        for (int l = 0; l < lanes; l++) {
            for (int p = 0; p < count; p++) {
                int plain = l * pixels + p;
                int blocked = p * Blocks.WIDTH + l;
                y[target + (toBlocks ? blocked : plain)] = x[source + (toBlocks ? plain : blocked)];
            }
        }
    }

    @Override
    String describe() {
        return "Reorder " + shape + (into == Form.BLOCKED ? " into blocks" : " out of blocks");
    }
}
