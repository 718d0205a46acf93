// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Studies of how attacks work: whether the step that DGBA takes is the optimum that it is said to be, what a search for
 * weights finds that DGBA does not, what can be done with loss values alone. They give records; nobody prints here.
 */
package dev.topple.attacks.study;
