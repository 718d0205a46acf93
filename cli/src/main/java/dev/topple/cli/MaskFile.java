// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Mask;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A picture that says where images may change: white, or brighter than grey, where they may. */
final class MaskFile {

    private static final int GREY = 3 * 128;

    private MaskFile() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException in one line, if it is no picture, or says that nothing may change
     */
    static Mask read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("--mask " + file + " is no file; name a picture, white where images may"
                    + " change and black where they may not");
        }
        BufferedImage picture;
        try {
            picture = ImageIO.read(file.toFile());
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read --mask " + file + ": " + Complaint.of(e), e);
        }
        if (picture == null) {
            throw new IllegalArgumentException("--mask " + file + " is no picture that Java can read; take a PNG");
        }
        int width = picture.getWidth();
        int height = picture.getHeight();
        boolean[] open = new boolean[width * height];
        for (int i = 0; i < open.length; i++) {
            int rgb = picture.getRGB(i % width, i / width);
            open[i] = (rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255) >= GREY;
        }
        return new Mask(height, width, open);
    }
}
