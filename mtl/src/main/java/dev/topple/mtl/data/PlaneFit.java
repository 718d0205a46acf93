// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.Optional;

/**
 * Fits a plane around each pixel of a depth map by weighted least squares, in inverse depth, where a plane is linear in
 * the pixel's coordinates. Points count less the farther they are from the middle of the window, the less certain their
 * inverse depth is (its error is that of the depth, over the squared depth), and the more their depth differs from the
 * middle's or from an earlier plane: not at all beyond a tolerance, so that windows do not reach across edges.
 *
 * @param radius the window goes so many pixels to each side
 * @param stride of the pixels looked at, one in so many
 * @param tolerance the depth's difference, in metres
 * @param slope what is added to the tolerance for each metre of depth
 */
record PlaneFit(int radius, int stride, float tolerance, float slope) {

    private static final double FALL_OFF = 1.5;

    /** Windows whose points nearly lie on a line have no plane: the share of the determinant that must be left. */
    private static final double LEAST_DETERMINANT = 1e-4;

    private static final float LEAST_INVERSE = 1e-2f;

    /**
     * The planes of all pixels.
     *
     * @param inverse the inverse depth at the pixel; NaN without a plane
     * @param right how it grows from a pixel to the one on its right
     * @param down how it grows from a pixel to the one below
     * @param deviation the root of the mean squared difference of the points' depth from the plane, in metres
     */
    record Planes(float[] inverse, float[] right, float[] down, float[] deviation) {

        private Planes(int area) {
            this(new float[area], new float[area], new float[area], new float[area]);
        }

        /** Takes one of another's planes. */
        void take(Planes other, int i) {
            inverse[i] = other.inverse[i];
            right[i] = other.right[i];
            down[i] = other.down[i];
            deviation[i] = other.deviation[i];
        }
    }

    /**
     * Fits a plane around each pixel.
     *
     * @param depth metres, row by row; at most 0 where unknown
     * @param earlier planes that points must lie near, instead of the depth in the middle of the window
     */
    Planes of(float[] depth, int height, int width, Optional<Planes> earlier) {
        int area = height * width;
        float[] inverse = new float[area];
        float[] importance = new float[area];
        for (int i = 0; i < area; i++) {
            float z = depth[i];
            inverse[i] = z > 0 ? 1 / z : 0;
            importance[i] = z > 0 ? z * z * z * z : 0;
        }
        Planes planes = new Planes(area);
        float[] near = near();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (depth[y * width + x] > 0) {
                    fit(depth, inverse, importance, x, y, height, width, near, earlier, planes);
                } else {
                    planes.inverse[y * width + x] = Float.NaN;
                }
            }
        }
        return planes;
    }

    /** How much the points of a window count for their place, row by row. */
    private float[] near() {
        int side = 2 * reach() + 1;
        float[] near = new float[side * side];
        for (int i = 0; i < near.length; i++) {
            int dx = i % side - reach();
            int dy = i / side - reach();
            near[i] = (float) StrictMath.exp(-FALL_OFF * (dx * dx + dy * dy) / (radius * radius));
        }
        return near;
    }

    private int reach() {
        return radius / stride * stride;
    }

    private void fit(float[] depth, float[] inverse, float[] importance, int x, int y, int height, int width,
            float[] near, Optional<Planes> earlier, Planes planes) {
        int i = y * width + x;
        int reach = reach();
        float scale = 1 / (tolerance + slope * depth[i]);
        boolean guided = earlier.isPresent();
        float planeHere = guided ? earlier.get().inverse[i] : 0;
        float planeRight = guided ? earlier.get().right[i] : 0;
        float planeDown = guided ? earlier.get().down[i] : 0;
        float expected = depth[i];
        float middle = inverse[i];
        float w = 0;
        float wx = 0;
        float wy = 0;
        float wxx = 0;
        float wxy = 0;
        float wyy = 0;
        float wq = 0;
        float wxq = 0;
        float wyq = 0;
        float wqq = 0;
        float plain = 0;
        for (int dy = -reach; dy <= reach; dy += stride) {
            if (y + dy < 0 || y + dy >= height) {
                continue;
            }
            for (int dx = -reach; dx <= reach; dx += stride) {
                if (x + dx < 0 || x + dx >= width) {
                    continue;
                }
                int j = i + dy * width + dx;
                if (guided) {
                    expected = 1 / Math.max(LEAST_INVERSE, planeHere + dx * planeRight + dy * planeDown);
                }
                float difference = (depth[j] - expected) * scale;
                float share = 1 - difference * difference;
                if (!(share > 0)) {
                    continue;
                }
                float likely = share * near[(dy + reach) * (2 * reach + 1) + dx + reach];
                float weight = likely * importance[j];
                float q = inverse[j] - middle;
                float weightX = weight * dx;
                float weightY = weight * dy;
                float weighted = weight * q;
                w += weight;
                wx += weightX;
                wy += weightY;
                wxx += weightX * dx;
                wxy += weightX * dy;
                wyy += weightY * dy;
                wq += weighted;
                wxq += weighted * dx;
                wyq += weighted * dy;
                wqq += weighted * q;
                plain += likely;
            }
        }
        solve(new double[] {w, wx, wy, wxx, wxy, wyy, wq, wxq, wyq, wqq, plain}, middle, planes, i);
    }

    private static void solve(double[] sums, double middle, Planes planes, int i) {
        double w = sums[0];
        double mx = sums[1] / w;
        double my = sums[2] / w;
        double mq = sums[6] / w;
        double xx = sums[3] / w - mx * mx;
        double xy = sums[4] / w - mx * my;
        double yy = sums[5] / w - my * my;
        double xq = sums[7] / w - mx * mq;
        double yq = sums[8] / w - my * mq;
        double determinant = xx * yy - xy * xy;
        // Also true where all is NaN, because no point counts.
        if (!(determinant > LEAST_DETERMINANT * (xx + yy) * (xx + yy))) {
            planes.inverse[i] = Float.NaN;
            return;
        }
        double right = (xq * yy - yq * xy) / determinant;
        double down = (yq * xx - xq * xy) / determinant;
        planes.inverse[i] = (float) (middle + mq - right * mx - down * my);
        planes.right[i] = (float) right;
        planes.down[i] = (float) down;
        // The weights hold the fourth power of the depth: this is a difference of depths.
        double rest = sums[9] / w - mq * mq - right * xq - down * yq;
        planes.deviation[i] = (float) Math.sqrt(Math.max(0, rest) * w / sums[10]);
    }
}
