// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.List;

/** Looks for a place in a room from which a camera sees several things and nothing is too near. */
final class Viewpoint {
    private static final int COLUMNS = 13;
    /** Distance that the eye keeps from furniture, so that depth stays above {@link Rooms#NEAREST}. */
    private static final double CLEARANCE = 0.68;
    private static final int WANTED = 6;
    private static final int ATTEMPTS = 90;
    /** Classes that take much of a room but are in few: views that show them are preferred. */
    private static final int RARE = 1 << Rooms.BED | 1 << Rooms.SOFA | 1 << Rooms.TV | 1 << Rooms.TABLE;

    private Viewpoint() {
    }

    /** The best of a few views, as a list of one; empty where none will do. */
    static List<Camera> find(Scene scene, Draw draw, int height, int width) {
        Shell shell = scene.shell();
        Camera best = null;
        double bestScore = -1e9;
        int found = 0;
        double aspect = Math.max(height, width);
        // Views are judged at a fixed coarse grid of the same shape as the picture, corners included.
        int rows = Math.max(2, (int) (COLUMNS * height / aspect + 0.5));
        int columns = Math.max(2, (int) (COLUMNS * width / aspect + 0.5));
        for (int attempt = 0; attempt < ATTEMPTS && found < WANTED; attempt++) {
            double x = draw.range(0.12, shell.x[1] - 0.12);
            double z = draw.range(0.12, shell.z[shell.walls - 1] - 0.12);
            double y = draw.range(1.2, 1.8);
            double tx = shell.x[1] * draw.range(0.25, 0.75);
            double tz = shell.z[shell.walls - 1] * draw.range(0.25, 0.75);
            double pitch = draw.range(-0.36, 0.06);
            double roll = draw.range(-0.05, 0.05);
            if (!shell.inside(x, z) || shell.clearance(x, z) < 0.12 || crowded(scene, x, y, z)) {
                continue;
            }
            double yaw = StrictMath.atan2(tx - x, tz - z) + draw.range(-0.25, 0.25);
            Camera camera = Camera.look(new double[] {x, y, z}, yaw, pitch, roll, height, width);
            double score = score(scene, camera, height, width, rows, columns);
            if (score > -1e8) {
                found++;
            }
            if (score > bestScore) {
                bestScore = score;
                best = camera;
            }
        }
        return best == null ? List.of() : List.of(best);
    }

    private static double square(double a) {
        return a * a;
    }

    private static boolean crowded(Scene scene, double x, double y, double z) {
        if (scene.clearance(x, y, z) < CLEARANCE) {
            return true;
        }
        // The inner corner of an L is the one place where a wall can come nearer inside the frame than at its corners.
        Shell s = scene.shell();
        return s.walls > 4 && square(x - s.x[3]) + square(z - s.z[3]) < square(CLEARANCE);
    }

    /**
     * Many pieces, not too much bare wall and ceiling, a middling distance; -1e9 for a view that shows something too
     * near or too far.
     */
    private static double score(Scene scene, Camera camera, int height, int width, int rows, int columns) {
        Trace t = new Trace();
        int bare = 0;
        int near = 0;
        int panes = 0;
        long seen = 0;
        int classes = 0;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                camera.ray(t, width * (double) c / (columns - 1), height * (double) r / (rows - 1));
                scene.closest(t);
                if (t.t < Rooms.NEAREST || t.t > Rooms.FARTHEST) {
                    return -1e9;
                }
                scene.resolve(t);
                if (t.label == Rooms.WALL || t.label == Rooms.CEILING) {
                    bare++;
                }
                if (t.label == Rooms.WINDOW) {
                    panes++;
                }
                if (t.t < 1.3) {
                    near++;
                }
                classes |= 1 << t.label;
                if (t.piece != null) {
                    seen |= 1L << (t.surface >>> 16 & 63);
                }
            }
        }
        double total = rows * (double) columns;
        return 0.4 * Integer.bitCount(classes) + 0.7 * Integer.bitCount(classes & RARE)
                + 0.25 * Math.min(10, Long.bitCount(seen)) - (5 * bare + 3 * panes + 4 * near) / total;
    }
}
