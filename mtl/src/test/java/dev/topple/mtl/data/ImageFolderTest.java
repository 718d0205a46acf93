// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

    @TempDir
    private Path folder;

    /** A picture whose left half is one colour and whose right half another. */
    private static BufferedImage halves(int type, int height, int width, int left, int right) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, x < width / 2 ? left : right);
            }
        }
        return image;
    }

    private static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, out));
        return out.toByteArray();
    }

    private void put(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }

    private ImageFolder read() {
        return ImageFolder.read(folder, 64, 100);
    }

    private static int level(Sample sample, int channel, int y, int x) {
        int at = (channel * sample.height() + y) * sample.width() + x;
        return Math.round(sample.image().floats()[at] * 255);
    }

    @Test
    void picturesAreSortedAndScaledDown() throws IOException {
        put("b.jpg", encoded(halves(BufferedImage.TYPE_INT_RGB, 90, 120, 0xFFFFFF, 0), "jpeg"));
        put("a.PNG", encoded(halves(BufferedImage.TYPE_INT_RGB, 20, 30, 0x102030, 0x405060), "png"));
        put("notes.txt", new byte[] {1});
        ImageFolder images = read();
        assertEquals(2, images.size());
        assertEquals(List.of(), images.problems());
        Sample first = images.sample(0);
        assertEquals("a.PNG", first.id());
        assertEquals(20, first.height());
        assertEquals(0x20, level(first, 1, 3, 2));
        assertEquals(0x60, level(first, 2, 3, 29));
        Sample second = images.sample(1);
        assertEquals(48, second.height());
        assertEquals(64, second.width());
        assertEquals(255, level(second, 0, 10, 3), 2);
        assertEquals(0, level(second, 0, 10, 60), 2);
    }

    @Test
    void whatCannotBeUsedIsNamed() throws IOException {
        byte[] jpeg = encoded(halves(BufferedImage.TYPE_INT_RGB, 64, 64, 0x3366AA, 0x996633), "jpeg");
        byte[] png = encoded(halves(BufferedImage.TYPE_INT_RGB, 64, 64, 0x3366AA, 0x996633), "png");
        put("good.jpg", jpeg);
        put("cut.jpg", Arrays.copyOf(jpeg, jpeg.length * 3 / 4));
        put("cut.png", Arrays.copyOf(png, png.length / 2));
        put("empty.png", new byte[0]);
        put("small.png", encoded(halves(BufferedImage.TYPE_INT_RGB, 8, 8, 0, 0), "png"));
        put("text.jpg", "this is no picture".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        put("other.webp", new byte[] {'R', 'I', 'F', 'F'});
        ImageFolder images = read();
        assertEquals(1, images.size());
        assertEquals("good.jpg", images.sample(0).id());
        assertEquals(6, images.problems().size(), images.problems().toString());
        for (String name : List.of("cut.jpg", "cut.png", "empty.png", "small.png", "text.jpg", "other.webp")) {
            assertEquals(1, images.problems().stream().filter(p -> p.contains(name) && p.lines().count() == 1).count(),
                    name);
        }
    }

    @Test
    void aFolderWithoutPicturesIsRefused() throws IOException {
        assertThrows(IllegalArgumentException.class, this::read);
        put("cut.png", new byte[] {1, 2, 3});
        assertTrue(assertThrows(IllegalArgumentException.class, this::read).getMessage().contains("cut.png"));
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.read(folder.resolve("none"), 64, 1));
        assertThrows(IllegalArgumentException.class, () -> ImageFolder.read(folder.resolve("cut.png"), 64, 1));
    }

    @Test
    void transparencyIsOnWhite() throws IOException {
        BufferedImage image = halves(BufferedImage.TYPE_INT_ARGB, 20, 20, 0x00FF0000, 0x80000000);
        put("a.png", encoded(image, "png"));
        Sample sample = read().sample(0);
        assertEquals(255, level(sample, 1, 5, 5));
        assertEquals(127, level(sample, 1, 5, 15));
    }

    @Test
    void greyKeepsItsLevels() throws IOException {
        BufferedImage grey = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage deep = new BufferedImage(20, 20, BufferedImage.TYPE_USHORT_GRAY);
        for (int y = 0; y < 20; y++) {
            for (int x = 0; x < 20; x++) {
                grey.getRaster().setSample(x, y, 0, 10 * x);
                deep.getRaster().setSample(x, y, 0, 2570 * x);
            }
        }
        put("grey.png", encoded(grey, "png"));
        put("high.png", encoded(deep, "png"));
        ImageFolder images = read();
        for (int i = 0; i < 2; i++) {
            for (int channel = 0; channel < 3; channel++) {
                assertEquals(120, level(images.sample(i), channel, 7, 12));
            }
        }
    }

    @Test
    void photographsStandUpright() throws IOException {
        byte[] jpeg = encoded(halves(BufferedImage.TYPE_INT_RGB, 32, 48, 0xFFFFFF, 0), "jpeg");
        byte[] turned = new byte[jpeg.length + 36];
        byte[] segment = {(byte) 0xFF, (byte) 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0};
        System.arraycopy(jpeg, 0, turned, 0, 2);
        System.arraycopy(segment, 0, turned, 2, 36);
        System.arraycopy(jpeg, 2, turned, 38, jpeg.length - 2);
        assertEquals(1, Exif.orientation(jpeg));
        assertEquals(6, Exif.orientation(turned));
        put("turned.jpg", turned);
        Sample sample = read().sample(0);
        assertEquals(48, sample.height());
        assertEquals(32, sample.width());
        // Turned clockwise, what was left is at the top.
        assertEquals(255, level(sample, 0, 2, 16), 3);
        assertEquals(0, level(sample, 0, 45, 16), 3);
    }

    @Test
    void everyOrientationIsUndone() {
        byte[] planes = new byte[18];
        for (int i = 0; i < 18; i++) {
            planes[i] = (byte) (i % 6 + 1);
        }
        // 1 2 3 over 4 5 6, as it stands upright for each orientation.
        int[][] expected = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
            {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3}, {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
        for (int orientation = 1; orientation <= 8; orientation++) {
            Picture upright = new Picture(2, 3, planes).upright(orientation);
            assertEquals(orientation < 5 ? 2 : 3, upright.height());
            for (int i = 0; i < 6; i++) {
                assertEquals(expected[orientation - 1][i], upright.planes()[6 + i], orientation + " at " + i);
            }
        }
    }

    @Test
    void areasAreAveraged() {
        byte[] planes = new byte[3 * 3 * 3];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (byte) (90 * (i % 3));
        }
        // Columns 0, 90, 180 become two columns of one and a half each.
        Picture small = new Picture(3, 3, planes).within(2);
        assertEquals(2, small.height());
        byte[] row = {30, (byte) 150};
        for (int i = 0; i < 6; i++) {
            assertArrayEquals(row, Arrays.copyOfRange(small.planes(), 2 * i, 2 * i + 2));
        }
    }

    @Test
    void damagedExifIsUpright() {
        assertEquals(1,
                Exif.orientation(new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE1, 0, 12, 'E', 'x',
                    'i', 'f', 0, 0, 'I', 'I', 42, 0}));
        assertEquals(1, Exif.orientation(new byte[] {(byte) 0xFF, (byte) 0xD8}));
    }
}
