// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

/**
 * The largest part in the middle of a picture that has the ratio of a size, and that size.
 *
 * @param top first row of the part
 * @param left first column of the part
 * @param fullWidth of the picture
 */
record Cut(int top, int left, int partHeight, int partWidth, int fullWidth, int height, int width) {

    /**
     * Cuts a picture.
     *
     * @param frameRows how many rows to leave out above and below
     * @param frameColumns how many columns to leave out on either side
     */
    static Cut of(int fullHeight, int fullWidth, int frameRows, int frameColumns, int height, int width) {
        int most = fullHeight - 2 * frameRows;
        int widest = fullWidth - 2 * frameColumns;
        boolean wide = (long) width * most > (long) height * widest;
        int partHeight = wide ? part(widest, height, width) : most;
        int partWidth = wide ? widest : part(most, width, height);
        return new Cut((fullHeight - partHeight) / 2, (fullWidth - partWidth) / 2, partHeight, partWidth, fullWidth,
                height, width);
    }

    private static int part(int side, int numerator, int denominator) {
        return Math.max(1, Math.round((float) side * numerator / denominator));
    }

    /** The part of a picture, every new pixel the mean of the area that it covers. */
    Picture of(Picture picture) {
        return picture.part(top, left, partHeight, partWidth).resized(height, width);
    }

    /** How many pixels there are. */
    int area() {
        return height * width;
    }

    /** Where in the picture the middle of pixel i lies. */
    int from(int i) {
        return row(i) * fullWidth + column(i);
    }

    /** The row of the picture in which the middle of pixel i lies. */
    int row(int i) {
        return top + (2 * (i / width) + 1) * partHeight / (2 * height);
    }

    /** The column of the picture in which the middle of pixel i lies. */
    int column(int i) {
        return left + (2 * (i % width) + 1) * partWidth / (2 * width);
    }
}
