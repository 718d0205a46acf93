// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

/**
 * A device failed while it was opened or while it worked: a call of its driver, or what was running on it. The message
 * is one line. What the device computed since then is not to be trusted; another one has to be opened.
 */
public class DeviceFailedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With a one-line message for people. */
    public DeviceFailedException(String message) {
        super(message);
    }
}
