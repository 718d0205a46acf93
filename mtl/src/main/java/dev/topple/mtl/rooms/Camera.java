// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/** A pinhole camera. Rays have a component of 1 along the optical axis, so a hit's ray parameter is its depth. */
final class Camera {
    private final double[] eye;
    private final double[] forward;
    private final double[] right;
    private final double[] down;
    private final double focal;
    private final double centreX;
    private final double centreY;

    private Camera(double[] eye, double[] forward, double[] right, double[] down, double focal, double centreX,
            double centreY) {
        this.eye = eye;
        this.forward = forward;
        this.right = right;
        this.down = down;
        this.focal = focal;
        this.centreX = centreX;
        this.centreY = centreY;
    }

    static Camera look(double[] eye, double yaw, double pitch, double roll, int height, int width) {
        double sy = StrictMath.sin(yaw);
        double cy = StrictMath.cos(yaw);
        double sp = StrictMath.sin(pitch);
        double cp = StrictMath.cos(pitch);
        double[] f = {sy * cp, sp, cy * cp};
        double[] r = {-cy, 0, sy};
        double[] d = {f[1] * r[2] - f[2] * r[1], f[2] * r[0] - f[0] * r[2], f[0] * r[1] - f[1] * r[0]};
        double c = StrictMath.cos(roll);
        double s = StrictMath.sin(roll);
        double[] right = new double[3];
        double[] down = new double[3];
        for (int k = 0; k < 3; k++) {
            right[k] = c * r[k] + s * d[k];
            down[k] = c * d[k] - s * r[k];
        }
        return new Camera(eye, f, right, down, Rooms.focalLength(height, width), width / 2.0, height / 2.0);
    }

    /** Sets the ray through a point of the picture; the centre of pixel (row, column) is (column + 0.5, row + 0.5). */
    void ray(Trace t, double column, double row) {
        double a = (column - centreX) / focal;
        double b = (row - centreY) / focal;
        t.ox = eye[0];
        t.oy = eye[1];
        t.oz = eye[2];
        t.dx = forward[0] + a * right[0] + b * down[0];
        t.dy = forward[1] + a * right[1] + b * down[1];
        t.dz = forward[2] + a * right[2] + b * down[2];
    }

    /** A world vector in the camera frame. */
    void toCamera(double x, double y, double z, float[] out, int at, int plane) {
        out[at] = (float) (x * right[0] + y * right[1] + z * right[2]);
        out[at + plane] = (float) (x * down[0] + y * down[1] + z * down[2]);
        out[at + 2 * plane] = (float) (x * forward[0] + y * forward[1] + z * forward[2]);
    }

    /**
     * The part of the picture that a world box can cover: least column, least row, greatest column, greatest row; the
     * whole plane where the box reaches behind the eye.
     */
    double[] cover(double[] box) {
        double[] out = {1e9, 1e9, -1e9, -1e9};
        for (int k = 0; k < 8; k++) {
            double x = box[(k & 1) * 3] - eye[0];
            double y = box[(k >> 1 & 1) * 3 + 1] - eye[1];
            double z = box[(k >> 2) * 3 + 2] - eye[2];
            double depth = x * forward[0] + y * forward[1] + z * forward[2];
            if (depth < 0.05) {
                return new double[] {-1e9, -1e9, 1e9, 1e9};
            }
            double column = centreX + focal / depth * (x * right[0] + y * right[1] + z * right[2]);
            double row = centreY + focal / depth * (x * down[0] + y * down[1] + z * down[2]);
            out[0] = Math.min(out[0], column);
            out[1] = Math.min(out[1], row);
            out[2] = Math.max(out[2], column);
            out[3] = Math.max(out[3], row);
        }
        return out;
    }

    double focal() {
        return focal;
    }
}
