// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * One ray and the surface that it met; a thread's scratch paper. World axes: y up, x and z along the floor. The ray is
 * {@code o + t * d} with d of any length. {@link Scene#closest} fills {@code t}, {@code piece}, {@code solid} and the
 * shell's fields; {@link Scene#resolve} the rest.
 */
final class Trace {
    double ox;
    double oy;
    double oz;
    double dx;
    double dy;
    double dz;

    /** Ray parameter of the hit. */
    double t;
    /** The piece that was hit; null for the shell of the room. */
    Piece piece;
    Solid solid;
    /** Wall number, -1 floor, -2 ceiling. */
    int wall;
    /** The opening of that wall whose recess was hit; null for the wall itself. */
    Opening opening;
    /** Side of the recess: 0 back, 1 left, 2 right, 3 bottom, 4 top. */
    int side;

    double px;
    double py;
    double pz;
    double nx;
    double ny;
    double nz;
    /** Texture coordinates in metres. */
    double u;
    double v;
    Material material;
    int label;
    /** Equal for two hits on one smooth surface. */
    int surface;

    /** A ray in the frame of a piece: origin, direction, and one over the direction. */
    final double[] local = new double[9];
}
