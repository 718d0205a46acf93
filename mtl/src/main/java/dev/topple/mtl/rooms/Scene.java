// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.Arrays;
import java.util.List;

/**
 * A room ready to be rendered: its shell, pieces and lights. Immutable once built. The pieces' boxes lie in one flat
 * array, since most of the time goes into finding out which pieces a ray misses.
 */
final class Scene {
    /** Within this distance a thing darkens what is near. */
    private static final double REACH = 0.4;
    private final Shell shell;
    private final Piece[] pieces;
    private final List<Light> lights;
    private final double[] sun;
    private final double[] sunlight;
    private final double[] ambient;
    /** World boxes, six numbers a piece. */
    private final double[] boxes;
    private final int[] all;

    /**
     * Takes pieces that stand where they shall.
     *
     * @param sun      direction towards the sun; all zero where there is none
     * @param sunlight irradiance of the sun on a surface across its rays (linear RGB)
     * @param ambient  light that arrives from everywhere (linear RGB)
     */
    Scene(Shell shell, List<Piece> pieces, List<Light> lights, double[] sun, double[] sunlight, double[] ambient) {
        this.shell = shell;
        this.pieces = pieces.toArray(Piece[]::new);
        this.lights = List.copyOf(lights);
        this.sun = sun;
        this.sunlight = sunlight;
        this.ambient = ambient;
        boxes = new double[6 * pieces.size()];
        all = new int[pieces.size()];
        for (int i = 0; i < all.length; i++) {
            this.pieces[i].freeze(i);
            System.arraycopy(this.pieces[i].worldBounds(), 0, boxes, 6 * i, 6);
            all[i] = i;
        }
    }

    Shell shell() {
        return shell;
    }

    int size() {
        return pieces.length;
    }

    Piece piece(int i) {
        return pieces[i];
    }

    /** World box of a piece, see {@link Piece#worldBounds}. */
    double[] box(int piece) {
        return Arrays.copyOfRange(boxes, 6 * piece, 6 * piece + 6);
    }

    List<Light> lights() {
        return lights;
    }

    double[] sun() {
        return sun;
    }

    double[] sunlight() {
        return sunlight;
    }

    double[] ambient() {
        return ambient;
    }

    /** Finds what the ray meets first. */
    void closest(Trace r) {
        closest(r, all);
    }

    /** Finds what the ray meets first, where it can meet no pieces but the given ones. */
    void closest(Trace r, int[] candidates) {
        shell.closest(r);
        double ix = 1 / r.dx;
        double iy = 1 / r.dy;
        double iz = 1 / r.dz;
        for (int i : candidates) {
            if (reaches(6 * i, r.ox, r.oy, r.oz, ix, iy, iz, r.t)) {
                pieces[i].closest(r);
            }
        }
    }

    /** The slab test against a box of {@link #boxes}. */
    private boolean reaches(int b, double x, double y, double z, double ix, double iy, double iz, double tMax) {
        double near = (boxes[ix >= 0 ? b : b + 3] - x) * ix;
        double far = (boxes[ix >= 0 ? b + 3 : b] - x) * ix;
        double low = (boxes[iy >= 0 ? b + 1 : b + 4] - y) * iy;
        double high = (boxes[iy >= 0 ? b + 4 : b + 1] - y) * iy;
        if (low > far || high < near) {
            return false;
        }
        near = low > near ? low : near;
        far = high < far ? high : far;
        low = (boxes[iz >= 0 ? b + 2 : b + 5] - z) * iz;
        high = (boxes[iz >= 0 ? b + 5 : b + 2] - z) * iz;
        if (low > far || high < near) {
            return false;
        }
        near = low > near ? low : near;
        far = high < far ? high : far;
        return far > 0 && near < tMax;
    }

    /** Distance from a point to the nearest box of a piece. */
    double clearance(double x, double y, double z) {
        double best = 1e9;
        for (int i = 0; i < pieces.length; i++) {
            best = Math.min(best, Math.sqrt(squareTo(6 * i, x, y, z)));
        }
        return best;
    }

    private double squareTo(int b, double x, double y, double z) {
        double ex = outside(boxes[b], x, boxes[b + 3]);
        double ey = outside(boxes[b + 1], y, boxes[b + 4]);
        double ez = outside(boxes[b + 2], z, boxes[b + 5]);
        return ex * ex + ey * ey + ez * ez;
    }

    private static double outside(double low, double x, double high) {
        return x < low ? low - x : x > high ? x - high : 0;
    }

    /** Fills point, normal, texture coordinates, material, label and surface number. */
    void resolve(Trace r) {
        r.px = r.ox + r.t * r.dx;
        r.py = r.oy + r.t * r.dy;
        r.pz = r.oz + r.t * r.dz;
        if (r.piece == null) {
            shell.resolve(r);
        } else {
            r.piece.resolve(r);
        }
    }

    /**
     * Whether something opaque lies between a point and a light.
     *
     * @param hint number of the piece to try first, or -1
     * @return number of the piece in the way, the number of pieces for the shell, or -1
     */
    int blocker(Trace scratch, double x, double y, double z, double dx, double dy, double dz, double tMax, int hint) {
        if (hint >= 0 && hint < pieces.length && pieces[hint].blocks(scratch, x, y, z, dx, dy, dz, tMax)) {
            return hint;
        }
        if (shell.walls > 4 && shellBlocks(scratch, x, y, z, dx, dy, dz, tMax)) {
            return pieces.length;
        }
        double ix = 1 / dx;
        double iy = 1 / dy;
        double iz = 1 / dz;
        for (int i = 0; i < pieces.length; i++) {
            if (i != hint && reaches(6 * i, x, y, z, ix, iy, iz, tMax)
                    && pieces[i].blocks(scratch, x, y, z, dx, dy, dz, tMax)) {
                return i;
            }
        }
        return -1;
    }

    /** In a plan with an inner corner a wall may hide a light. */
    private boolean shellBlocks(Trace scratch, double x, double y, double z, double dx, double dy, double dz,
            double tMax) {
        aim(scratch, x, y, z, dx, dy, dz);
        shell.closest(scratch);
        return scratch.t < tMax - 1e-3;
    }

    /** Distance along a ray towards the sun to the window through which it leaves the room; -1 if it meets none. */
    double sunny(Trace scratch, double x, double y, double z) {
        aim(scratch, x, y, z, sun[0], sun[1], sun[2]);
        shell.closest(scratch);
        boolean out = scratch.opening != null && scratch.opening.isWindow() && scratch.side == 0;
        return out ? scratch.t : -1;
    }

    private static void aim(Trace r, double x, double y, double z, double dx, double dy, double dz) {
        r.ox = x;
        r.oy = y;
        r.oz = z;
        r.dx = dx;
        r.dy = dy;
        r.dz = dz;
    }

    /** How open a point is, 0 to 1: corners of the room and things close by darken it. */
    double openness(double x, double y, double z, Piece own) {
        double open = corner(y, 0.35) * corner(shell.height - y, 0.3);
        for (int i = 0; i < shell.walls; i++) {
            double rx = x - shell.x[i];
            double rz = z - shell.z[i];
            double u = rx * shell.ax[i] + rz * shell.az[i];
            if (u >= 0 && u <= shell.length[i]) {
                open *= corner(rx * shell.nx[i] + rz * shell.nz[i], 0.35);
            }
        }
        for (int i = 0; i < pieces.length; i++) {
            if (pieces[i] != own) {
                double square = squareTo(6 * i, x, y, z);
                if (square < REACH * REACH) {
                    double s = 1 - Math.sqrt(square) / REACH;
                    open *= 1 - 0.45 * s * s;
                }
            }
        }
        return open;
    }

    /** On a surface itself the distance is 0 and must not count; hence the rise from there is left out. */
    private static double corner(double distance, double reach) {
        if (distance < 1e-6 || distance >= reach) {
            return 1;
        }
        double s = 1 - distance / reach;
        return 1 - 0.3 * s * s;
    }
}
