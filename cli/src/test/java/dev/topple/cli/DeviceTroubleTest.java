// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.DeviceFailedException;
import dev.topple.engine.OutOfDeviceMemoryException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What goes wrong on a device while it works is said in one line, with what helps. */
class DeviceTroubleTest {

    private static String said(int status, Exception problem) {
        StringWriter err = new StringWriter();
        assertEquals(status, Main.report(problem, new PrintWriter(err, true)));
        assertEquals(1, err.toString().lines().count(), err.toString());
        return err.toString().strip();
    }

    @Test
    void tooLittleMemoryIsSomethingToChange() {
        assertEquals("topple: the GPU has not the 3.0 GiB left; a smaller batch needs less; take a smaller --batch, or"
                + " --device cpu",
                said(2, new OutOfDeviceMemoryException(
                        "the GPU has not the 3.0 GiB left; a smaller batch needs less")));
    }

    @Test
    void aFailureOfTheDriverIsOneLine() {
        assertEquals("topple: the device failed: cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS (700): one; two;"
                + " --device cpu does the same without it; if it happens again, please report it",
                said(1, new DeviceFailedException(
                        "cuLaunchKernel failed: CUDA_ERROR_ILLEGAL_ADDRESS (700): one\ntwo")));
    }
}
