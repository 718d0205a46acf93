// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/** How an image lies in memory. */
public enum Form {
    /** {@code [N][C][H][W]}. */
    PLAIN,
    /**
     * {@code [N][ceil(C / 16)][H][W][16]}. The lanes past the last channel hold anything, NaN included: whoever reads
     * must not let them reach a real channel.
     */
    BLOCKED;

    /** The floats of an image batch in this form. */
    public int size(int images, int channels, int height, int width) {
        return switch (this) {
            case PLAIN -> Math.multiplyExact(Math.multiplyExact(images, channels), Math.multiplyExact(height, width));
            case BLOCKED -> Blocks.size(images, channels, height, width);
        };
    }
}
