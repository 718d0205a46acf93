// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * One rendered scene and its labels. Pixel (y, x) is at {@code y * width + x}; planes of a picture follow each other
 * (channels, height, width). The camera frame is x right, y down, z forward, so a surface that faces the camera has a
 * normal with z below 0. Labels are those of the ray through the pixel's centre; colour is the mean of four rays.
 *
 * @param height       rows
 * @param width        columns
 * @param rgb          3 * height * width, red, green, blue in [0, 1], whole multiples of 1/255 as in an 8-bit picture
 * @param segmentation height * width, an index into {@link Rooms#CLASSES}; every pixel has a class
 * @param depth        height * width, metres along the optical axis (the camera frame's z, not the ray's length)
 * @param normals      3 * height * width, unit vectors in the camera frame, each turned towards the camera
 */
public record Room(int height, int width, float[] rgb, int[] segmentation, float[] depth, float[] normals) {
    /**
     * Checks that the arrays fit the size.
     *
     * @throws IllegalArgumentException if an array has another length
     */
    public Room {
        int area = Math.multiplyExact(height, width);
        check("rgb", rgb.length, 3 * area);
        check("segmentation", segmentation.length, area);
        check("depth", depth.length, area);
        check("normals", normals.length, 3 * area);
    }

    private static void check(String name, int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException(
                    "Room: " + name + " has " + length + " values, its size needs " + expected);
        }
    }
}
