// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.mtl.data.Dataset;

/**
 * Images that judge a model while it is trained. The weights that they found best are the result: those with the least
 * sum of the tasks' mean losses, weighted as in training.
 *
 * @param images with labels for all tasks; none of them is trained on
 * @param every how many steps lie between judgements; one more is at the end
 * @param patience after how many judgements without a better one training ends; 0 for never
 */
public record Validation(Dataset images, int every, int patience) {

    public Validation {
        if (every < 1 || patience < 0) {
            throw new IllegalArgumentException("validation takes place every step or more, and its patience is 0 or"
                    + " more, not " + every + " and " + patience);
        }
    }

    JsonObject toJson() {
        return JsonValue.object().put("data", images.name()).put("every", every).put("patience", patience).build();
    }
}
