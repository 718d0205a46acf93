// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

/**
 * What all attacks of an evaluation have in common.
 *
 * @param seed fixes all random numbers; an image's depend on the seed and its number in the data set
 * @param batch how many images are attacked at a time; no result depends on it but the released metrics
 *     ({@link ReleasedOutcome}) and what balancers do that
 *     {@linkplain dev.topple.attacks.balance.Balancer#couplesImages couple images}
 * @param limit at most this many images, the first of the data set; 0 for all
 */
public record Protocol(long seed, int batch, int limit) {

    public Protocol {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch has at least one image, not " + batch);
        }
        if (limit < 0) {
            throw new IllegalArgumentException("the limit of images must be at least 1, or 0 for all, not " + limit);
        }
    }
}
