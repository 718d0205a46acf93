// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * A parallelogram that sends out light: centre plus a * (ux, uy, uz) + b * (vx, vy, vz) for a, b in [-1, 1].
 *
 * @param normal its direction, or all zero where it shines alike in every direction
 * @param colour radiant intensity (linear RGB)
 */
record Light(double[] centre, double[] u, double[] v, double[] normal, double[] colour) {
    boolean directed() {
        return normal[0] != 0 || normal[1] != 0 || normal[2] != 0;
    }

    /** Power that it sends out over all directions, averaged over the colours. */
    double flux() {
        return (colour[0] + colour[1] + colour[2]) / 3 * (directed() ? StrictMath.PI : 4 * StrictMath.PI);
    }
}
