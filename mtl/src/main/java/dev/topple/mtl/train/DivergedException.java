// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

/** A loss is not a number any more; the message names the step, the task and what to do. */
public final class DivergedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With a one-line message for people. */
    public DivergedException(String message) {
        super(message);
    }
}
