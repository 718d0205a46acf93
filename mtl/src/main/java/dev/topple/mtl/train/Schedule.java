// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;

/** The learning rate of each step. */
public sealed interface Schedule {

    /** The rate of a step, counted from 0. */
    double rate(int step);

    /** What checkpoints say of it. */
    JsonObject toJson();

    /** Always the same. */
    record Constant(double rate) implements Schedule {
        public Constant {
            requirePositive(rate);
        }

        @Override
        public double rate(int step) {
            return rate;
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", "constant").put("rate", rate).build();
        }
    }

    /**
     * Rises evenly to a peak, then falls as half a cosine wave to zero at the end.
     *
     * @param peak the largest rate
     * @param warmUp how many steps it rises
     * @param steps how many steps there are
     */
    record Cosine(double peak, int warmUp, int steps) implements Schedule {
        public Cosine {
            requirePositive(peak);
            if (warmUp < 0 || steps < 1 || warmUp >= steps) {
                throw new IllegalArgumentException(
                        "a cosine schedule cannot rise for " + warmUp + " of " + steps + " steps");
            }
        }

        @Override
        public double rate(int step) {
            if (step < warmUp) {
                return peak * (step + 1) / warmUp;
            }
            double done = Math.min(1, (step - warmUp + 0.5) / (steps - warmUp));
            return peak * (1 + StrictMath.cos(Math.PI * done)) / 2;
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", "cosine").put("peak", peak).put("warmUp", warmUp).put("steps", steps)
                    .build();
        }
    }

    /**
     * Falls by a factor every so many steps.
     *
     * @param start the first rate
     * @param factor what it is multiplied by
     * @param every after how many steps
     */
    record Stairs(double start, double factor, int every) implements Schedule {
        public Stairs {
            requirePositive(start);
            if (!(factor > 0 && factor <= 1) || every < 1) {
                throw new IllegalArgumentException("a schedule in stairs falls by a factor above 0 and at most 1 every"
                        + " step or more, not by " + factor + " every " + every);
            }
        }

        @Override
        public double rate(int step) {
            return start * StrictMath.pow(factor, step / every);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", "stairs").put("start", start).put("factor", factor)
                    .put("every", every).build();
        }
    }

    /**
     * Rises evenly to a peak, then falls as a power of what is left, as DeepLab's does (with 0.9).
     *
     * @param peak the largest rate
     * @param power 1 for a straight line
     * @param warmUp how many steps it rises
     * @param steps how many steps there are
     */
    record Polynomial(double peak, double power, int warmUp, int steps) implements Schedule {
        public Polynomial {
            requirePositive(peak);
            if (!(power > 0) || !Double.isFinite(power) || warmUp < 0 || steps < 1 || warmUp >= steps) {
                throw new IllegalArgumentException("a polynomial schedule cannot rise for " + warmUp + " of " + steps
                        + " steps and fall with the power " + power);
            }
        }

        @Override
        public double rate(int step) {
            if (step < warmUp) {
                return peak * (step + 1) / warmUp;
            }
            return peak * StrictMath.pow(Math.max(0, 1 - (step - warmUp + 0.5) / (steps - warmUp)), power);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", "polynomial").put("peak", peak).put("power", power)
                    .put("warmUp", warmUp).put("steps", steps).build();
        }
    }

    private static void requirePositive(double rate) {
        if (!(rate > 0) || !Double.isFinite(rate)) {
            throw new IllegalArgumentException("a learning rate must be positive, not " + rate);
        }
    }
}
