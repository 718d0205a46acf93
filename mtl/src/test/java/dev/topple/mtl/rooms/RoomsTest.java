// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class RoomsTest {

    private static void add(CRC32 crc, int word) {
        crc.update(word >>> 24);
        crc.update(word >>> 16);
        crc.update(word >>> 8);
        crc.update(word);
    }

    private static long checksum(Room room) {
        CRC32 crc = new CRC32();
        for (float[] plane : List.of(room.rgb(), room.depth(), room.normals())) {
            for (float v : plane) {
                add(crc, Float.floatToRawIntBits(v));
            }
        }
        for (int label : room.segmentation()) {
            add(crc, label);
        }
        return crc.getValue();
    }

    @Test
    void sameSceneHasTheSameBits() {
        Room first = new Rooms(5).scene(3);
        Rooms other = new Rooms(5);
        other.scene(2);
        Room second = other.scene(3);
        assertArrayEquals(first.rgb(), second.rgb());
        assertArrayEquals(first.segmentation(), second.segmentation());
        assertArrayEquals(first.depth(), second.depth());
        assertArrayEquals(first.normals(), second.normals());
    }

    @Test
    void threadsDoNotChangeAScene() {
        Rooms rooms = new Rooms(11);
        long[] alone = IntStream.range(0, 12).mapToLong(i -> checksum(rooms.scene(i, 32, 40))).toArray();
        long[] together = IntStream.range(0, 12).parallel().mapToLong(i -> checksum(rooms.scene(i, 32, 40))).toArray();
        assertArrayEquals(alone, together);
    }

    @Test
    void scenesDiffer() {
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            seen.add(checksum(new Rooms(1).scene(i - 10, 16, 16)));
            seen.add(checksum(new Rooms(2).scene(i - 10, 16, 16)));
        }
        assertEquals(40, seen.size());
    }

    /** The bits of nine scenes, made by this very code; whoever changes them has made another data set. */
    @Test
    void goldenChecksum() {
        long sum = checksum(new Rooms(0).scene(0));
        for (int i = 1; i <= 8; i++) {
            sum = 31 * sum + checksum(new Rooms(0).scene(i, 48, 64));
        }
        assertEquals(5161088612155409160L, sum);
    }

    @Test
    void valuesAreInRange() {
        Rooms rooms = new Rooms(3);
        for (int i = 0; i < 24; i++) {
            Room room = rooms.scene(i, 60, 80);
            for (float v : room.rgb()) {
                assertTrue(v >= 0 && v <= 1 && v == Math.round(v * 255) / 255f, () -> "not an 8-bit value: " + v);
            }
            for (int label : room.segmentation()) {
                assertTrue(label >= 0 && label < Rooms.CLASSES.size());
            }
            for (float d : room.depth()) {
                assertTrue(d >= Rooms.NEAREST && d <= Rooms.FARTHEST, () -> "depth " + d);
            }
        }
    }

    @Test
    void normalsAreUnitAndFaceTheCamera() {
        Rooms rooms = new Rooms(4);
        double f = Rooms.focalLength(60, 80);
        for (int i = 0; i < 12; i++) {
            Room room = rooms.scene(i, 60, 80);
            int area = 60 * 80;
            for (int p = 0; p < area; p++) {
                double x = room.normals()[p];
                double y = room.normals()[p + area];
                double z = room.normals()[p + 2 * area];
                assertEquals(1, Math.sqrt(x * x + y * y + z * z), 1e-6);
                double towards = x * (p % 80 + 0.5 - 40) / f + y * (p / 80 + 0.5 - 30) / f + z;
                assertTrue(towards <= 1e-6, () -> "a normal looks away from the camera: " + towards);
            }
        }
    }

    /**
     * The normal from back-projected neighbours, on pixels whose 3x3 neighbourhood shows one surface, is within 3
     * degrees of the label for 99 % of them (curved surfaces bend between neighbours) and within 0.2 degrees for 95 %
     * (planes have nothing but rounding).
     */
    @Test
    void normalsAgreeWithDepth() {
        agree(96, 128, 8);
        agree(240, 320, 2);
        agree(77, 51, 8);
    }

    private static void agree(int h, int w, int scenes) {
        double f = Rooms.focalLength(h, w);
        int area = h * w;
        int checked = 0;
        int close = 0;
        int exact = 0;
        for (int i = 0; i < scenes; i++) {
            Rooms rooms = new Rooms(6);
            Renderer renderer = rooms.renderer(i, h, w);
            Room room = renderer.render(rooms.film(i));
            int[] surface = renderer.surfaces();
            for (int y = 1; y < h - 1; y++) {
                for (int x = 1; x < w - 1; x++) {
                    int p = y * w + x;
                    if (!alone(surface, p, w)) {
                        continue;
                    }
                    double[] a = minus(point(room, x + 1, y, f), point(room, x - 1, y, f));
                    double[] b = minus(point(room, x, y + 1, f), point(room, x, y - 1, f));
                    // Down cross right points at the camera.
                    double[] n = {b[1] * a[2] - b[2] * a[1], b[2] * a[0] - b[0] * a[2], b[0] * a[1] - b[1] * a[0]};
                    double dot = n[0] * room.normals()[p] + n[1] * room.normals()[p + area]
                            + n[2] * room.normals()[p + 2 * area];
                    double cos = dot / Math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
                    double degrees = Math.toDegrees(Math.acos(Math.min(1, cos)));
                    checked++;
                    close += degrees < 3 ? 1 : 0;
                    exact += degrees < 0.2 ? 1 : 0;
                }
            }
        }
        assertTrue(checked > scenes * area / 4, "too few pixels lie within one surface: " + checked);
        assertTrue(close >= 0.99 * checked, close + " of " + checked + " normals within 3 degrees");
        assertTrue(exact >= 0.95 * checked, exact + " of " + checked + " normals within 0.2 degrees");
    }

    private static boolean alone(int[] surface, int p, int w) {
        for (int d = -1; d <= 1; d++) {
            for (int e = -1; e <= 1; e++) {
                if (surface[p + d * w + e] != surface[p]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static double[] point(Room room, int x, int y, double f) {
        double z = room.depth()[y * room.width() + x];
        return new double[] {(x + 0.5 - room.width() / 2.0) * z / f, (y + 0.5 - room.height() / 2.0) * z / f, z};
    }

    private static double[] minus(double[] a, double[] b) {
        return new double[] {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    }

    @Test
    void everyClassOccursAndNoneRules() {
        long[] count = new long[Rooms.CLASSES.size()];
        Rooms rooms = new Rooms(9);
        int crowded = 0;
        for (int i = 0; i < 64; i++) {
            int[] labels = rooms.scene(i, 48, 64).segmentation();
            for (int label : labels) {
                count[label]++;
            }
            crowded += Arrays.stream(labels).distinct().count() >= 5 ? 1 : 0;
        }
        long total = 64L * 48 * 64;
        for (int c = 0; c < count.length; c++) {
            String name = Rooms.CLASSES.get(c);
            double share = count[c] / (double) total;
            assertTrue(share > 0.003, name + " covers only " + share);
            assertTrue(share < 0.5, name + " covers " + share);
        }
        assertTrue(crowded > 48, "only " + crowded + " of 64 scenes show five classes or more");
    }

    /** The light of a picture carries its content: no scene is nearly black, white or flat. */
    @Test
    void exposureIsSound() {
        Rooms rooms = new Rooms(21);
        for (int i = 0; i < 40; i++) {
            float[] rgb = rooms.scene(i, 48, 64).rgb();
            double mean = 0;
            double square = 0;
            for (float v : rgb) {
                mean += v / rgb.length;
                square += v * v / rgb.length;
            }
            double deviation = Math.sqrt(square - mean * mean);
            assertTrue(mean > 0.2 && mean < 0.8, "scene " + i + " has mean brightness " + mean);
            assertTrue(deviation > 0.06, "scene " + i + " is flat: " + deviation);
        }
    }

    @Test
    void anySizeWorksAndShapeKeepsTheView() {
        for (int[] size : new int[][] {{8, 8}, {9, 31}, {65, 8}, {33, 47}}) {
            Room room = new Rooms(1).scene(2, size[0], size[1]);
            assertEquals(3 * size[0] * size[1], room.rgb().length);
        }
        Room small = new Rooms(1).scene(5, 48, 64);
        Room large = new Rooms(1).scene(5, 144, 192);
        int same = 0;
        for (int y = 0; y < 48; y++) {
            for (int x = 0; x < 64; x++) {
                // Three times the size puts the centre of pixel x at the centre of pixel 3x + 1.
                int big = (3 * y + 1) * 192 + 3 * x + 1;
                same += small.segmentation()[y * 64 + x] == large.segmentation()[big] ? 1 : 0;
            }
        }
        assertTrue(same > 0.999 * 48 * 64, "only " + same + " pixels agree");
    }

    @Test
    void badSizesAreRefused() {
        for (int[] size : new int[][] {{7, 64}, {64, 0}, {-1, 64}, {10000, 64}}) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new Rooms(1).scene(0, size[0], size[1])).getMessage();
            assertTrue(message.contains(size[0] + "x" + size[1]) && message.contains("8"), message);
        }
        assertThrows(IllegalArgumentException.class, () -> Rooms.focalLength(0, 10));
        assertThrows(IllegalArgumentException.class,
                () -> new Room(8, 8, new float[192], new int[64], new float[63], new float[192]));
    }

    @Test
    void focalLengthSpansSixtyDegrees() {
        double f = Rooms.focalLength(96, 128);
        assertEquals(60, Math.toDegrees(2 * Math.atan(64 / f)), 1e-9);
        assertEquals(f, Rooms.focalLength(128, 96));
    }

    @Test
    void classesAndPaletteMatch() {
        assertEquals(13, Rooms.CLASSES.size());
        assertEquals(13, new HashSet<>(Rooms.PALETTE).size());
        assertEquals("bed", Rooms.CLASSES.get(Rooms.BED));
        assertEquals("window", Rooms.CLASSES.get(Rooms.WINDOW));
        assertFalse(Rooms.PALETTE.stream().anyMatch(c -> c < 0 || c > 0xFFFFFF));
    }
}
