// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDeviceTotalMem;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import dev.topple.kernels.driver.DeviceProperties;
import dev.topple.kernels.driver.DriverException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;
import jcuda.LogLevel;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;

/** Looks whether there is a GPU that Topple can use. Prints nothing and throws nothing. */
public final class CudaProbe {

    /** The oldest CUDA version that a driver must serve: the one that JCuda's libraries were built with. */
    static final int OLDEST_DRIVER = 12000;

    /** The compute capability that the oldest usable GPU has: what the kernels are assembled for. */
    static final int OLDEST_CAPABILITY = 75;

    /** What was found. */
    public sealed interface Finding {

        /** What it is, or why it cannot be used and what would help, in one sentence without a full stop. */
        String sentence();
    }

    /**
     * A GPU that can be used.
     *
     * @param ordinal its number among those that the driver shows
     * @param properties what it can do
     */
    public record Present(int ordinal, DeviceProperties properties) implements Finding {

        @Override
        public String sentence() {
            return String.format(Locale.ROOT, "%s, compute capability %d.%d, %.1f GiB, driver for CUDA %s",
                    properties.name(), properties.major(), properties.minor(),
                    properties.memoryBytes() / (double) (1 << 30), version(properties.driverVersion()));
        }
    }

    /** There is none. */
    public record Absent(String sentence) implements Finding {}

    private CudaProbe() {}

    /** Looks. Starting the driver of a GPU that is there may take some tenths of a second. */
    public static Finding look() {
        try {
            requirePlatform();
            requireDriver();
            loadJCuda();
            return firstDevice();
        } catch (UnavailableException e) {
            return new Absent(e.getMessage());
        } catch (DriverException e) {
            return new Absent(sentence(e));
        } catch (LinkageError e) {
            return new Absent("the NVIDIA driver cannot be called: " + e.getClass().getSimpleName() + ": "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    /** Why a device cannot be opened, and what would help, in one sentence. */
    public static String sentence(DriverException failure) {
        return switch (failure.code()) {
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> "the GPU has no memory left; nvidia-smi shows who holds it";
            case CUresult.CUDA_ERROR_NO_DEVICE, CUresult.CUDA_ERROR_INVALID_DEVICE ->
                    "the NVIDIA driver finds no GPU; see what nvidia-smi says and whether CUDA_VISIBLE_DEVICES hides it";
            case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH ->
                    "the parts of the NVIDIA driver have different versions; restart the machine";
            default -> "the NVIDIA driver refuses: " + failure.getMessage() + "; see what nvidia-smi says";
        };
    }

    private static void requirePlatform() throws UnavailableException {
        String system = System.getProperty("os.name", "?");
        String processor = System.getProperty("os.arch", "?");
        if (!system.equals("Linux") || !processor.equals("amd64")) {
            throw new UnavailableException("the device cuda needs Linux on x86-64, and this is " + system + " on "
                    + processor + "; use the device cpu");
        }
    }

    @SuppressWarnings("restricted")
    private static void requireDriver() throws UnavailableException {
        // Without native access Java prints a warning when a library is opened. Spare it those who have no GPU.
        boolean worthIt = CudaProbe.class.getModule().isNativeAccessEnabled()
                || Files.exists(Path.of("/dev/nvidiactl")) || Files.exists(Path.of("/dev/dxg"));
        try {
            if (worthIt) {
                SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());
                return;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new UnavailableException("no NVIDIA driver is installed (no libcuda.so.1); use the device cpu");
    }

    private static void loadJCuda() throws UnavailableException {
        Natives.standard().load("JCudaDriver", UnaryOperator.identity(),
                // JCuda would write errors to standard output.
                () -> jcuda.driver.JCudaDriver.setLogLevel(LogLevel.LOG_QUIET));
    }

    private static Finding firstDevice() throws UnavailableException {
        int[] number = new int[1];
        Status.check("cuDriverGetVersion", cuDriverGetVersion(number));
        int driver = number[0];
        if (driver < OLDEST_DRIVER) {
            throw new UnavailableException("the NVIDIA driver is too old: it serves CUDA " + version(driver) + ", and "
                    + version(OLDEST_DRIVER) + " is needed (driver 525 or newer)");
        }
        Status.check("cuInit", cuInit(0));
        Status.check("cuDeviceGetCount", cuDeviceGetCount(number));
        int count = number[0];
        if (count == 0) {
            throw new DriverException("cuDeviceGetCount", CUresult.CUDA_ERROR_NO_DEVICE, "no device");
        }
        Present first = describe(0, driver);
        for (int ordinal = 0; ordinal < count; ordinal++) {
            Present device = ordinal == 0 ? first : describe(ordinal, driver);
            if (device.properties().capability() >= OLDEST_CAPABILITY) {
                return device;
            }
        }
        throw new UnavailableException("the GPU is too old: " + first.sentence() + "; compute capability "
                + OLDEST_CAPABILITY / 10 + "." + OLDEST_CAPABILITY % 10 + " or more is needed");
    }

    private static Present describe(int ordinal, int driver) {
        CUdevice device = new CUdevice();
        Status.check("cuDeviceGet", cuDeviceGet(device, ordinal));
        byte[] name = new byte[256];
        Status.check("cuDeviceGetName", cuDeviceGetName(name, name.length, device));
        long[] memory = new long[1];
        Status.check("cuDeviceTotalMem", cuDeviceTotalMem(memory, device));
        return new Present(ordinal, new DeviceProperties(text(name),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), memory[0],
                attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN), driver));
    }

    private static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        Status.check("cuDeviceGetAttribute", cuDeviceGetAttribute(value, attribute, device));
        return value[0];
    }

    private static String text(byte[] zeroTerminated) {
        int length = 0;
        while (length < zeroTerminated.length && zeroTerminated[length] != 0) {
            length++;
        }
        return new String(zeroTerminated, 0, length, StandardCharsets.UTF_8);
    }

    static String version(int driver) {
        return driver / 1000 + "." + driver % 1000 / 10;
    }
}
