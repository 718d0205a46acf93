// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** Attacks on all tasks of a multi-task model at once, and their evaluation. */
module dev.topple.attacks {
    requires transitive dev.topple.engine;
    requires transitive dev.topple.mtl;

    exports dev.topple.attacks;
    exports dev.topple.attacks.balance;
    exports dev.topple.attacks.budget;
    exports dev.topple.attacks.evaluate;
    exports dev.topple.attacks.evaluate.check;
    exports dev.topple.attacks.objective;
    exports dev.topple.attacks.step;
    exports dev.topple.attacks.study;
    exports dev.topple.attacks.trace;
}
