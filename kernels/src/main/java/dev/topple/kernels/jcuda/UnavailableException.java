// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

/** Something of the machine is missing; the message is one sentence that says what, and what would help. */
final class UnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    UnavailableException(String sentence) {
        super(sentence);
    }
}
