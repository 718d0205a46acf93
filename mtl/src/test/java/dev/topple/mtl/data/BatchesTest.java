// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {

    private static final Shape WIDE = Shape.of(1, 2);
    private static final Shape TALL = Shape.of(2, 1);

    private static List<Batch> all(Batches batches) {
        List<Batch> all = new ArrayList<>();
        try (batches) {
            for (Optional<Batch> next = batches.next(); next.isPresent(); next = batches.next()) {
                all.add(next.get());
            }
            assertTrue(batches.next().isEmpty());
        }
        return all;
    }

    @Test
    void theLastBatchRepeatsARow() {
        List<Batch> batches = all(Batches.of(new FakeDataset(Collections.nCopies(5, WIDE)), 3));
        assertEquals(2, batches.size());
        assertEquals(List.of(0, 1, 2), batches.get(0).indices());
        assertEquals(3, batches.get(0).count());
        assertEquals(2, batches.get(1).count());
        assertEquals(List.of(3, 4, 4), batches.get(1).indices());
        assertEquals(List.of("image 3", "image 4", "image 4"), batches.get(1).ids());
        assertArrayEquals(new float[] {3, 3, 4, 4, 4, 4}, batches.get(1).labels().get("depth").floats());
        assertEquals(Shape.of(3, 3, 1, 2), batches.get(1).images().shape());
    }

    @Test
    void anOrderIsKept() {
        List<Batch> batches = all(Batches.of(new FakeDataset(Collections.nCopies(5, WIDE)), new int[] {4, 0, 2}, 2));
        assertEquals(List.of(4, 0), batches.get(0).indices());
        assertEquals(List.of(2, 2), batches.get(1).indices());
    }

    @Test
    void shapesAreNotMixed() {
        List<Shape> shapes = List.of(WIDE, TALL, WIDE, TALL, TALL, WIDE, WIDE);
        List<Batch> batches = all(Batches.of(new FakeDataset(shapes), 2));
        assertEquals(List.of(List.of(0, 2), List.of(1, 3), List.of(5, 6), List.of(4, 4)),
                batches.stream().map(Batch::indices).toList());
        assertEquals(shapes.size(), batches.stream().mapToInt(Batch::count).sum());
    }

    @Test
    void manyShapesDoNotPileUp() {
        List<Shape> shapes = IntStream.range(1, 60).mapToObj(i -> Shape.of(1, i)).toList();
        List<Batch> batches = all(Batches.of(new FakeDataset(shapes), 4));
        assertEquals(IntStream.range(0, 59).boxed().toList(),
                batches.stream().map(batch -> batch.indices().get(0)).toList());
    }

    @Test
    void whatASampleThrowsArrives() {
        try (Batches batches = Batches.of(new FakeDataset(Collections.nCopies(5, WIDE), 3), 2)) {
            assertTrue(batches.next().isPresent());
            IllegalStateException e = assertThrows(IllegalStateException.class, batches::next);
            assertEquals("image 3 is broken", e.getMessage());
            assertTrue(batches.next().isEmpty());
        }
    }

    @Test
    void samplesInMemoryAreThoseOfTheSource() {
        Dataset rooms = RoomsDataset.heldOut(3, 16, 24);
        int[] calls = new int[1];
        Dataset kept = InMemory.of(rooms, 2, done -> calls[0]++);
        assertEquals(3, calls[0]);
        for (int i = 0; i < 3; i++) {
            Sample expected = rooms.sample(i);
            Sample actual = kept.sample(i);
            assertEquals(expected.id(), actual.id());
            assertTrue(expected.image().sameBits(actual.image()));
            assertTrue(expected.labels().get("segmentation").sameBits(actual.labels().get("segmentation")));
            for (String task : List.of("depth", "normals")) {
                float[] exact = expected.labels().get(task).floats();
                float[] rounded = actual.labels().get(task).floats();
                for (int j = 0; j < exact.length; j++) {
                    assertEquals(exact[j], rounded[j], Math.abs(exact[j]) / 2048 + 1e-7);
                }
            }
        }
    }

    @Test
    void aFailureWhileReadingIsThrown() {
        Dataset broken = new FakeDataset(Collections.nCopies(8, WIDE), 5);
        assertThrows(IllegalStateException.class, () -> InMemory.of(broken, 2, done -> {}));
    }

    @Test
    void heldOutScenesAreNotForTraining() {
        assertTrue(RoomsDataset.training(4, 16, 16).name().contains("first=0,"));
        assertTrue(RoomsDataset.heldOut(4, 16, 16).name().contains("first=" + RoomsDataset.FIRST_HELD_OUT));
        assertThrows(IllegalArgumentException.class,
                () -> RoomsDataset.training(RoomsDataset.FIRST_HELD_OUT + 1, 16, 16));
        assertThrows(IndexOutOfBoundsException.class, () -> RoomsDataset.heldOut(4, 16, 16).sample(4));
    }
}
