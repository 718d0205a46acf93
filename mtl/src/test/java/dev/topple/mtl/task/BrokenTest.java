// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When an attack on an image counts as a success: each task at both sides of its threshold. */
class BrokenTest {

    private static void check(boolean expected, Task task, Tensor label, Tensor clean, Tensor attacked) {
        assertEquals(expected, task.broken(parts(task, clean, label), parts(task, attacked, label)));
    }

    private static double[] parts(Task task, Tensor prediction, Tensor label) {
        double[] parts = new double[task.metrics().parts()];
        task.metrics().measure(prediction, label, 0, parts);
        return parts;
    }

    private static Tensor map(float... values) {
        return Tensor.of(Shape.of(1, 1, 1, values.length), values);
    }

    /** Logits of two classes: each pixel's class. */
    private static Tensor says(int... classes) {
        float[] logits = new float[2 * classes.length];
        for (int i = 0; i < classes.length; i++) {
            logits[classes[i] * classes.length + i] = 1;
        }
        return Tensor.of(Shape.of(1, 2, 1, classes.length), logits);
    }

    @Test
    void segmentationBelowHalfOfTheCleanAccuracy() {
        Task task = Segmentation.of(2);
        Tensor label = Tensor.of(Shape.of(1, 1, 4), 0, 0, 0, 0);
        check(false, task, label, says(0, 0, 0, 0), says(0, 0, 1, 1));
        check(true, task, label, says(0, 0, 0, 0), says(0, 1, 1, 1));
        check(false, task, label, says(0, 0, 1, 1), says(0, 1, 1, 1));
        check(false, task, label, says(1, 1, 1, 1), says(1, 1, 1, 1));
        check(false, task, Tensor.of(Shape.of(1, 1, 4), 255, 255, 255, 255), says(0, 0, 0, 0), says(1, 1, 1, 1));
    }

    @Test
    void depthAboveAQuarterAndTwiceTheCleanError() {
        Task task = new Depth();
        check(false, task, map(4, 4), map(4, 4), map(5, 5));
        check(true, task, map(4, 4), map(4, 4), map(5, 5.1f));
        check(false, task, map(4, 4), map(5, 5), map(6, 6));
        check(true, task, map(4, 4), map(5, 5), map(6, 6.1f));
        check(true, task, map(4, 4), map(4, 4), map(4, Float.NaN));
        check(false, task, map(0, 0), map(4, 4), map(9, 9));
    }

    @Test
    void normalsAboveThirtyDegreesAndOneAndAHalfTimesTheCleanAngle() {
        Task task = new Normals();
        Tensor label = degrees(0);
        check(false, task, label, degrees(0), degrees(29.9));
        check(true, task, label, degrees(0), degrees(30.1));
        check(false, task, label, degrees(40), degrees(59));
        check(true, task, label, degrees(40), degrees(61));
    }

    private static Tensor degrees(double angle) {
        double radians = StrictMath.toRadians(angle);
        return Tensor.of(Shape.of(1, 3, 1, 1), (float) StrictMath.sin(radians), 0, (float) StrictMath.cos(radians));
    }

    @Test
    void responsesAboveATenthAndTwiceTheCleanError() {
        for (Task task : List.of(new Keypoints(), new Edges())) {
            check(false, task, map(0, 255), map(0, 0), map(0.09f, 7));
            check(true, task, map(0, 255), map(0, 0), map(0.11f, 0));
            check(false, task, map(0, 255), map(0.2f, 0), map(0.39f, 0));
            check(true, task, map(0, 255), map(0.2f, 0), map(0.41f, 0));
        }
    }
}
