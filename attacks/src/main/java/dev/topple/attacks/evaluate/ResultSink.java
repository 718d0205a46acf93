// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

/** Takes results as they come. Every method may be left as it is. */
public interface ResultSink {

    /** The model on clean images; first, and once. */
    default void clean(CleanOutcome outcome) {}

    /** One attack; in the order of the plans. */
    default void attack(AttackOutcome outcome) {}

    /** Everything; last, and once. */
    default void result(EvaluationResult result) {}
}
