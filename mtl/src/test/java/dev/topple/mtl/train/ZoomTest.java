// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import org.junit.jupiter.api.Test;

class ZoomTest {

    private static final int HEIGHT = 6;
    private static final int WIDTH = 8;
    private static final int AREA = HEIGHT * WIDTH;

    /** Every pixel says where it lies. */
    private static float[] columns() {
        float[] columns = new float[AREA];
        for (int i = 0; i < AREA; i++) {
            columns[i] = i % WIDTH + 0.5f;
        }
        return columns;
    }

    @Test
    void aFactorOfOneChangesNothing() {
        Zoom zoom = new Zoom(1, 0.3, 0.7);
        Tensor image = Tensor.of(Shape.of(1, HEIGHT, WIDTH), columns());
        assertArrayEquals(image.floats(), zoom.image(image).floats(), 1e-6f);
        assertArrayEquals(image.floats(), zoom.label(new Depth(), image).floats());
    }

    @Test
    void imagesAndLabelsShowTheSamePart() {
        for (double right : new double[] {0, 0.4, 1}) {
            Zoom zoom = new Zoom(1.6, right, 0.5);
            Tensor image = Tensor.of(Shape.of(1, HEIGHT, WIDTH), columns());
            int[] classes = new int[AREA];
            for (int i = 0; i < AREA; i++) {
                classes[i] = i % WIDTH;
            }
            float[] seen = zoom.image(image).floats();
            int[] labels = zoom.label(Segmentation.of(8), Tensor.of(Shape.of(HEIGHT, WIDTH), classes)).ints();
            double start = right * (WIDTH - WIDTH / 1.6);
            for (int i = 0; i < AREA; i++) {
                double place = Math.clamp(start + (i % WIDTH + 0.5) / 1.6, 0.5, WIDTH - 0.5);
                assertEquals(place, seen[i], 1e-5);
                assertEquals(place, labels[i] + 0.5, 0.5 + 1e-6);
            }
        }
    }

    @Test
    void whatIsLargerIsNearerAndFlatter() {
        Zoom zoom = new Zoom(2, 0, 0);
        float[] depth = zoom.label(new Depth(), Tensor.of(Shape.of(1, HEIGHT, WIDTH), columns())).floats();
        assertEquals(0.25f, depth[0]);
        assertEquals(0.75f, depth[2]);
        float[] normals = new float[3 * AREA];
        normals[0] = 0.6f;
        normals[2 * AREA] = -0.8f;
        float[] turned = zoom.label(new Normals(), Tensor.of(Shape.of(3, HEIGHT, WIDTH), normals)).floats();
        double length = Math.sqrt(0.36 + 1.6 * 1.6);
        assertEquals(0.6 / length, turned[0], 1e-6);
        assertEquals(-1.6 / length, turned[2 * AREA], 1e-6);
        // What has no normal keeps none.
        assertEquals(0, turned[5]);
        assertEquals(0, turned[2 * AREA + 5]);
    }
}
