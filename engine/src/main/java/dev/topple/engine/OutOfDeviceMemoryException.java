// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

/** A device has not enough memory. The message is one line that says for what; the device goes on working. */
public final class OutOfDeviceMemoryException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With a one-line message for people. */
    public OutOfDeviceMemoryException(String message) {
        super(message);
    }
}
