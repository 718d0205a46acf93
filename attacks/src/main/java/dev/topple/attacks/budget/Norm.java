// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

/** How the size of a perturbation is measured. */
public enum Norm {
    /** The largest change of a pixel's channel. */
    LINF("Linf"),
    /** The Euclidean length over all pixels and channels. */
    L2("L2");

    private final String label;

    Norm(String label) {
        this.label = label;
    }

    /** The name in results and options. */
    public String label() {
        return label;
    }
}
