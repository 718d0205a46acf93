// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;

/** Takes results as they come. Every method may be left as it is. */
public interface ResultSink {

    /** The model on clean images; first, and once. */
    default void clean(CleanOutcome outcome) {}

    /**
     * The images that a plan made of a batch, before their outcome is saved: of what an earlier run did and a
     * {@link ProgressStore} kept, there are no images.
     *
     * @param adversarial {@code [N, 3, H, W]}; the first {@link Batch#count} rows are images
     */
    default void images(Plan plan, Batch batch, Tensor adversarial) {}

    /** One attack; in the order of the plans. */
    default void attack(AttackOutcome outcome) {}

    /** Everything; last, and once. */
    default void result(EvaluationResult result) {}
}
