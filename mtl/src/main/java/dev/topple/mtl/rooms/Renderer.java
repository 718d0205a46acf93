// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.Arrays;

/**
 * Renders a scene in three passes. First a ray through each pixel's centre gives the labels and the light that arrives
 * there, from one part of every lamp and window; pixels of a 5x5 tile look at different parts. Then that light is
 * averaged over the 5x5 pixels around, as far as they show the same surface: soft shadows for one shadow ray a pixel
 * and light. Last, four rays a pixel on a rotated grid collect texture and the sharp shadows of the sun.
 */
final class Renderer {
    private static final double[] SAMPLE_X = {-0.125, 0.375, 0.125, -0.375};
    private static final double[] SAMPLE_Y = {-0.375, -0.125, 0.375, 0.125};
    private static final int RADIUS = Lighting.PARTS / 2;
    private static final int TILE = 8;
    private final Scene scene;
    private final Camera camera;
    private final Lighting lighting;
    private final int height;
    private final int width;
    private final int area;
    private final boolean sunny;
    /** The pieces that can be seen in each square of TILE x TILE pixels. */
    private final int[][] tiles;
    private final int tileColumns;
    private final Piece[] pieces;
    private final Solid[] solids;
    private final int[] surfaces;
    private final float[] depth;
    private final float[] normals;
    private final int[] segmentation;
    /** Four planes: light before and after the averaging. */
    private final float[] rough;
    private final float[] light;
    private final Trace trace = new Trace();
    private final double[] albedo = new double[3];
    private final double[] sum = new double[3];
    private final float[] own = new float[Lighting.VALUES];

    Renderer(Scene scene, Camera camera, int height, int width) {
        this.scene = scene;
        this.camera = camera;
        this.height = height;
        this.width = width;
        area = height * width;
        lighting = new Lighting(scene);
        sunny = scene.sunlight()[0] > 0;
        tileColumns = (width + TILE - 1) / TILE;
        tiles = tiles();
        pieces = new Piece[area];
        solids = new Solid[area];
        surfaces = new int[area];
        depth = new float[area];
        normals = new float[3 * area];
        segmentation = new int[area];
        rough = new float[Lighting.VALUES * area];
        light = new float[Lighting.VALUES * area];
    }

    private int[][] tiles() {
        double[][] covers = new double[scene.size()][];
        for (int i = 0; i < covers.length; i++) {
            covers[i] = camera.cover(scene.box(i));
        }
        int[][] lists = new int[tileColumns * ((height + TILE - 1) / TILE)][];
        int[] list = new int[covers.length];
        for (int t = 0; t < lists.length; t++) {
            double x = t % tileColumns * TILE;
            double y = t / tileColumns * TILE;
            int count = 0;
            for (int i = 0; i < covers.length; i++) {
                double[] c = covers[i];
                if (c[0] < x + TILE + 0.01 && c[2] > x - 0.01 && c[1] < y + TILE + 0.01 && c[3] > y - 0.01) {
                    list[count++] = i;
                }
            }
            lists[t] = Arrays.copyOf(list, count);
        }
        return lists;
    }

    private int[] candidates(int y, int x) {
        return tiles[y / TILE * tileColumns + x / TILE];
    }

    Room render(Film film) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                centre(y, x);
            }
        }
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                average(y, x);
            }
        }
        float[] image = new float[3 * area];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                colour(y, x, image);
            }
        }
        return new Room(height, width, film.develop(image, height, width), segmentation, depth, normals);
    }

    /** Numbers that are equal for pixels of one smooth surface; filled by {@link #render}. */
    int[] surfaces() {
        return surfaces;
    }

    private void centre(int y, int x) {
        int i = y * width + x;
        camera.ray(trace, x + 0.5, y + 0.5);
        scene.closest(trace, candidates(y, x));
        scene.resolve(trace);
        depth[i] = (float) trace.t;
        segmentation[i] = trace.label;
        // Geometry faces the camera already; at a silhouette rounding may tip a normal over by a hair.
        double facing = trace.nx * trace.dx + trace.ny * trace.dy + trace.nz * trace.dz > 0 ? -1 : 1;
        camera.toCamera(facing * trace.nx, facing * trace.ny, facing * trace.nz, normals, i, area);
        surfaces[i] = trace.surface;
        pieces[i] = trace.piece;
        solids[i] = trace.solid;
        if (trace.material.emission() < 1) {
            lighting.at(trace, y % Lighting.PARTS * Lighting.PARTS + x % Lighting.PARTS, rough, i, area);
        }
    }

    private void average(int y, int x) {
        int i = y * width + x;
        float r = 0;
        float g = 0;
        float b = 0;
        float s = 0;
        int count = 0;
        for (int v = Math.max(0, y - RADIUS); v <= Math.min(height - 1, y + RADIUS); v++) {
            for (int u = Math.max(0, x - RADIUS); u <= Math.min(width - 1, x + RADIUS); u++) {
                int j = v * width + u;
                if (surfaces[j] == surfaces[i] && aligned(i, j)) {
                    r += rough[j];
                    g += rough[j + area];
                    b += rough[j + 2 * area];
                    s += rough[j + 3 * area];
                    count++;
                }
            }
        }
        light[i] = r / count;
        light[i + area] = g / count;
        light[i + 2 * area] = b / count;
        light[i + 3 * area] = s / count;
    }

    /** Whether two pixels' normals are within some 15 degrees; a pixel is always aligned with itself. */
    private boolean aligned(int i, int j) {
        return i == j || normals[i] * normals[j] + normals[i + area] * normals[j + area]
                + normals[i + 2 * area] * normals[j + 2 * area] > 0.966f;
    }

    private boolean uniform(int y, int x) {
        int surface = surfaces[y * width + x];
        for (int v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
            for (int u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
                if (surfaces[v * width + u] != surface) {
                    return false;
                }
            }
        }
        return true;
    }

    private void colour(int y, int x, float[] image) {
        int i = y * width + x;
        boolean uniform = uniform(y, x);
        sum[0] = 0;
        sum[1] = 0;
        sum[2] = 0;
        for (int k = 0; k < 4; k++) {
            camera.ray(trace, x + 0.5 + SAMPLE_X[k], y + 0.5 + SAMPLE_Y[k]);
            // Where the neighbours show one surface the ray meets it directly instead of searching the scene.
            if (!uniform) {
                scene.closest(trace, candidates(y, x));
            } else if (pieces[i] == null) {
                scene.shell().closest(trace);
            } else if (!pieces[i].meet(trace, solids[i])) {
                scene.closest(trace, candidates(y, x));
            }
            scene.resolve(trace);
            shade(y, x);
        }
        image[i] = (float) (sum[0] / 4);
        image[i + area] = (float) (sum[1] / 4);
        image[i + 2 * area] = (float) (sum[2] / 4);
    }

    /** The nearest pixel among this one and its neighbours that shows the traced surface, or -1. */
    private int lit(int y, int x) {
        int i = y * width + x;
        if (surfaces[i] == trace.surface) {
            return i;
        }
        for (int v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
            for (int u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
                if (surfaces[v * width + u] == trace.surface) {
                    return v * width + u;
                }
            }
        }
        return -1;
    }

    /** Adds the light that leaves the traced point towards the camera. */
    private void shade(int y, int x) {
        Material m = trace.material;
        double length = Math.sqrt(trace.dx * trace.dx + trace.dy * trace.dy + trace.dz * trace.dz);
        double slant = -(trace.nx * trace.dx + trace.ny * trace.dy + trace.nz * trace.dz) / length;
        double footprint = 0.5 * trace.t / camera.focal() / Math.sqrt(Math.max(0.05, slant));
        Textures.colour(m, trace.u, trace.v, footprint, albedo);
        double r = m.emission();
        double g = r;
        double b = r;
        double spot = 0;
        if (r < 1) {
            int from = lit(y, x);
            float[] source = light;
            int plane = area;
            if (from < 0) {
                lighting.at(trace, -1, own, 0, 1);
                source = own;
                from = 0;
                plane = 1;
            }
            double sun = sunny ? lighting.sun(trace) : 0;
            r += source[from] + sun * scene.sunlight()[0];
            g += source[from + plane] + sun * scene.sunlight()[1];
            b += source[from + 2 * plane] + sun * scene.sunlight()[2];
            spot = m.gloss() * source[from + 3 * plane];
        }
        sum[0] += albedo[0] * r + spot;
        sum[1] += albedo[1] * g + spot;
        sum[2] += albedo[2] * b + spot;
    }
}
