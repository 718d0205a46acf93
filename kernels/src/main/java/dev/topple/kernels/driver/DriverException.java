// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

import dev.topple.engine.DeviceFailedException;

/** A call of the CUDA driver, or of a library on top of it, failed. The message is one line. */
public final class DriverException extends DeviceFailedException {

    private static final long serialVersionUID = 1;

    private final int code;

    /**
     * @param call what was called
     * @param code the driver's own number for the error
     * @param name the driver's own name for it, such as CUDA_ERROR_OUT_OF_MEMORY
     */
    public DriverException(String call, int code, String name) {
        super(call + " failed: " + name + " (" + code + ")");
        this.code = code;
    }

    /**
     * @param call what was called
     * @param code the driver's own number for the error
     * @param name the driver's own name for it
     * @param detail what else the driver said, in one line
     */
    public DriverException(String call, int code, String name, String detail) {
        super(call + " failed: " + name + " (" + code + "): " + detail);
        this.code = code;
    }

    /** The driver's own number for the error. */
    public int code() {
        return code;
    }
}
