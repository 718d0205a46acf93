// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays buffers out in one arena per element type, so that buffers that are alive at the same time never overlap. Larger
 * buffers are placed first, each at the lowest offset that is free for its whole life (greedy by size: Pisarchyk and
 * Lee, 2020). A buffer is alive from the first instruction that touches it to the last, both included; persistent ones
 * always are.
 */
public final class BufferPlanner {

    /** Buffers start at multiples of this many elements: a cache line of floats. */
    public static final int ALIGNMENT = 16;

    /**
     * Where every buffer lies.
     *
     * @param offsets the first element of each buffer in the arena of its type
     * @param sizes the number of elements of each arena
     */
    public record Plan(Map<Buffer, Integer> offsets, Map<DType, Integer> sizes) {

        /** The first element of a buffer in the arena of its type. */
        public int offset(Buffer buffer) {
            Integer offset = offsets.get(buffer);
            if (offset == null) {
                throw new IllegalArgumentException("no instruction touches this buffer");
            }
            return offset;
        }
    }

    private record Life(Buffer buffer, int from, int to, int offset) {

        boolean overlaps(Life other) {
            return from <= other.to && other.from <= to;
        }

        int end() {
            return offset + aligned(buffer.size());
        }
    }

    private BufferPlanner() {}

    /** A place for every buffer that the instructions, run in this order, touch. */
    public static Plan plan(List<? extends Instruction> instructions) {
        Map<Buffer, Life> lives = lives(instructions);
        Map<Buffer, Integer> offsets = new LinkedHashMap<>();
        Map<DType, Integer> sizes = new EnumMap<>(DType.class);
        for (DType dtype : DType.values()) {
            List<Life> placed = new ArrayList<>();
            int size = 0;
            List<Life> bySize = lives.values().stream()
                    .filter(life -> life.buffer().dtype() == dtype)
                    .sorted(Comparator.comparingInt((Life life) -> life.buffer().size()).reversed())
                    .toList();
            for (Life life : bySize) {
                Life there = place(life, placed);
                placed.add(there);
                placed.sort(Comparator.comparingInt(Life::offset));
                offsets.put(there.buffer(), there.offset());
                size = Math.max(size, there.end());
            }
            sizes.put(dtype, size);
        }
        return new Plan(offsets, sizes);
    }

    private static Map<Buffer, Life> lives(List<? extends Instruction> instructions) {
        Map<Buffer, Life> lives = new LinkedHashMap<>();
        for (int step = 0; step < instructions.size(); step++) {
            List<Buffer> touched = new ArrayList<>(instructions.get(step).reads());
            touched.addAll(instructions.get(step).writes());
            for (Buffer buffer : touched) {
                Life known = lives.get(buffer);
                int from = buffer.persistent() ? 0 : known == null ? step : known.from();
                int to = buffer.persistent() ? instructions.size() : step;
                lives.put(buffer, new Life(buffer, from, to, 0));
            }
        }
        return lives;
    }

    private static Life place(Life life, List<Life> placedByOffset) {
        int offset = 0;
        for (Life other : placedByOffset) {
            if (life.overlaps(other)) {
                if (other.offset() - offset >= aligned(life.buffer().size())) {
                    break;
                }
                offset = Math.max(offset, other.end());
            }
        }
        if ((long) offset + aligned(life.buffer().size()) > Integer.MAX_VALUE - 64) {
            throw new IllegalStateException(
                    "the program needs more working memory than one array can hold; use a smaller batch or image");
        }
        return new Life(life.buffer(), life.from(), life.to(), offset);
    }

    private static int aligned(int size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
