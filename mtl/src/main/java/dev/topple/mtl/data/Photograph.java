// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes JPEG and PNG files to 8-bit sRGB. */
final class Photograph {

    /** Larger files and pictures are refused: decoding takes several bytes of memory a pixel. */
    private static final long MOST_BYTES = 256L << 20;

    private static final long MOST_PIXELS = 100_000_000;

    private Photograph() {}

    /**
     * Reads a file, upright, what is transparent on white, and scales it down.
     *
     * @param longerSide the most pixels of the longer side
     * @throws IOException with a reason for people if it cannot be read or is no whole JPEG or PNG picture
     */
    static Picture read(Path file, int longerSide) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("the file has more than " + (MOST_BYTES >> 20) + " MiB");
        }
        byte[] bytes = Files.readAllBytes(file);
        boolean jpeg = bytes.length > 2 && (bytes[0] & 255) == 0xFF && (bytes[1] & 255) == 0xD8;
        BufferedImage image = decode(bytes);
        return picture(image).within(longerSide).upright(jpeg ? Exif.orientation(bytes) : 1);
    }

    /** The picture of a whole file at its size, upright. */
    static Picture of(byte[] bytes) throws IOException {
        boolean jpeg = bytes.length > 2 && (bytes[0] & 255) == 0xFF && (bytes[1] & 255) == 0xD8;
        return picture(decode(bytes)).upright(jpeg ? Exif.orientation(bytes) : 1);
    }

    /** Decodes a whole file. */
    static BufferedImage decode(byte[] bytes) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            ImageReader reader = readers.hasNext() ? readers.next() : null;
            String format = reader == null ? "" : reader.getFormatName().toLowerCase(Locale.ROOT);
            if (reader == null || !(format.equals("jpeg") || format.equals("png"))) {
                throw new IOException("it is neither JPEG nor PNG");
            }
            try {
                return decode(reader, in);
            } finally {
                reader.dispose();
            }
        }
    }

    private static BufferedImage decode(ImageReader reader, ImageInputStream in) throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        try {
            reader.setInput(in, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > MOST_PIXELS) {
                throw new IOException("the picture has more than " + MOST_PIXELS / 1_000_000 + " million pixels");
            }
            BufferedImage image = reader.read(0);
            for (String warning : warnings) {
                // The JPEG reader fills the missing rest of a file with grey and merely warns.
                if (warning.contains("Premature") || warning.contains("Corrupt")) {
                    throw new IOException("the file is damaged or cut off: " + warning);
                }
            }
            return image;
        } catch (RuntimeException e) {
            // The readers of the JDK meet damaged files with unchecked exceptions of many kinds.
            throw new IOException("the file is damaged: " + e, e);
        }
    }

    private static Picture picture(BufferedImage image) {
        ColorSpace space = image.getColorModel().getColorSpace();
        if (space.getType() == ColorSpace.TYPE_GRAY && !(image.getColorModel() instanceof IndexColorModel)) {
            return grey(image);
        }
        if (space.isCS_sRGB()) {
            return colour(image);
        }
        int type = image.getColorModel().hasAlpha() ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
        BufferedImage converted = new BufferedImage(image.getWidth(), image.getHeight(), type);
        return colour(new ColorConvertOp(null).filter(image, converted));
    }

    private static Picture colour(BufferedImage image) {
        int height = image.getHeight();
        int width = image.getWidth();
        byte[] planes = new byte[3 * height * width];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int alpha = row[x] >>> 24;
                for (int plane = 0; plane < 3; plane++) {
                    int value = row[x] >> 16 - 8 * plane & 255;
                    planes[(plane * height + y) * width + x] = onWhite(value, alpha);
                }
            }
        }
        return new Picture(height, width, planes);
    }

    /**
     * Grey samples as they are. The JDK takes grey pictures for linear light and would brighten them, though files mean
     * the same curve as sRGB's.
     */
    private static Picture grey(BufferedImage image) {
        int height = image.getHeight();
        int width = image.getWidth();
        Raster raster = image.getRaster();
        int most = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        boolean alpha = raster.getNumBands() > 1;
        byte[] planes = new byte[3 * height * width];
        int[] row = new int[width * raster.getNumBands()];
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int value = to8Bits(alpha ? row[2 * x] : row[x], most);
                byte shown = onWhite(value, alpha ? to8Bits(row[2 * x + 1], most) : 255);
                for (int plane = 0; plane < 3; plane++) {
                    planes[(plane * height + y) * width + x] = shown;
                }
            }
        }
        return new Picture(height, width, planes);
    }

    private static int to8Bits(int sample, int most) {
        return most == 255 ? sample : (int) ((sample * 255L + most / 2) / most);
    }

    private static byte onWhite(int value, int alpha) {
        return (byte) ((value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}
