// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

/** A device that was asked for cannot run here; the message says why and what would help. */
public final class DeviceUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With a one-line message for people. */
    public DeviceUnavailableException(String message) {
        super(message);
    }
}
