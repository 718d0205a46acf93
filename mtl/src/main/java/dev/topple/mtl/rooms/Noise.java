// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/** Value noise on an integer lattice, in [0, 1). */
final class Noise {
    private Noise() {
    }

    static int floor(double x) {
        int i = (int) x;
        return x < i ? i - 1 : i;
    }

    static double fraction(double x) {
        return x - floor(x);
    }

    /** The random value of lattice point (x, y). */
    static double at(int x, int y, int seed) {
        int h = x * 0x9E3779B1 + y * 0x85EBCA77 + seed * 0xC2B2AE3D;
        h = (h ^ (h >>> 15)) * 0x2C1B3C6D;
        h = (h ^ (h >>> 12)) * 0x297A2D39;
        return ((h ^ (h >>> 15)) >>> 8) * 0x1p-24;
    }

    static double smooth(double u, double v, int seed) {
        int x = floor(u);
        int y = floor(v);
        double a = u - x;
        double b = v - y;
        a = a * a * (3 - 2 * a);
        b = b * b * (3 - 2 * b);
        double p = at(x, y, seed);
        double q = at(x + 1, y, seed);
        double r = at(x, y + 1, seed);
        double s = at(x + 1, y + 1, seed);
        p += (q - p) * a;
        r += (s - r) * a;
        return p + (r - p) * b;
    }

    /** Three octaves, mean one half. */
    static double cloud(double u, double v, int seed) {
        return 0.57 * smooth(u, v, seed) + 0.29 * smooth(2.03 * u + 17.3, 2.03 * v - 4.1, seed + 1)
                + 0.14 * smooth(4.1 * u - 3.7, 4.1 * v + 9.2, seed + 2);
    }
}
