// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

/** Looks on while an attack walks; see {@link CompiledAttack#onStep}. */
@FunctionalInterface
public interface StepListener {

    /**
     * Called at the start of every walk and after each of its steps, on the thread that runs the attack. What it throws
     * ends the attack.
     */
    void onStep(Iterate at);
}
