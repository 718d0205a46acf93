// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.List;

/**
 * Rendered indoor scenes with exact labels: scene {@code i} of a seed is the same, bit for bit, on every machine, in
 * whatever order and on whatever thread it is asked for. A picture costs some milliseconds, so nothing is stored.
 *
 * <p>The classes are the 13 of NYUv2, and things are labelled as that data set's mapping does: a door is wall, curtains
 * are window, a pillow, a lamp, a plant or a box is one of the objects, a desk is a table, cabinets and shelves are
 * furniture, a rug is floor, an armchair is a chair. What is seen through a window has the class window and the depth
 * and normal of its pane.
 *
 * <p>Instances are immutable and safe for use by several threads.
 */
public final class Rooms {
    /** Height of a picture where none is asked for. */
    public static final int DEFAULT_HEIGHT = 96;
    /** Width of a picture where none is asked for. */
    public static final int DEFAULT_WIDTH = 128;
    /** No depth is less, in metres. */
    public static final double NEAREST = 0.5;
    /** No depth is more, in metres. */
    public static final double FARTHEST = 9;

    static final int BED = 0;
    static final int BOOKS = 1;
    static final int CEILING = 2;
    static final int CHAIR = 3;
    static final int FLOOR = 4;
    static final int FURNITURE = 5;
    static final int OBJECTS = 6;
    static final int PICTURE = 7;
    static final int SOFA = 8;
    static final int TABLE = 9;
    static final int TV = 10;
    static final int WALL = 11;
    static final int WINDOW = 12;

    /** Names of the classes; the index is the label. */
    public static final List<String> CLASSES = List.of("bed", "books", "ceiling", "chair", "floor", "furniture",
            "objects", "picture", "sofa", "table", "tv", "wall", "window");
    /** A colour (0xRRGGBB) for each class, for showing segmentations. */
    public static final List<Integer> PALETTE = List.of(0x2F7FC1, 0xB5651D, 0xE6E6E6, 0xD62728, 0x8C6D4F, 0x7E57A0,
            0x2CA02C, 0xFF9F40, 0xE377C2, 0xBCBD22, 0x222222, 0xA9B4C2, 0x17BECF);

    private static final int SMALLEST = 8;
    private static final int LARGEST = 8192;
    /** Half the longer side over the tangent of 30 degrees. */
    private static final double HALF_SQRT_3 = 0.8660254037844386;
    private final long seed;

    /**
     * A data set; another seed is another set of scenes.
     *
     * @param seed any number
     */
    public Rooms(long seed) {
        this.seed = seed;
    }

    /** The seed of this set. */
    public long seed() {
        return seed;
    }

    /** Scene {@code index} at the default size. */
    public Room scene(long index) {
        return scene(index, DEFAULT_HEIGHT, DEFAULT_WIDTH);
    }

    /**
     * Renders a scene.
     *
     * @param index  which one; any number, so a set has no end
     * @param height rows, 8 to 8192
     * @param width  columns, 8 to 8192; a size of the same shape shows the same view
     * @throws IllegalArgumentException if a side is out of range
     */
    public Room scene(long index, int height, int width) {
        return renderer(index, height, width).render(film(index));
    }

    Film film(long index) {
        return new Film(Draw.of(seed, index).fork(1L << 32));
    }

    Renderer renderer(long index, int height, int width) {
        checkSize(height, width);
        for (long attempt = 0;; attempt++) {
            Draw draw = Draw.of(seed, index).fork(attempt);
            // A room may be so full that no view will do; then another is drawn, and in the end one without furniture.
            Scene scene = Layout.scene(draw.fork(1), attempt < 20);
            List<Camera> view = Viewpoint.find(scene, draw.fork(2), height, width);
            if (!view.isEmpty()) {
                return new Renderer(scene, view.getFirst(), height, width);
            }
        }
    }

    /**
     * Focal length in pixels, the same along both axes. The principal point is the picture's centre: the pixel in
     * column c and row r, with depth z, is the point {@code x = (c + 0.5 - width / 2) z / f}, {@code y = (r + 0.5 -
     * height / 2) z / f}. The longer side spans 60 degrees.
     *
     * @throws IllegalArgumentException if a side is out of range
     */
    public static double focalLength(int height, int width) {
        checkSize(height, width);
        return Math.max(height, width) * HALF_SQRT_3;
    }

    private static void checkSize(int height, int width) {
        if (height < SMALLEST || width < SMALLEST || height > LARGEST || width > LARGEST) {
            throw new IllegalArgumentException("Rooms: a picture of " + height + "x" + width
                    + " pixels is out of range; height and width must be from " + SMALLEST + " to " + LARGEST);
        }
    }
}
