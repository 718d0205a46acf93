// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PlaneNormalsTest {

    private static final int HEIGHT = 48;
    private static final int WIDTH = 64;
    private static final int AREA = HEIGHT * WIDTH;
    /** For depths that are exact, though steps are allowed for. */
    private static final PlaneNormals EXACT = new PlaneNormals(60, 62, 31, 24, 0.04f);

    /** The depths of the plane with a normal, at a distance from the camera. */
    private static float[] plane(double[] normal, double distance) {
        float[] depth = new float[AREA];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                double along = normal[0] * (x - 31) / 60 + normal[1] * (y - 24) / 62 + normal[2];
                depth[y * WIDTH + x] = (float) (-distance / along);
            }
        }
        return depth;
    }

    private static double[] unit(double x, double y, double z) {
        double length = Math.sqrt(x * x + y * y + z * z);
        return new double[] {x / length, y / length, z / length};
    }

    private static double degrees(float[] normals, int i, double[] truth) {
        double cosine = normals[i] * truth[0] + normals[AREA + i] * truth[1] + normals[2 * AREA + i] * truth[2];
        return Math.toDegrees(Math.acos(Math.clamp(cosine, -1, 1)));
    }

    private static double largestError(float[] normals, double[] truth) {
        double most = 0;
        for (int i = 0; i < AREA; i++) {
            most = Math.max(most, degrees(normals, i, truth));
        }
        return most;
    }

    @Test
    void exactPlanesComeBackExactly() {
        for (double[] normal : new double[][] {unit(0, 0, -1), unit(0.3, 0.1, -1), unit(-0.2, -0.4, -1),
            unit(0.1, -0.8, -0.9)}) {
            float[] normals = EXACT.of(plane(normal, 2.5), HEIGHT, WIDTH);
            assertTrue(largestError(normals, normal) < 0.1, () -> "" + largestError(normals, normal));
        }
    }

    @Test
    void stepsOfStoredDepthHardlyTurnNormals() {
        float step = 0.04f;
        double[] normal = unit(0.25, -0.15, -1);
        float[] depth = plane(normal, 2);
        for (int i = 0; i < AREA; i++) {
            depth[i] = (float) (Math.floor(depth[i] / step) + 0.5) * step;
        }
        float[] normals = new PlaneNormals(60, 62, 31, 24, step).of(depth, HEIGHT, WIDTH);
        double sum = 0;
        for (int i = 0; i < AREA; i++) {
            sum += degrees(normals, i, normal);
        }
        assertTrue(sum / AREA < 3, "" + sum / AREA);
    }

    @Test
    void edgesBetweenThingsDoNotBlur() {
        double[] left = unit(0.5, 0, -1);
        double[] right = unit(-0.3, 0.2, -1);
        float[] depth = plane(right, 4);
        float[] near = plane(left, 1.5);
        for (int i = 0; i < AREA; i++) {
            if (i % WIDTH < 30) {
                depth[i] = near[i];
            }
        }
        float[] normals = EXACT.of(depth, HEIGHT, WIDTH);
        for (int i = 0; i < AREA; i++) {
            assertEquals(0, degrees(normals, i, i % WIDTH < 30 ? left : right), 0.2, "pixel " + i);
        }
    }

    @Test
    void unknownDepthHasNoNormalAndHarmsNoOther() {
        double[] normal = unit(0.2, 0.1, -1);
        float[] depth = plane(normal, 2);
        for (int y = 10; y < 20; y++) {
            for (int x = 5; x < 30; x++) {
                depth[y * WIDTH + x] = 0;
            }
        }
        float[] normals = EXACT.of(depth, HEIGHT, WIDTH);
        for (int i = 0; i < AREA; i++) {
            if (depth[i] == 0) {
                assertEquals(0, Math.abs(normals[i]) + Math.abs(normals[AREA + i]) + Math.abs(normals[2 * AREA + i]));
            } else {
                assertEquals(0, degrees(normals, i, normal), 0.1, "pixel " + i);
            }
        }
    }

    @Test
    void singlePointsAndLinesHaveNoPlane() {
        float[] depth = new float[AREA];
        depth[20 * WIDTH + 20] = 2;
        for (int x = 0; x < WIDTH; x++) {
            depth[40 * WIDTH + x] = 3;
        }
        for (float value : EXACT.of(depth, HEIGHT, WIDTH)) {
            assertEquals(0, value);
        }
    }
}
