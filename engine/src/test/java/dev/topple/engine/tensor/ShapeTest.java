// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShapeTest {

    @Test
    void sizes() {
        Shape shape = Shape.of(2, 3, 4);
        assertEquals(3, shape.rank());
        assertEquals(24, shape.size());
        assertEquals(4, shape.dim(-1));
        assertEquals(2, shape.dim(-3));
        assertEquals(12, shape.product(1, 3));
        assertEquals(1, shape.product(1, 1));
        assertArrayEquals(new int[] {12, 4, 1}, shape.strides());
        assertEquals(Shape.of(2, 7, 4), shape.with(-2, 7));
        assertEquals("[2x3x4]", shape.toString());
        assertEquals(0, Shape.of(3, 0, 2).size());
        assertEquals(shape, Shape.of(List.of(2, 3, 4)));
    }

    @Test
    void scalars() {
        assertSame(Shape.scalar(), Shape.of());
        assertEquals(1, Shape.scalar().size());
        assertEquals(0, Shape.scalar().rank());
        assertEquals("[]", Shape.scalar().toString());
    }

    @Test
    void isAValue() {
        int[] dims = {2, 3};
        Shape shape = Shape.of(dims);
        dims[0] = 9;
        shape.dims()[0] = 9;
        assertEquals(Shape.of(2, 3), shape);
        assertEquals(Shape.of(2, 3).hashCode(), shape.hashCode());
        assertNotEquals(Shape.of(3, 2), shape);
        assertNotEquals(Shape.of(6), shape);
    }

    @Test
    void refusals() {
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, -1));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(1 << 16, 1 << 16));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(Integer.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, 3).dim(2));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, 3).dim(-3));
        assertThrows(IllegalArgumentException.class, () -> Shape.scalar().axis(0));
    }

    @Test
    void hugeShapesAreRefusedWhateverTheirOrder() {
        assertThrows(IllegalArgumentException.class,
                () -> Shape.of(1 << 30, 1 << 30, 1 << 30, 1 << 30, 1 << 30));
        assertEquals(0, Shape.of(0, 1 << 30, 1 << 30).size());
    }

    @Test
    void broadcasting() {
        assertEquals(Shape.of(5, 3, 7), Shape.broadcast(Shape.of(5, 1, 7), Shape.of(3, 1)));
        assertEquals(Shape.of(4), Shape.broadcast(Shape.scalar(), Shape.of(4)));
        assertEquals(Shape.of(0, 3), Shape.broadcast(Shape.of(1, 3), Shape.of(0, 1)));
        assertThrows(IllegalArgumentException.class, () -> Shape.broadcast(Shape.of(2), Shape.of(3)));
        assertTrue(Shape.of(3, 1).broadcastsTo(Shape.of(2, 3, 5)));
        assertTrue(Shape.scalar().broadcastsTo(Shape.of(2)));
        assertFalse(Shape.of(2, 3).broadcastsTo(Shape.of(3)));
        assertFalse(Shape.of(2).broadcastsTo(Shape.of(3)));
        assertFalse(Shape.of(2).broadcastsTo(Shape.of(1)));
    }

    @Test
    void broadcastStrides() {
        assertArrayEquals(new int[] {0, 1, 0}, Shape.of(3, 1).broadcastStrides(Shape.of(2, 3, 5)));
        assertArrayEquals(new int[] {3, 1}, Shape.of(2, 3).broadcastStrides(Shape.of(2, 3)));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, 3).broadcastStrides(Shape.of(3)));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2).broadcastStrides(Shape.of(3)));
    }
}
