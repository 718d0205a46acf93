// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.picture;

import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.awt.image.BufferedImage;

/** Tensors as pictures. */
public final class Pictures {

    private Pictures() {}

    /** An image, RGB {@code [3, H, W]} or {@code [1, 3, H, W]}, values from 0 to 1. */
    public static BufferedImage rgb(Tensor image) {
        return rgb(image.floats(), image.shape().dim(-2), image.shape().dim(-1));
    }

    /** The first label or prediction of a batch as the task draws it, for an image {@code [..., H, W]}. */
    public static BufferedImage drawn(Task task, Tensor values, Tensor image) {
        int height = image.shape().dim(-2);
        int width = image.shape().dim(-1);
        return packed(task.drawing().argb(values, 0, height, width), height, width);
    }

    /** What was added to an image, magnified: grey is nothing, black and white are epsilon. */
    public static BufferedImage perturbation(Tensor clean, Tensor attacked, double epsilon) {
        float[] before = clean.floats();
        float[] after = attacked.floats();
        float[] shown = new float[before.length];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = epsilon == 0 ? 0.5f : (float) (0.5 + magnification(epsilon) * (after[i] - before[i]));
        }
        return rgb(shown, clean.shape().dim(-2), clean.shape().dim(-1));
    }

    /** By how much {@link #perturbation} magnifies. */
    public static double magnification(double epsilon) {
        return 0.5 / epsilon;
    }

    private static BufferedImage rgb(float[] planes, int height, int width) {
        int[] argb = new int[height * width];
        for (int i = 0; i < argb.length; i++) {
            argb[i] = 0xFF000000 | level(planes[i]) << 16 | level(planes[i + argb.length]) << 8
                    | level(planes[i + 2 * argb.length]);
        }
        return packed(argb, height, width);
    }

    private static int level(float value) {
        return Math.clamp(Math.round(value * 255), 0, 255);
    }

    private static BufferedImage packed(int[] argb, int height, int width) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, argb, 0, width);
        return image;
    }
}
