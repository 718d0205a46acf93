// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

/**
 * How the normals of NYUv2 are derived from depth of a size; at 640x480 from every second pixel, as planes are fitted
 * to many pixels anyway. The numbers are those of the Kinect's depth camera at 640x480.
 *
 * @param kind names the derivation in the cache: another one needs another name
 * @param stride how many pixels of the depth one of the derived normals stands for, each way
 */
record NyuV2Normals(String kind, int height, int width, int stride, PlaneNormals planes) {

    private static final double FX = 518.858;
    private static final double FY = 519.470;
    private static final double CX = 325.582;
    private static final double CY = 253.736;

    private static final int MOST_LEVEL = 127;

    /**
     * For 320x240, or 640x480; pixel (x, y) of the former is (2 x + 1, 2 y + 1) of the latter.
     *
     * @param step distance of neighbouring depths in the files, in metres
     */
    static NyuV2Normals ofKinect(String kind, int height, int width, float step) {
        return new NyuV2Normals(kind, height / (height / 240), width / (width / 320), height / 240,
                new PlaneNormals(FX / 2, FY / 2, (CX - 1) / 2, (CY - 1) / 2, step));
    }

    /** For a depth of 640x480 that was scaled to another size. */
    static NyuV2Normals ofScaled(String kind, int height, int width, float step) {
        double right = width / 640.0;
        double down = height / 480.0;
        return new NyuV2Normals(kind, height, width, 1, new PlaneNormals(FX * right, FY * down,
                (CX + 0.5) * right - 0.5, (CY + 0.5) * down - 0.5, step));
    }

    /** How many bytes {@link #levels} has. */
    int length() {
        return 3 * height * width;
    }

    /** Normals in 127 steps from 0 to 1: that turns them by 0.2 degrees or so, which their error hides. */
    byte[] levels(float[] metres) {
        float[] normals = planes.of(thinned(metres), height, width);
        byte[] levels = new byte[normals.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) Math.round(normals[i] * MOST_LEVEL);
        }
        return levels;
    }

    private float[] thinned(float[] metres) {
        if (stride == 1) {
            return metres;
        }
        float[] some = new float[height * width];
        for (int i = 0; i < some.length; i++) {
            int row = stride * (i / width) + stride - 1;
            some[i] = metres[row * stride * width + stride * (i % width) + stride - 1];
        }
        return some;
    }

    /** The levels of the pixels of a cut, as vectors of length 1 or 0: all x, all y, all z. */
    float[] vectors(byte[] levels, Cut cut) {
        int area = cut.area();
        int fullArea = height * width;
        float[] values = new float[3 * area];
        for (int i = 0; i < area; i++) {
            int from = cut.row(i) / stride * width + cut.column(i) / stride;
            unit(levels[from], levels[fullArea + from], levels[2 * fullArea + from], values, i);
        }
        return values;
    }

    /** Writes the direction of a vector as pixel i of three planes; nothing for the zero vector. */
    static void unit(double x, double y, double z, float[] planes, int i) {
        double squares = x * x + y * y + z * z;
        if (squares > 0) {
            int area = planes.length / 3;
            double length = Math.sqrt(squares);
            planes[i] = (float) (x / length);
            planes[area + i] = (float) (y / length);
            planes[2 * area + i] = (float) (z / length);
        }
    }
}
