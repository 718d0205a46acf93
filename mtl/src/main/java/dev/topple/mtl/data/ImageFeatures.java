// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * Labels that an image gives by itself: how strong an edge, and how much of an interest point, there is at each pixel.
 * They are for data sets that come without such labels.
 *
 * <p>Both are measured on the image's luma (Rec. 601) in 65535ths, smoothed by the binomial filter of five taps each
 * way, a Gaussian of variance 1. All sums are of whole numbers, so the same image gives the same bits everywhere, a
 * mirrored or shifted image gives the mirrored or shifted labels bit for bit (away from borders where shifted), and a
 * flat image gives exactly -1. Beyond its borders an image goes on as its outermost pixels are. Filters have fixed
 * sizes in pixels: the labels belong to the image at its size.
 *
 * <p>A strength is a contrast from 0 to 1, black to white: a feature with twice the contrast has twice the strength. A
 * label is the strength cut off at {@link #FULL_CONTRAST} and scaled to [-1, 1], with -1 for none, as Taskonomy's
 * labels of these kinds are cut off and scaled.
 */
public final class ImageFeatures {

    /** The strength from which on a label is 1: a quarter of the way from black to white. */
    public static final double FULL_CONTRAST = 0.25;

    /** The sides of the filters for interest points: the first three of SURF. */
    static final List<Integer> SIDES = List.of(9, 15, 21);

    private static final int WHITE = 65535;

    /** What Sobel's filter, four differences in all, makes of a full step: beside it 10/16 are left after smoothing. */
    private static final double EDGE_UNIT = 256.0 * 4 * 10 / 16 * WHITE;

    /** What the finest filter makes of a white 3x3 square, whose smoothed profile is 1 5 11 14 11 5 1 sixteenths. */
    private static final double BLOB_UNIT = (3.0 * 36 - 48) * 46 * WHITE;

    private ImageFeatures() {}

    /**
     * Edges: the magnitude of the Sobel gradient of the smoothed luma. An upright or level step of contrast c has the
     * strength c on both of its sides.
     *
     * @param image floats {@code [3, H, W]} from 0 to 1; what is outside counts as the nearest of these
     * @return floats {@code [1, H, W]} from -1 to 1
     */
    public static Tensor edges(Tensor image) {
        Shape shape = checked(image);
        int height = shape.dim(1);
        int width = shape.dim(2);
        int columns = width + 2;
        int[] smooth = smooth(image, 1);
        float[] labels = new float[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = (y + 1) * columns + x + 1;
                long across = slope(smooth, at, 1, columns);
                long down = slope(smooth, at, columns, 1);
                labels[y * width + x] = label(Math.sqrt(across * across + down * down) / EDGE_UNIT);
            }
        }
        return Tensor.of(Shape.of(1, height, width), labels);
    }

    /** Sobel's difference along one step, smoothed along the other. */
    private static long slope(int[] values, int at, int along, int aside) {
        return values[at + along - aside] - values[at - along - aside]
                + 2 * (values[at + along] - values[at - along])
                + values[at + along + aside] - values[at - along + aside];
    }

    /**
     * Interest points in the manner of SURF (Bay et al., 2008): the determinant of the Hessian of the smoothed luma, by
     * box filters on an integral image, where it is positive; the strongest of three scales. Its square root is taken,
     * so that it is a contrast. A lone 3x3 square of contrast c, bright or dark, has the strength c at its centre.
     *
     * @param image floats {@code [3, H, W]} from 0 to 1; what is outside counts as the nearest of these
     * @return floats {@code [1, H, W]} from -1 to 1
     */
    public static Tensor keypoints(Tensor image) {
        Shape shape = checked(image);
        double[] strongest = new double[shape.dim(1) * shape.dim(2)];
        for (int side : SIDES) {
            double[] strengths = blobs(image, side);
            for (int i = 0; i < strongest.length; i++) {
                strongest[i] = Math.max(strongest[i], strengths[i]);
            }
        }
        float[] labels = new float[strongest.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = label(strongest[i]);
        }
        return Tensor.of(Shape.of(1, shape.dim(1), shape.dim(2)), labels);
    }

    /**
     * The strengths of blobs, bright or dark, at one scale. Of {@link #SIDES}, the first answers most to Gaussian blobs
     * with a standard deviation of up to 2 pixels, the second to those of 2 to 3, the third to larger ones.
     *
     * @param side the filter's side, an odd multiple of 3
     */
    static double[] blobs(Tensor image, int side) {
        int height = image.shape().dim(1);
        int width = image.shape().dim(2);
        int lobe = side / 3;
        int reach = side / 2;
        int stride = width + 2 * reach + 1;
        long[] sums = integral(smooth(image, reach), height + 2 * reach, width + 2 * reach);
        int down = lobe * stride;
        double unit = BLOB_UNIT * lobe * lobe / 9;
        double[] strengths = new double[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                // The sum of all that is above and left of the pixel.
                int at = (y + reach) * stride + x + reach;
                double xx = bar(sums, at, stride, 1, lobe);
                double yy = bar(sums, at, 1, stride, lobe);
                double xy = box(sums, at - down + 1, down, lobe) + box(sums, at + stride - lobe, down, lobe)
                        - box(sums, at - down - lobe, down, lobe) - box(sums, at + stride + 1, down, lobe);
                // SURF's weight of the mixed derivative, 0.9, squared, makes up for the coarse filters.
                double determinant = xx * yy - 0.81 * (xy * xy);
                strengths[y * width + x] = determinant > 0 ? Math.sqrt(determinant) / unit : 0;
            }
        }
        return strengths;
    }

    /** The second derivative along one step: three lobes with weights 1, -2 and 1, each 2 * lobe - 1 pixels wide. */
    private static long bar(long[] sums, int at, int aside, int along, int lobe) {
        int breadth = (2 * lobe - 1) * aside;
        int corner = at - (lobe - 1) * aside;
        return box(sums, corner - 3 * lobe / 2 * along, breadth, 3 * lobe * along)
                - 3 * box(sums, corner - lobe / 2 * along, breadth, lobe * along);
    }

    /** The sum over a box whose one corner is given, and the offsets from there to two others. */
    private static long box(long[] sums, int corner, int one, int other) {
        return sums[corner] - sums[corner + one] - sums[corner + other] + sums[corner + one + other];
    }

    /** The integral image: one row and column more, element (y, x) is the sum of all above and left of it. */
    private static long[] integral(int[] values, int rows, int columns) {
        int stride = columns + 1;
        long[] sums = new long[(rows + 1) * stride];
        for (int y = 0; y < rows; y++) {
            long row = 0;
            for (int x = 0; x < columns; x++) {
                row += values[y * columns + x];
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
            }
        }
        return sums;
    }

    private static float label(double strength) {
        return (float) (2 * Math.min(strength / FULL_CONTRAST, 1) - 1);
    }

    /** 256 times the luma smoothed by 1 4 6 4 1 each way, with so many pixels more on each side. */
    private static int[] smooth(Tensor image, int pad) {
        int rows = image.shape().dim(1) + 2 * pad;
        int columns = image.shape().dim(2) + 2 * pad;
        int wider = columns + 4;
        int[] luma = luma(image, pad + 2);
        int[] across = new int[luma.length];
        for (int i = 2; i < luma.length - 2; i++) {
            across[i] = binomial(luma, i, 1);
        }
        int[] smooth = new int[rows * columns];
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                smooth[y * columns + x] = binomial(across, (y + 2) * wider + x + 2, wider);
            }
        }
        return smooth;
    }

    private static int binomial(int[] values, int at, int step) {
        return values[at - 2 * step] + values[at + 2 * step] + 4 * (values[at - step] + values[at + step])
                + 6 * values[at];
    }

    /** Luma from 0 to {@link #WHITE}, with so many pixels more on each side. */
    private static int[] luma(Tensor image, int pad) {
        int height = image.shape().dim(1);
        int width = image.shape().dim(2);
        int area = height * width;
        float[] values = image.floats();
        int[] inside = new int[area];
        for (int i = 0; i < area; i++) {
            double luma = 0.299 * values[i] + 0.587 * values[i + area] + 0.114 * values[i + 2 * area];
            inside[i] = (int) Math.round(WHITE * Math.clamp(luma, 0, 1));
        }
        int columns = width + 2 * pad;
        int[] padded = new int[(height + 2 * pad) * columns];
        for (int i = 0; i < padded.length; i++) {
            int y = Math.clamp(i / columns - pad, 0, height - 1);
            int x = Math.clamp(i % columns - pad, 0, width - 1);
            padded[i] = inside[y * width + x];
        }
        return padded;
    }

    private static Shape checked(Tensor image) {
        Shape shape = image.shape();
        if (image.dtype() != DType.F32 || shape.rank() != 3 || shape.dim(0) != 3) {
            throw new IllegalArgumentException("edges and keypoints are those of an RGB image, floats [3, H, W], not "
                    + image.type());
        }
        return shape;
    }
}
