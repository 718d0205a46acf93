// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.graph.Resampling;
import java.util.Arrays;

/** Which pixels see which along one axis of a resized image. */
final class ResizeTables {

    private ResizeTables() {}

    /**
     * Where the pixels of the result come from: {@code first * (1 - weight) + second * weight}.
     *
     * @param second the same as first where weight is 0
     */
    record Axis(int[] first, int[] second, float[] weight) {

        static Axis of(Resampling.Method method, int in, int out) {
            Axis axis = new Axis(new int[out], new int[out], new float[out]);
            for (int i = 0; i < out; i++) {
                double position = switch (method) {
                    case NEAREST -> (double) ((long) i * in / out);
                    case BILINEAR -> Math.max(0, (i + 0.5) * in / out - 0.5);
                    case BILINEAR_ALIGN_CORNERS -> out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
                };
                int first = Math.min((int) position, in - 1);
                float weight = first == in - 1 ? 0 : (float) (position - first);
                axis.first[i] = first;
                axis.second[i] = weight == 0 ? first : first + 1;
                axis.weight[i] = weight;
            }
            return axis;
        }
    }

    /**
     * The same the other way round: the pixels of the result, in their order, to which each pixel of the source gives.
     *
     * @param taps the most pixels of the result that see one pixel of the source
     * @param index where the t-th pixel that sees pixel i lies, at {@code t * in + i}
     * @param weight how much of pixel i it sees; 0 where there are fewer
     */
    record Adjoint(int taps, int[] index, float[] weight) {

        static Adjoint of(Axis axis, int in) {
            int[] counts = new int[in];
            int out = axis.first.length;
            for (int i = 0; i < out; i++) {
                counts[axis.first[i]]++;
                if (axis.weight[i] != 0) {
                    counts[axis.second[i]]++;
                }
            }
            int taps = Arrays.stream(counts).max().orElse(0);
            Adjoint adjoint = new Adjoint(taps, new int[taps * in], new float[taps * in]);
            Arrays.fill(counts, 0);
            for (int i = 0; i < out; i++) {
                adjoint.add(counts, axis.first[i], i, 1 - axis.weight[i]);
                if (axis.weight[i] != 0) {
                    adjoint.add(counts, axis.second[i], i, axis.weight[i]);
                }
            }
            return adjoint;
        }

        private void add(int[] counts, int source, int result, float share) {
            int at = counts[source]++ * counts.length + source;
            index[at] = result;
            weight[at] = share;
        }
    }
}
