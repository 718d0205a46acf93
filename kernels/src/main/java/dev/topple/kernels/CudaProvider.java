// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.DeviceProvider;
import dev.topple.engine.DeviceSetting;
import dev.topple.engine.DeviceUnavailableException;
import dev.topple.kernels.blas.Blas;
import dev.topple.kernels.driver.DriverException;
import dev.topple.kernels.jcuda.CudaProbe;
import dev.topple.kernels.jcuda.JCublas;
import dev.topple.kernels.jcuda.JCudaDriver;
import dev.topple.kernels.program.BlasChoice;
import dev.topple.kernels.program.CudaDevice;
import java.util.List;
import java.util.Optional;

/**
 * Opens the device {@code cuda}: the first GPU that can run it. The setting {@code blas} says by what matrix products
 * are computed: auto, cublas or own.
 */
public final class CudaProvider implements DeviceProvider {

    /** For {@link java.util.ServiceLoader}. */
    public CudaProvider() {}

    @Override
    public String name() {
        return CudaDevice.NAME;
    }

    @Override
    public Availability availability() {
        return switch (CudaProbe.look()) {
            case CudaProbe.Absent absent -> new Availability(false, absent.sentence());
            case CudaProbe.Present present -> new Availability(true, present.sentence());
        };
    }

    @Override
    public List<DeviceSetting> settings() {
        return List.of(BlasChoice.SETTING);
    }

    @Override
    public Device open(DeviceOptions options) {
        BlasChoice choice = options.setting(BlasChoice.SETTING.name()).map(BlasChoice::of).orElse(BlasChoice.AUTO);
        return switch (CudaProbe.look()) {
            case CudaProbe.Absent absent -> throw new DeviceUnavailableException(absent.sentence());
            case CudaProbe.Present present -> open(present, options, choice);
        };
    }

    private static Device open(CudaProbe.Present present, DeviceOptions options, BlasChoice choice) {
        try {
            JCudaDriver driver = JCudaDriver.open(present);
            try {
                return new CudaDevice(driver, options.precision(), stream -> blas(driver, stream, choice));
            } catch (RuntimeException e) {
                driver.close();
                throw e;
            }
        } catch (DriverException e) {
            throw new DeviceUnavailableException(CudaProbe.sentence(e));
        }
    }

    private static Optional<Blas> blas(JCudaDriver driver, long stream, BlasChoice choice) {
        if (choice != BlasChoice.CUBLAS) {
            return Optional.empty();
        }
        JCublas.Opened opened = JCublas.open(driver, stream);
        if (opened.blas().isEmpty()) {
            throw new DeviceUnavailableException(opened.description());
        }
        return opened.blas();
    }
}
