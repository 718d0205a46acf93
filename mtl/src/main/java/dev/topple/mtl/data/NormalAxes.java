// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which component of a file's normals is which axis of the camera frame (x right, y down, z forward), and with which
 * sign. Copies of a data set differ in it and seldom say so, but depth tells: normals derived from it point the same
 * way in the right frame alone.
 *
 * @param from the component that becomes x, y and z
 * @param signs of x, y and z: 1 or -1
 */
record NormalAxes(List<Integer> from, List<Integer> signs) {

    /** The camera frame itself. */
    static final NormalAxes OWN = new NormalAxes(List.of(0, 1, 2), List.of(1, 1, 1));

    /** The mean cosine that the right axes reach easily: derived normals are off by about 5 degrees, most of them. */
    private static final double ENOUGH = 0.7;

    /** Less is rounding. */
    private static final double BETTER = 1e-6;

    /** A file's normals, and the ones derived from depth, both by planes; zero vectors are unknown. */
    record Witness(float[] stored, float[] derived) {}

    /**
     * Finds the axes.
     *
     * @param folder what messages name
     * @throws IllegalArgumentException if the normals fit the depth in no frame
     */
    static NormalAxes find(List<Witness> witnesses, Path folder) {
        double[][] sums = new double[3][3];
        long count = 0;
        for (Witness witness : witnesses) {
            count += add(witness, sums);
        }
        if (count == 0) {
            return OWN;
        }
        NormalAxes best = OWN;
        for (NormalAxes axes : all()) {
            // Where depth shows a single plane several frames fit; its own comes first.
            if (axes.cosine(sums, count) > best.cosine(sums, count) + BETTER) {
                best = axes;
            }
        }
        double cosine = best.cosine(sums, count);
        if (cosine < ENOUGH) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "%s: the normals do not fit the depth in any"
                    + " order of axes (the mean cosine is %.2f at best); leave the folder normal out, then they are"
                    + " derived from depth", folder, cosine));
        }
        return best;
    }

    /** Adds up the products of derived and stored components, and says over how many pixels. */
    private static long add(Witness witness, double[][] sums) {
        int area = witness.stored().length / 3;
        long count = 0;
        for (int i = 0; i < area; i++) {
            double stored = length(witness.stored(), i);
            double derived = length(witness.derived(), i);
            if (stored > 0.5 && derived > 0.5) {
                count++;
                for (int axis = 0; axis < 3; axis++) {
                    for (int component = 0; component < 3; component++) {
                        sums[axis][component] += witness.derived()[axis * area + i]
                                * witness.stored()[component * area + i] / (stored * derived);
                    }
                }
            }
        }
        return count;
    }

    private static double length(float[] planes, int i) {
        int area = planes.length / 3;
        double x = planes[i];
        double y = planes[area + i];
        double z = planes[2 * area + i];
        return Math.sqrt(x * x + y * y + z * z);
    }

    private double cosine(double[][] sums, long count) {
        double sum = 0;
        for (int axis = 0; axis < 3; axis++) {
            sum += signs.get(axis) * sums[axis][from.get(axis)];
        }
        return sum / count;
    }

    /** All 48 of them. */
    private static List<NormalAxes> all() {
        List<NormalAxes> all = new ArrayList<>();
        for (int x = 0; x < 3; x++) {
            for (int y = 0; y < 3; y++) {
                for (int signs = 0; x != y && signs < 8; signs++) {
                    all.add(new NormalAxes(List.of(x, y, 3 - x - y),
                            List.of(1 - (signs & 1) * 2, 1 - (signs & 2), 1 - (signs & 4) / 2)));
                }
            }
        }
        return all;
    }

    /** Normals in the camera frame, of length 1 or 0. */
    float[] turned(float[] stored) {
        int area = stored.length / 3;
        float[] turned = new float[stored.length];
        for (int i = 0; i < area; i++) {
            NyuV2Normals.unit(signs.get(0) * stored[from.get(0) * area + i],
                    signs.get(1) * stored[from.get(1) * area + i], signs.get(2) * stored[from.get(2) * area + i],
                    turned, i);
        }
        return turned;
    }
}
