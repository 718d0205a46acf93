// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import picocli.CommandLine.Option;

/** The options that choose a device. */
final class DeviceOption {

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu",
            description = "What computes; 'topple devices' lists them. Default: ${DEFAULT-VALUE}.")
    private String device;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
            description = "Threads of a CPU device; results do not depend on it. Default: one per processor.")
    private int threads;

    @Option(names = "--precision", paramLabel = "NAME", defaultValue = "fast",
            description = "fast, or exact: no algorithm whose rounding error is larger than that of a plain sum of"
                    + " products, or direct: plain sums of products, slowest, for the least memory. Each gives the same"
                    + " bits every time. Default: ${DEFAULT-VALUE}.")
    private String precision;

    @Option(names = "--blas", paramLabel = "NAME", defaultValue = "auto",
            description = "By what the device cuda multiplies matrices: own, its own kernels, whose bits do not depend"
                    + " on the number of images, or cublas, or auto, which is own today. Default: ${DEFAULT-VALUE}.")
    private String blas;

    Device open() {
        Device opened = Devices.open(device, new DeviceOptions(threads, Precision.of(precision)).with("blas", blas));
        opened.warmUp();
        return opened;
    }
}
