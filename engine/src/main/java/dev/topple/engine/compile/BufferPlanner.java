// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lays buffers out in one arena per element type, so that buffers that are alive at the same time never overlap. Larger
 * buffers are placed first, each at the lowest offset that is free for its whole life (greedy by size: Pisarchyk and
 * Lee, 2020). A buffer is alive from the first instruction that touches it to the last, both included. Where an
 * instruction may write over what it is the last to read, both buffers become one place. Persistent buffers lie in
 * arenas of their own, one after the other, so that the others may be shared by programs that take turns.
 */
public final class BufferPlanner {

    /** Buffers start at multiples of this many elements: a cache line of floats. */
    public static final int ALIGNMENT = 16;

    /**
     * Where every buffer lies.
     *
     * @param offsets the first element of each buffer in the arena of its type and kind
     * @param sizes the number of elements of each arena for buffers that are not persistent
     * @param persistentSizes the number of elements of each arena for those that are
     */
    public record Plan(Map<Buffer, Integer> offsets, Map<DType, Integer> sizes, Map<DType, Integer> persistentSizes) {

        /** The first element of a buffer in the arena of its type and kind. */
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
        Map<Buffer, Buffer> places = shareInPlace(instructions, lives);
        Map<Buffer, Integer> offsets = new LinkedHashMap<>();
        Map<DType, Integer> sizes = new EnumMap<>(DType.class);
        Map<DType, Integer> persistentSizes = new EnumMap<>(DType.class);
        for (DType dtype : DType.values()) {
            List<Life> placed = new ArrayList<>();
            int size = 0;
            List<Life> bySize = lives.values().stream()
                    .filter(life -> life.buffer().dtype() == dtype && !life.buffer().persistent())
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
            persistentSizes.put(dtype, sideBySide(lives, dtype, offsets));
        }
        places.forEach((buffer, place) -> offsets.put(buffer, offsets.get(place(place, places))));
        return new Plan(offsets, sizes, persistentSizes);
    }

    /** Places the persistent buffers of a type and says how many elements they take. */
    private static int sideBySide(Map<Buffer, Life> lives, DType dtype, Map<Buffer, Integer> offsets) {
        int size = 0;
        for (Buffer buffer : lives.keySet()) {
            if (buffer.dtype() == dtype && buffer.persistent()) {
                offsets.put(buffer, size);
                size = Math.addExact(size, aligned(buffer.size()));
            }
        }
        return size;
    }

    /**
     * Joins the lives of buffers of which one is written over the other.
     *
     * @param lives of all buffers; of those that are joined, the one of the place that they share is left
     * @return for each buffer that has no life of its own any more the one whose place it takes, which may have gone
     *     the same way
     */
    private static Map<Buffer, Buffer> shareInPlace(List<? extends Instruction> instructions,
            Map<Buffer, Life> lives) {
        Map<Buffer, Buffer> places = new LinkedHashMap<>();
        for (int step = 0; step < instructions.size(); step++) {
            Instruction instruction = instructions.get(step);
            Set<Buffer> taken = new HashSet<>();
            for (Buffer written : instruction.writes()) {
                for (Buffer read : instruction.reads()) {
                    Life before = lives.get(place(read, places));
                    Life after = lives.get(written);
                    boolean succeeds = after != null && before.to() == step && after.from() == step
                            && before.buffer() != written && !read.persistent() && !written.persistent()
                            && !taken.contains(before.buffer());
                    if (succeeds && read.dtype() == written.dtype() && read.size() == written.size()
                            && instruction.mayOverwrite(read, written)) {
                        lives.remove(written);
                        lives.put(before.buffer(), new Life(before.buffer(), before.from(), after.to(), 0));
                        places.put(written, before.buffer());
                        taken.add(before.buffer());
                    }
                }
            }
        }
        return places;
    }

    private static Buffer place(Buffer buffer, Map<Buffer, Buffer> places) {
        Buffer place = buffer;
        while (places.containsKey(place)) {
            place = places.get(place);
        }
        return place;
    }

    private static Map<Buffer, Life> lives(List<? extends Instruction> instructions) {
        Map<Buffer, Life> lives = new LinkedHashMap<>();
        for (int step = 0; step < instructions.size(); step++) {
            List<Buffer> touched = new ArrayList<>(instructions.get(step).reads());
            touched.addAll(instructions.get(step).writes());
            for (Buffer buffer : touched) {
                Life known = lives.get(buffer);
                lives.put(buffer, new Life(buffer, known == null ? step : known.from(), step, 0));
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
