// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.engine.graph.Value;
import java.util.OptionalDouble;

/**
 * How an attack walks in its budget. The methods {@link #start} and {@link #next} are called once per program and add
 * nodes to its graph; the nodes then run for every image and step. They must treat every image by itself.
 *
 * <p>Whatever image they return is projected to the budget by the attack; a rule projects by itself only where its
 * formula needs that in between.
 */
public interface StepRule {

    /** The name in results and options. */
    String name();

    /** How many steps a walk has, at least 1. */
    int steps();

    /** How many walks an image gets; the best iterate of all of them is the result. At least 1. */
    default int restarts() {
        return 1;
    }

    /** The size of every step in the budget's norm; empty for a rule that changes it as it goes. */
    default OptionalDouble stepSize(Budget budget) {
        return OptionalDouble.empty();
    }

    /** Whether a walk starts at a random point of the budget; else at the clean image. */
    default boolean randomStart() {
        return false;
    }

    /**
     * Whether steps follow the balanced direction. A rule that does not sees the losses alone, through the merit: no
     * gradient is computed.
     */
    default boolean usesDirection() {
        return true;
    }

    /** Whether the result is the best image by the balancer's merit, the clean one included; else the last iterate. */
    boolean keepsBest();

    /** Refuses, in one line, what makes no sense in this budget. */
    default void check(Budget budget) {}

    /** The first iterate, {@code [N, C, H, W]}; by default the clean images. States get their first values here. */
    default Value start(Start at) {
        return at.clean();
    }

    /** The iterate after this one, {@code [N, C, H, W]}. */
    Value next(Step at);

    /** What a walk starts from. */
    interface Start {
        /** The clean images, {@code [N, C, H, W]}. */
        Value clean();

        /** A random key per image and walk, i32 {@code [N, 2]}. */
        Value keys();

        /** What is allowed. */
        Budget budget();

        /** Gives a state of the rule (a momentum, a step size, a counter) its value at the start of a walk. */
        void set(String state, Value value);
    }

    /** Where a walk is. */
    interface Step {
        /** The clean images, {@code [N, C, H, W]}. */
        Value clean();

        /** The images where the walk is, {@code [N, C, H, W]}. */
        Value iterate();

        /**
         * The balanced direction at the iterate, {@code [N, C, H, W]}; never NaN, finite with any sound balancer.
         *
         * @throws IllegalStateException if the rule said that it {@linkplain StepRule#usesDirection uses none}
         */
        Value direction();

        /** A random key per image, walk and step, i32 {@code [N, 2]}. */
        Value keys();

        /** How much of the walk is done: the number of steps before this one over that of all, a scalar. */
        Value progress();

        /** The balancer's merit of the iterate, {@code [N]}. */
        Value merit();

        /** What is allowed. */
        Budget budget();

        /** The present value of a state that {@link Start#set} introduced. */
        Value get(String state);

        /** Gives a state its value for the next step; of the type that it started with. */
        void set(String state, Value value);
    }
}
