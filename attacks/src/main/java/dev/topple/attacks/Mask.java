// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.engine.io.Sha256;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** Which part of images may change, whatever their size: a grid that is laid over each, nearest cell by nearest. */
public final class Mask {

    private final int height;
    private final int width;
    private final boolean[] open;

    /**
     * A mask.
     *
     * @param open row by row, where images may change
     */
    public Mask(int height, int width, boolean[] open) {
        if (height < 1 || width < 1 || open.length != height * width) {
            throw new IllegalArgumentException("a mask of " + height + " x " + width + " cannot have " + open.length
                    + " cells");
        }
        this.height = height;
        this.width = width;
        this.open = open.clone();
        if (!any()) {
            throw new IllegalArgumentException("the mask lets no pixel change, so there is nothing to attack");
        }
    }

    private boolean any() {
        for (boolean cell : open) {
            if (cell) {
                return true;
            }
        }
        return false;
    }

    /** The mask of images {@code [N, C, H, W]}, floats {@code [N, 1, H, W]}: 1 where they may change, else 0. */
    public Tensor of(Shape images) {
        int rows = images.dim(2);
        int columns = images.dim(3);
        float[] mask = new float[images.dim(0) * rows * columns];
        for (int i = 0; i < mask.length; i++) {
            int row = i / columns % rows;
            int column = i % columns;
            // The cell in which the middle of the pixel lies.
            int y = (int) ((2L * row + 1) * height / (2L * rows));
            int x = (int) ((2L * column + 1) * width / (2L * columns));
            mask[i] = open[y * width + x] ? 1 : 0;
        }
        return Tensor.of(Shape.of(images.dim(0), 1, rows, columns), mask);
    }

    /** Puts back the clean pixels where images may not change. */
    public void restore(Tensor clean, Tensor changed) {
        float[] mask = of(clean.shape()).floats();
        int plane = clean.shape().dim(2) * clean.shape().dim(3);
        int image = clean.shape().dim(1) * plane;
        for (int i = 0; i < clean.floats().length; i++) {
            if (mask[i / image * plane + i % plane] == 0) {
                changed.floats()[i] = clean.floats()[i];
            }
        }
    }

    /** The SHA-256 of size and cells. */
    public String checksum() {
        MessageDigest digest = Sha256.digest();
        digest.update((height + "x" + width + Arrays.toString(open)).getBytes(
                StandardCharsets.US_ASCII));
        return Sha256.digits(digest);
    }
}
