// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.tensor.DType;
import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.HostBlock;
import dev.topple.kernels.driver.ParameterTable;
import dev.topple.kernels.emulator.EmulatedDriver;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.module.KernelModules;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Runs launches on a driver, the emulator unless another is given, one after the other. */
final class KernelRun implements AutoCloseable {

    private static final long STREAM = 0;

    private final Driver driver;
    private final KernelModules modules;
    private final List<Region> regions = new ArrayList<>();

    /** On the emulator, with all its checks. */
    KernelRun() {
        this(new EmulatedDriver());
    }

    KernelRun(Driver driver) {
        this.driver = driver;
        this.modules = new KernelModules(driver);
        driver.enter();
    }

    KernelModules modules() {
        return modules;
    }

    /** Memory that nobody has written. */
    Region room(DType dtype, long elements) {
        Region region = new Region(dtype, elements);
        region.place(driver.allocate(region.bytes()).orElseThrow());
        regions.add(region);
        return region;
    }

    Region floats(float... values) {
        Region region = room(DType.F32, values.length);
        HostBlock block = driver.allocateHost((int) region.bytes());
        block.bytes().asFloatBuffer().put(values);
        driver.copyToDevice(region.address(), block, 0, region.bytes(), STREAM);
        driver.freeHost(block);
        return region;
    }

    Region ints(int... values) {
        Region region = room(DType.I32, values.length);
        HostBlock block = driver.allocateHost((int) region.bytes());
        block.bytes().asIntBuffer().put(values);
        driver.copyToDevice(region.address(), block, 0, region.bytes(), STREAM);
        driver.freeHost(block);
        return region;
    }

    void run(List<Launch> launches) {
        for (Launch launch : launches) {
            long function = modules.function(launch.module(), launch.kernel(), launch.sharedBytes());
            try (ParameterTable table = driver.parameterTable(launch.arguments().size())) {
                for (int slot = 0; slot < launch.arguments().size(); slot++) {
                    switch (launch.arguments().get(slot)) {
                        case Argument.Pointer p -> table.set(slot, p.region().address() + p.offsetBytes());
                        case Argument.Int i -> table.set(slot, i.value());
                        case Argument.Long l -> table.set(slot, l.value());
                        case Argument.Float f -> table.set(slot, f.value());
                    }
                }
                driver.launch(function, launch.grid(), launch.block(), launch.sharedBytes(), STREAM, table);
            }
        }
        driver.synchronize(STREAM);
    }

    float[] floats(Region region) {
        float[] values = new float[(int) region.elements()];
        bytes(region).asFloatBuffer().get(values);
        return values;
    }

    int[] ints(Region region) {
        int[] values = new int[(int) region.elements()];
        bytes(region).asIntBuffer().get(values);
        return values;
    }

    private ByteBuffer bytes(Region region) {
        HostBlock block = driver.allocateHost((int) region.bytes());
        driver.copyToHost(block, 0, region.address(), region.bytes(), STREAM);
        driver.synchronize(STREAM);
        ByteBuffer copy = ByteBuffer.allocate((int) region.bytes()).order(block.bytes().order());
        copy.put(block.bytes()).flip();
        driver.freeHost(block);
        return copy;
    }

    @Override
    public void close() {
        modules.close();
        regions.forEach(region -> driver.free(region.address()));
        driver.close();
    }
}
