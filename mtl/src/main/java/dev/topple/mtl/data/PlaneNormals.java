// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.Optional;

/**
 * Surface normals from depth that is stored in coarse steps. First the depth is made smooth: each pixel gets the plane
 * of the largest window that differs from a plane no more than the steps explain, but never a depth that its own step
 * does not allow. Then planes are fitted to the smooth depth, twice: to the points whose depth is near that of the
 * middle, and to those near the plane so found. With {@code a = (u - cx) / fx} and {@code b = (v - cy) / fy}, the plane
 * {@code n . P = d} is {@code n . (a, b, 1) = d / z}, so the slopes of the inverse depth are the normal.
 *
 * @param fx focal length in pixels, to the right
 * @param fy focal length in pixels, downwards
 * @param cx column of the principal point
 * @param cy row of the principal point
 * @param step distance of neighbouring depths in the file, in metres
 */
record PlaneNormals(double fx, double fy, double cx, double cy, float step) {

    private static final int RADIUS = 5;
    private static final int[] RADII = {3, 5, 7, 10};
    private static final int[] STRIDES = {1, 1, 1, 2};

    /** How depth may change inside a surface, in metres for each metre of depth, while it is stored in steps. */
    private static final float ROUGH_SLOPE = 0.04f;

    /** The same once it is smooth. */
    private static final float SMOOTH_SLOPE = 0.02f;

    /** The steps alone make a plane deviate by a step over the root of 12; a little more is taken for a plane, too. */
    private static final double DEVIATION = 1.1 / Math.sqrt(12);

    /**
     * The normals of a depth map in the camera frame (x right, y down, z forward), facing the camera.
     *
     * @param depth metres, row by row; at most 0 where unknown
     * @return x of all pixels, then y, then z; the zero vector where there is no plane
     */
    float[] of(float[] depth, int height, int width) {
        float[] smooth = smooth(depth, height, width);
        PlaneFit fit = new PlaneFit(RADIUS, 1, step, SMOOTH_SLOPE);
        PlaneFit.Planes first = fit.of(smooth, height, width, Optional.empty());
        return normals(fit.of(smooth, height, width, Optional.of(first)), height, width);
    }

    private float[] smooth(float[] depth, int height, int width) {
        PlaneFit.Planes planes = rough(0).of(depth, height, width, Optional.empty());
        for (int scale = 1; scale < RADII.length; scale++) {
            PlaneFit.Planes larger = rough(scale).of(depth, height, width, Optional.empty());
            for (int i = 0; i < depth.length; i++) {
                if (larger.deviation()[i] <= DEVIATION * step && !Float.isNaN(larger.inverse()[i])) {
                    planes.take(larger, i);
                }
            }
        }
        float[] smooth = depth.clone();
        for (int i = 0; i < depth.length; i++) {
            float inverse = planes.inverse()[i];
            if (depth[i] > 0 && inverse > 0) {
                smooth[i] = Math.clamp(1 / inverse, depth[i] - step / 2, depth[i] + step / 2);
            }
        }
        return smooth;
    }

    private PlaneFit rough(int scale) {
        return new PlaneFit(RADII[scale], STRIDES[scale], 2 * step, ROUGH_SLOPE);
    }

    private float[] normals(PlaneFit.Planes planes, int height, int width) {
        int area = height * width;
        float[] normals = new float[3 * area];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int i = y * width + x;
                if (Float.isNaN(planes.inverse()[i])) {
                    continue;
                }
                double nx = planes.right()[i] * fx;
                double ny = planes.down()[i] * fy;
                double nz = planes.inverse()[i] - nx * (x - cx) / fx - ny * (y - cy) / fy;
                // The plane's inverse depth is positive along the ray, so its negated gradient faces the camera.
                double length = -Math.sqrt(nx * nx + ny * ny + nz * nz);
                normals[i] = (float) (nx / length);
                normals[area + i] = (float) (ny / length);
                normals[2 * area + i] = (float) (nz / length);
            }
        }
        return normals;
    }
}
