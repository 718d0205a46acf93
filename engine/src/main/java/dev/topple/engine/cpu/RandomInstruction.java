// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.random.Philox;
import java.util.List;

/** Random floats from a key per image; an item of work is a stretch of one image. */
final class RandomInstruction extends CpuInstruction {

    private static final int CHUNK = 4096;

    private final RandomOp op;
    private final Slot keys;
    private final Slot out;
    private final int each;
    private final int chunks;

    RandomInstruction(RandomOp op, Slot keys, Slot out) {
        super(List.of(keys), List.of(out));
        this.op = op;
        this.keys = keys;
        this.out = out;
        each = op.each().size();
        chunks = (each + CHUNK - 1) / CHUNK;
    }

    @Override
    int items() {
        return keys.size() / 2 * chunks;
    }

    @Override
    long steps() {
        return 16L * out.size();
    }

    @Override
    public void item(int item, int worker) {
        int image = item / chunks;
        int start = item % chunks * CHUNK;
        int n = Math.min(CHUNK, each - start);
        int k0 = keys.ints()[keys.offset() + 2 * image];
        int k1 = keys.ints()[keys.offset() + 2 * image + 1];
        int to = out.offset() + image * each + start;
        switch (op) {
            case RandomOp.Uniform uniform -> Philox.fillUniform(k0, k1, op.stream(), start, n, out.floats(), to);
            case RandomOp.Normal normal -> Philox.fillNormal(k0, k1, op.stream(), start, n, out.floats(), to);
        }
    }

    @Override
    String describe() {
        return op.toString();
    }
}
