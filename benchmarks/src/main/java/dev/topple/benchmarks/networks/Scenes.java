// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Map;

/**
 * Images with labels for every pixel: smooth colours, patches of classes, depths of 1 to 5 m, unit normals. They show
 * nothing; the time of a step does not depend on what is seen.
 *
 * @param images {@code [N, 3, H, W]}
 * @param classes {@code [N, H, W]}
 * @param depths {@code [N, 1, H, W]}
 * @param normals {@code [N, 3, H, W]}
 */
public record Scenes(Tensor images, Tensor classes, Tensor depths, Tensor normals) {

    private static final int PATCH = 16;

    /** So many scenes of a size, always the same. */
    public static Scenes of(int count, int height, int width) {
        RandomSource random = new RandomSource(1);
        int area = height * width;
        float[] images = new float[count * 3 * area];
        int[] classes = new int[count * area];
        float[] depths = new float[count * area];
        float[] normals = new float[count * 3 * area];
        for (int n = 0; n < count; n++) {
            float phase = random.nextFloat();
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int pixel = y * width + x;
                    int patch = y / PATCH * 31 + x / PATCH * 17 + n;
                    classes[n * area + pixel] = patch % Network.CHANNELS.get(0);
                    depths[n * area + pixel] = 1 + patch % 41 * 0.1f;
                    double angle = patch * 0.7;
                    normals[n * 3 * area + pixel] = (float) (0.6 * StrictMath.cos(angle));
                    normals[(n * 3 + 1) * area + pixel] = (float) (0.6 * StrictMath.sin(angle));
                    normals[(n * 3 + 2) * area + pixel] = -0.8f;
                    for (int c = 0; c < 3; c++) {
                        double wave = StrictMath.sin(0.05 * (c + 1) * x + 0.07 * y + 6 * phase + c);
                        images[(n * 3 + c) * area + pixel] =
                                (float) (0.5 + 0.35 * wave) + 0.2f * (random.nextFloat() - 0.5f);
                    }
                }
            }
        }
        return new Scenes(Tensor.of(Shape.of(count, 3, height, width), images),
                Tensor.of(Shape.of(count, height, width), classes),
                Tensor.of(Shape.of(count, 1, height, width), depths),
                Tensor.of(Shape.of(count, 3, height, width), normals));
    }

    /** The labels by the names of the tasks. */
    public Map<String, Tensor> labels() {
        return Map.of("segmentation", classes, "depth", depths, "normals", normals);
    }
}
