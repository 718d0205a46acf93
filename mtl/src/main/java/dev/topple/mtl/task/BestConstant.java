// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Tensor;

/**
 * Looks at labels and says which prediction, the same for every pixel of every image, fits them best. One belongs to
 * one task and one thread.
 */
public interface BestConstant {

    /** Takes the labels of one image or several into account. */
    void add(Tensor label);

    /** The best prediction, one number per channel; zeros where no label was valid. */
    float[] prediction();
}
