// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BufferPlannerTest {

    private record Step(List<Buffer> reads, List<Buffer> writes) implements Instruction {}

    private static int aligned(int size) {
        return (size + BufferPlanner.ALIGNMENT - 1) / BufferPlanner.ALIGNMENT * BufferPlanner.ALIGNMENT;
    }

    /** Judges a plan by running it in thought: at each step, whatever is still to be read must be untouched. */
    private static void verify(List<Step> steps, BufferPlanner.Plan plan) {
        List<Buffer> buffers = steps.stream()
                .flatMap(step -> Stream.concat(step.reads().stream(), step.writes().stream()))
                .distinct().toList();
        for (Buffer buffer : buffers) {
            int offset = plan.offset(buffer);
            assertTrue(offset >= 0 && offset % BufferPlanner.ALIGNMENT == 0, "offset " + offset);
            assertTrue(offset + buffer.size() <= arenas(plan, buffer).get(buffer.dtype()), "within the arena");
        }
        for (Buffer a : buffers) {
            for (Buffer b : buffers) {
                if (a != b && a.dtype() == b.dtype() && a.persistent() == b.persistent()
                        && aliveTogether(steps, a, b)) {
                    boolean apart = plan.offset(a) + a.size() <= plan.offset(b)
                            || plan.offset(b) + b.size() <= plan.offset(a);
                    assertTrue(apart, "two buffers that are alive together overlap");
                }
            }
        }
        for (DType dtype : DType.values()) {
            int sum = buffers.stream().filter(buffer -> buffer.dtype() == dtype)
                    .mapToInt(buffer -> aligned(buffer.size())).sum();
            assertTrue(plan.sizes().get(dtype) + plan.persistentSizes().get(dtype) <= sum,
                    "no larger than all buffers side by side");
        }
    }

    private static Map<DType, Integer> arenas(BufferPlanner.Plan plan, Buffer buffer) {
        return buffer.persistent() ? plan.persistentSizes() : plan.sizes();
    }

    private static boolean aliveTogether(List<Step> steps, Buffer a, Buffer b) {
        for (int step = 0; step < steps.size(); step++) {
            if (alive(steps, a, step) && alive(steps, b, step)) {
                return true;
            }
        }
        return false;
    }

    private static boolean alive(List<Step> steps, Buffer buffer, int at) {
        boolean before = false;
        boolean after = false;
        for (int step = 0; step < steps.size(); step++) {
            boolean touched = steps.get(step).reads().contains(buffer) || steps.get(step).writes().contains(buffer);
            before |= touched && step <= at;
            after |= touched && step >= at;
        }
        return buffer.persistent() || before && after;
    }

    @Test
    void buffersThatAreAliveTogetherNeverOverlap() {
        RandomSource random = new RandomSource(3);
        for (int round = 0; round < 60; round++) {
            List<Buffer> buffers = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                DType dtype = DType.values()[random.nextInt(3)];
                int size = random.nextInt(5) == 0 ? random.nextInt(3) : random.nextInt(1, 400);
                buffers.add(random.nextInt(6) == 0 ? Buffer.persistent(dtype, size) : Buffer.of(dtype, size));
            }
            List<Step> steps = new ArrayList<>();
            for (int step = 0; step < 30; step++) {
                // Mostly neighbours, so that many lives are short.
                int first = Math.max(0, step - 5);
                steps.add(new Step(
                        List.of(buffers.get(random.nextInt(first, first + 3) % 25), buffers.get(random.nextInt(25))),
                        List.of(buffers.get(Math.min(24, step)))));
            }
            verify(steps, BufferPlanner.plan(steps));
        }
    }

    @Test
    void aChainNeedsTwoBuffersAtATime() {
        List<Buffer> buffers = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            buffers.add(Buffer.of(DType.F32, 100));
            steps.add(new Step(i == 0 ? List.of() : List.of(buffers.get(i - 1)), List.of(buffers.get(i))));
        }
        BufferPlanner.Plan plan = BufferPlanner.plan(steps);
        verify(steps, plan);
        assertEquals(2 * aligned(100), plan.sizes().get(DType.F32));
        assertEquals(0, plan.sizes().get(DType.I32));
    }

    @Test
    void smallBuffersFitIntoGapsOfLargeOnes() {
        Buffer large = Buffer.of(DType.F32, 1600);
        Buffer small = Buffer.of(DType.F32, 16);
        Buffer other = Buffer.of(DType.F32, 16);
        List<Step> steps = List.of(new Step(List.of(), List.of(large)), new Step(List.of(), List.of(small, other)),
                new Step(List.of(small, other), List.of()));
        BufferPlanner.Plan plan = BufferPlanner.plan(steps);
        verify(steps, plan);
        assertEquals(1600, plan.sizes().get(DType.F32));
    }

    @Test
    void persistentBuffersShareWithNobody() {
        Buffer input = Buffer.persistent(DType.F32, 32);
        Buffer output = Buffer.persistent(DType.F32, 32);
        Buffer early = Buffer.of(DType.F32, 32);
        Buffer late = Buffer.of(DType.F32, 32);
        List<Step> steps = List.of(new Step(List.of(), List.of(early)), new Step(List.of(early), List.of(input)),
                new Step(List.of(output), List.of(late)), new Step(List.of(late), List.of()));
        BufferPlanner.Plan plan = BufferPlanner.plan(steps);
        verify(steps, plan);
        assertEquals(2 * 32, plan.persistentSizes().get(DType.F32));
        assertEquals(32, plan.sizes().get(DType.F32));
        assertEquals(plan.offset(early), plan.offset(late));
    }

    @Test
    void oneBufferReadAndWrittenInPlace() {
        Buffer buffer = Buffer.of(DType.I32, 5);
        BufferPlanner.Plan plan = BufferPlanner.plan(List.of(new Step(List.of(buffer), List.of(buffer))));
        assertEquals(0, plan.offset(buffer));
        assertEquals(16, plan.sizes().get(DType.I32));
    }

    private record InPlace(List<Buffer> reads, List<Buffer> writes) implements Instruction {
        @Override
        public boolean mayOverwrite(Buffer read, Buffer written) {
            return true;
        }
    }

    @Test
    void aChainInPlaceNeedsOneBuffer() {
        List<Buffer> buffers = new ArrayList<>();
        List<InPlace> steps = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            buffers.add(Buffer.of(DType.F32, 100));
            steps.add(new InPlace(i == 0 ? List.of() : List.of(buffers.get(i - 1)), List.of(buffers.get(i))));
        }
        BufferPlanner.Plan plan = BufferPlanner.plan(steps);
        buffers.forEach(buffer -> assertEquals(0, plan.offset(buffer)));
        assertEquals(aligned(100), plan.sizes().get(DType.F32));
    }

    @Test
    void nothingIsWrittenOverWhatIsReadLater() {
        Buffer a = Buffer.of(DType.F32, 16);
        Buffer b = Buffer.of(DType.F32, 16);
        Buffer c = Buffer.of(DType.F32, 16);
        Buffer kept = Buffer.persistent(DType.F32, 16);
        Buffer larger = Buffer.of(DType.F32, 32);
        BufferPlanner.Plan plan = BufferPlanner.plan(List.of(new InPlace(List.of(), List.of(a)),
                new InPlace(List.of(a), List.of(b)), new InPlace(List.of(a, b), List.of(c, larger)),
                new InPlace(List.of(c), List.of(kept)), new InPlace(List.of(c, larger), List.of())));
        assertTrue(plan.offset(a) != plan.offset(b), "a is read once more after b is written");
        assertTrue(plan.offset(c) == plan.offset(a) || plan.offset(c) == plan.offset(b), "both end with c");
        assertTrue(plan.offset(kept) != plan.offset(c), "a persistent buffer shares with nobody");
    }

    @Test
    void twoResultsDoNotTakeOnePlace() {
        Buffer a = Buffer.of(DType.F32, 16);
        Buffer b = Buffer.of(DType.F32, 16);
        Buffer c = Buffer.of(DType.F32, 16);
        BufferPlanner.Plan plan = BufferPlanner.plan(List.of(new InPlace(List.of(), List.of(a)),
                new InPlace(List.of(a), List.of(b, c)), new InPlace(List.of(b, c), List.of())));
        assertTrue(plan.offset(b) != plan.offset(c));
        assertEquals(32, plan.sizes().get(DType.F32));
    }

    @Test
    void equalInstructionsGiveEqualPlans() {
        List<Buffer> buffers = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            buffers.add(Buffer.of(DType.F32, 50));
            steps.add(new Step(List.of(buffers.get(i / 2)), List.of(buffers.get(i))));
        }
        BufferPlanner.Plan first = BufferPlanner.plan(steps);
        BufferPlanner.Plan second = BufferPlanner.plan(steps);
        buffers.forEach(buffer -> assertEquals(first.offset(buffer), second.offset(buffer)));
    }

    @Test
    void refusesMoreThanAnArrayHolds() {
        Buffer a = Buffer.of(DType.F32, Integer.MAX_VALUE / 2);
        Buffer b = Buffer.of(DType.F32, Integer.MAX_VALUE / 2);
        Buffer c = Buffer.of(DType.F32, Integer.MAX_VALUE / 2);
        assertThrows(IllegalStateException.class,
                () -> BufferPlanner.plan(List.of(new Step(List.of(a, b), List.of(c)))));
    }

    @Test
    void knowsNoBufferThatNobodyTouches() {
        BufferPlanner.Plan plan = BufferPlanner.plan(List.<Step>of());
        assertThrows(IllegalArgumentException.class, () -> plan.offset(Buffer.of(DType.F32, 1)));
    }
}
