// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Working memory that programs share. */
class ArenaTest {

    @Test
    void isAsLargeAsTheLargestOfThoseThatAreOpen() {
        Arena arena = new Arena();
        Arena.Need small = new Arena.Need(16, 0);
        Arena.Need large = new Arena.Need(64, 32);
        arena.retain(small);
        arena.retain(large);
        arena.retain(small);
        assertEquals(0, arena.memory().floats().length, "before the first run");
        arena.prepare();
        float[] floats = arena.memory().floats();
        assertEquals(64 * 4L + 32 * 4L, large.bytes() - new Arena.Need(0, 0).bytes());
        assertTrue(floats.length >= 64 && arena.memory().ints().length >= 32);
        arena.prepare();
        assertSame(floats, arena.memory().floats());
        arena.release(small);
        arena.prepare();
        assertSame(floats, arena.memory().floats());
        arena.release(large);
        assertEquals(0, arena.memory().floats().length, "too large for those that are left");
        arena.prepare();
        assertTrue(arena.memory().floats().length >= 16 && arena.memory().floats().length < 64);
    }

    /** Programs that take turns in one arena keep what they were fed and what they gave. */
    @Test
    void programsTakeTurns() {
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2))) {
            List<Executable> programs = new ArrayList<>();
            for (int size = 3; size < 6; size++) {
                Graph graph = new Graph();
                Value x = graph.input("x", TensorType.f32(size, 7));
                // A transposed value has a place of its own between two instructions.
                Value turned = x.times(size).transpose(1, 0).exp().sum(0);
                graph.output("y", turned.log());
                Executable program = device.compile(graph);
                program.feed("x", Tensor.filled(Shape.of(size, 7), size));
                programs.add(program);
            }
            for (int round = 0; round < 2; round++) {
                for (Executable program : programs) {
                    program.run();
                }
                for (int size = 3; size < 6; size++) {
                    float[] expected = new float[size];
                    Arrays.fill(expected, (float) (size * size + Math.log(7)));
                    assertArrayEquals(expected, programs.get(size - 3).fetch("y").floats(), 1e-5f);
                }
            }
            programs.get(2).close();
            programs.get(0).run();
            assertEquals(9 + Math.log(7), programs.get(0).fetch("y").floats()[0], 1e-5);
        }
    }
}
