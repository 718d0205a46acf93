// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/** What tasks with one number from -1 to 1 a pixel share: the absolute error, as loss and as metric. */
final class ResponseMap {

    /** The label of pixels that do not count. */
    static final float VOID = 255;

    /** What the loss is measured in. */
    static final String UNIT = "absolute error";

    static final Drawing DRAWING = Drawing.scale(-1, 1, response -> response != VOID);

    /** From -1 to 1: this is a twentieth of the range. */
    private static final double LARGE_ERROR = 0.1;

    private ResponseMap() {}

    /** Whether the mean error is large, and more than twice that of the clean image. */
    static boolean broken(double[] clean, double[] attacked) {
        return Pixels.broken(Error.mean(clean), Error.mean(attacked), LARGE_ERROR, 2);
    }

    static Value valid(Value label) {
        return label.compare(Relation.NOT_EQUAL, VOID);
    }

    static Value loss(Value prediction, Value label) {
        Value valid = valid(label);
        Value error = prediction.minus(Pixels.where(valid, label)).abs();
        return Pixels.mean(Pixels.where(valid, error), Pixels.count(valid));
    }

    /** The mean absolute error over all valid pixels of all images together. */
    record Error(List<Metric> list) implements Metrics {

        // The parts: how many pixels, the sum of their errors.
        private static final int COUNT = 0;
        private static final int SUM = 1;

        Error(String name) {
            this(List.of(new Metric(name, false, "")));
        }

        static double mean(double[] parts) {
            return parts[SUM] / parts[COUNT];
        }

        @Override
        public int parts() {
            return 2;
        }

        @Override
        public void measure(Tensor prediction, Tensor label, int row, double[] into) {
            Shape shape = prediction.shape();
            int area = shape.dim(2) * shape.dim(3);
            float[] predictions = prediction.floats();
            float[] labels = label.floats();
            for (int i = row * area; i < (row + 1) * area; i++) {
                if (labels[i] != VOID) {
                    into[COUNT]++;
                    into[SUM] += Math.abs((double) predictions[i] - labels[i]);
                }
            }
        }

        @Override
        public double[] values(double[] total) {
            return new double[] {mean(total)};
        }
    }

    /** The same as the released code has it: the mean error of each batch, averaged over batches, not pooled. */
    record ReleasedError(Error error) implements Metrics {

        ReleasedError(String name) {
            this(new Error(name));
        }

        @Override
        public List<Metric> list() {
            return error.list();
        }

        @Override
        public int parts() {
            return error.parts();
        }

        @Override
        public void measure(Tensor prediction, Tensor label, int row, double[] into) {
            error.measure(prediction, label, row, into);
        }

        @Override
        public double[] values(double[] total) {
            return error.values(total);
        }

        @Override
        public boolean pooled(int metric) {
            return false;
        }
    }

    /** The median of the valid labels, to a thousandth. */
    static final class Median implements BestConstant {

        private static final int STEPS = 1000;

        private final long[] histogram = new long[2 * STEPS + 1];
        private long count;

        @Override
        public void add(Tensor label) {
            for (float value : label.floats()) {
                if (value != VOID) {
                    histogram[Math.clamp(Math.round((value + 1.0) * STEPS), 0, 2 * STEPS)]++;
                    count++;
                }
            }
        }

        @Override
        public float[] prediction() {
            long below = 0;
            for (int i = 0; i < histogram.length; i++) {
                below += histogram[i];
                if (count > 0 && 2 * below >= count) {
                    return new float[] {(float) (i - STEPS) / STEPS};
                }
            }
            return new float[] {0};
        }
    }
}
