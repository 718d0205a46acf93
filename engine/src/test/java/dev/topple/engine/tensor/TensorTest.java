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

import org.junit.jupiter.api.Test;

class TensorTest {

    @Test
    void wrapsItsArray() {
        float[] values = {1, 2, 3, 4};
        Tensor tensor = Tensor.of(Shape.of(2, 2), values);
        assertSame(values, tensor.floats());
        assertSame(values, tensor.reshape(Shape.of(4)).floats());
        Tensor copy = tensor.copy();
        values[0] = 9;
        assertEquals(1, copy.floats()[0]);
    }

    @Test
    void refusesAnotherNumberOfElements() {
        String message = assertThrows(IllegalArgumentException.class, () -> Tensor.of(Shape.of(2, 2), 1f, 2f, 3f))
                .getMessage();
        assertTrue(message.contains("f32[2x2]") && message.contains("4") && message.contains("3"), message);
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(Shape.of(2), 1f, 2f).reshape(Shape.of(3)));
    }

    @Test
    void refusesToBeReadAsAnotherType() {
        Tensor labels = Tensor.of(Shape.of(2), 1, 2);
        assertThrows(IllegalStateException.class, labels::floats);
        assertThrows(IllegalStateException.class, labels::booleans);
        assertArrayEquals(new int[] {1, 2}, labels.ints());
    }

    @Test
    void comparesBits() {
        Tensor zero = Tensor.scalar(0);
        assertTrue(Tensor.scalar(Float.NaN).sameBits(Tensor.scalar(Float.NaN)));
        assertFalse(zero.sameBits(Tensor.scalar(-0f)));
        assertFalse(zero.sameBits(Tensor.of(Shape.of(1), 0f)));
        assertFalse(zero.sameBits(Tensor.of(Shape.scalar(), 0)));
        assertTrue(Tensor.of(Shape.of(2), true, false).sameBits(Tensor.of(Shape.of(2), true, false)));
        assertFalse(Tensor.of(Shape.of(2), 1, 2).sameBits(Tensor.of(Shape.of(2), 1, 3)));
    }

    @Test
    void startsAtZero() {
        assertArrayEquals(new float[3], Tensor.zeros(TensorType.f32(3)).floats());
        assertArrayEquals(new int[3], Tensor.zeros(TensorType.i32(3)).ints());
        assertArrayEquals(new boolean[3], Tensor.zeros(TensorType.bool(3)).booleans());
        assertArrayEquals(new float[] {7, 7}, Tensor.filled(Shape.of(2), 7).floats());
        assertEquals("f32[2x3]", TensorType.f32(2, 3).toString());
    }

    @Test
    void variablesAreThemselves() {
        Tensor initial = Tensor.of(Shape.of(2), 1f, 2f);
        Variable a = new Variable("w", initial);
        Variable b = new Variable("w", initial);
        assertNotEquals(a, b);
        assertEquals("w:f32[2]", a.toString());
        assertThrows(IllegalArgumentException.class, () -> new Variable(" ", initial));
    }

    @Test
    void variablesStartWithACopy() {
        float[] values = {1, 2};
        Variable variable = new Variable("w", Tensor.of(Shape.of(2), values));
        values[0] = 9;
        assertEquals(1, variable.initial().floats()[0]);
    }
}
