// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.Map;
import java.util.Optional;

/** Refuses, in one line, a batch that an attack cannot take. */
final class BatchChecks {

    private BatchChecks() {}

    static void check(Model model, Tensor images, Map<String, Tensor> labels, int keys) {
        if (images.dtype() != DType.F32 || images.shape().rank() != 4 || images.shape().dim(0) < 1) {
            throw new IllegalArgumentException("images must be floats [N, 3, H, W], not " + images.type());
        }
        int n = images.shape().dim(0);
        if (keys != n) {
            throw new IllegalArgumentException(n + " images, but " + keys + " random keys");
        }
        for (Task task : model.tasks()) {
            Tensor label = labels.get(task.name());
            if (label == null) {
                throw new IllegalArgumentException("labels of task '" + task.name()
                        + "' are missing; where there are none, take the labels that the clean predictions say");
            }
            TensorType type = task.labelType(n, images.shape().dim(2), images.shape().dim(3));
            if (!label.type().equals(type)) {
                throw new IllegalArgumentException(
                        "labels of task '" + task.name() + "' must be " + type + ", not " + label.type());
            }
        }
        checkPixels(images);
    }

    private static void checkPixels(Tensor images) {
        float[] pixels = images.floats();
        int each = images.shape().product(1, 4);
        for (int i = 0; i < pixels.length; i++) {
            if (!(pixels[i] >= 0 && pixels[i] <= 1)) {
                throw new IllegalArgumentException("image " + i / each + " of the batch has a pixel of value "
                        + pixels[i] + "; pixels must be in [0, 1], before any normalisation");
            }
        }
    }

    /** Refuses a mask that is missing, unasked for, of another shape, or not of zeros and ones. */
    static void checkMask(Aim aim, Tensor images, Optional<Tensor> mask) {
        if (aim.masked() != mask.isPresent()) {
            throw new IllegalArgumentException(aim.masked()
                    ? "this attack has masks; give one for the batch"
                    : "this attack has no masks; say so in its aim to give one");
        }
        mask.ifPresent(given -> {
            TensorType wanted = TensorType.f32(images.shape().dim(0), 1, images.shape().dim(2), images.shape().dim(3));
            if (!given.type().equals(wanted)) {
                throw new IllegalArgumentException("the mask is " + given.type() + " and should be " + wanted);
            }
            for (float value : given.floats()) {
                if (value != 0 && value != 1) {
                    throw new IllegalArgumentException("a mask is made of 0 and 1, not " + value);
                }
            }
        });
    }
}
