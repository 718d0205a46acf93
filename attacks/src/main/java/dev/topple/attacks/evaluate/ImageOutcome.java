// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import java.util.Map;

/**
 * What one attack did to one image: all that the outcome of the attack needs to know of it.
 *
 * @param index the image's number in the data set
 * @param fingerprint a checksum of the image's name, its pixels and its labels
 * @param parts the metrics' parts, by task
 * @param releasedParts those of the released metrics
 * @param logLoss {@code sum_i log L_i}, over tasks with a valid pixel
 * @param audit what came out, measured again
 */
public record ImageOutcome(int index, String fingerprint, Map<String, double[]> parts,
        Map<String, double[]> releasedParts, double logLoss, ImageAudit audit) {}
