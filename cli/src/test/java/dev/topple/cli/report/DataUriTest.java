// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Pictures inside of a page. */
class DataUriTest {

    private static final int WIDTH = 133;
    private static final int HEIGHT = 121;

    private static BufferedImage paint(IntBinaryOperator colour) {
        BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                picture.setRGB(x, y, colour.applyAsInt(x, y));
            }
        }
        return picture;
    }

    private static BufferedImage decode(String uri) throws IOException {
        byte[] bytes = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
        return ImageIO.read(new ByteArrayInputStream(bytes));
    }

    private static void assertSame(BufferedImage expected, BufferedImage actual) {
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                assertEquals(expected.getRGB(x, y), actual.getRGB(x, y), x + ", " + y);
            }
        }
    }

    @Test
    void exactPicturesKeepEveryPixel() throws IOException {
        BufferedImage few = paint((x, y) -> (x / 5 + y / 4) % 7 * 0x1F3A55);
        BufferedImage most = paint((x, y) -> (x + WIDTH * y) % 256 * 0x010203);
        BufferedImage many = paint((x, y) -> x << 16 | y << 8 | x * y % 256);
        for (BufferedImage picture : new BufferedImage[] {few, most, many}) {
            String uri = DataUri.exact(picture);
            assertTrue(uri.startsWith("data:image/png;base64,"));
            assertSame(picture, decode(uri));
        }
    }

    @Test
    void theSmallerFormatIsTaken() {
        assertTrue(DataUri.small(paint((x, y) -> 0x336699), 0.9f).startsWith("data:image/png;"));
        Random random = new Random(1);
        assertTrue(DataUri.small(paint((x, y) -> random.nextInt(1 << 24)), 0.9f).startsWith("data:image/jpeg;"));
    }

    /** With the usual halves of colours, neighbouring columns of red and blue would come out violet. */
    @Test
    void jpegKeepsColoursOfSinglePixels() throws IOException {
        Random random = new Random(2);
        BufferedImage stripes = paint((x, y) -> x % 2 == 0 ? 0xC02020 + random.nextInt(32) : 0x2020C0 + random.nextInt(
                32));
        String uri = DataUri.small(stripes, 0.9f);
        assertTrue(uri.startsWith("data:image/jpeg;"), uri);
        BufferedImage decoded = decode(uri);
        double difference = 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                difference += Math.abs((stripes.getRGB(x, y) >> 16 & 255) - (decoded.getRGB(x, y) >> 16 & 255));
            }
        }
        assertTrue(difference / (WIDTH * HEIGHT) < 8, "mean difference of red: " + difference / (WIDTH * HEIGHT));
    }

    @Test
    void lessQualityTakesFewerBytes() {
        Random random = new Random(3);
        BufferedImage noise = paint((x, y) -> random.nextInt(1 << 24));
        assertTrue(DataUri.small(noise, 0.4f).length() < DataUri.small(noise, 0.9f).length());
    }
}
