// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.module;

import dev.topple.kernels.driver.Driver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The modules that a device has loaded: the committed PTX, each when its first kernel is wanted, and texts that were
 * made at run time.
 */
public final class KernelModules implements AutoCloseable {

    /** What a kernel may have of dynamic shared memory without being asked. */
    private static final int USUAL_SHARED_BYTES = 48 * 1024;

    private record Kernel(String module, String name) {}

    private final Driver driver;
    private final Map<String, Long> modules = new HashMap<>();
    private final Map<Kernel, Long> functions = new HashMap<>();
    private final Map<Kernel, Integer> shared = new HashMap<>();

    /** No modules yet. */
    public KernelModules(Driver driver) {
        this.driver = driver;
    }

    /**
     * The committed text of a module.
     *
     * @param module its name, without the ending
     * @throws IllegalArgumentException if there is none
     */
    public static String text(String module) {
        String place = "/dev/topple/kernels/ptx/" + module + ".ptx";
        try (InputStream in = KernelModules.class.getResourceAsStream(place)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no module of kernels named " + module);
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + place, e);
        }
    }

    /** Loads a text that was made at run time, unless one of the name is loaded already. */
    public void add(String module, String ptx) {
        if (!modules.containsKey(module)) {
            modules.put(module, driver.loadModule(ptx));
        }
    }

    /** The handle of a kernel that is to be started with that much dynamic shared memory. */
    public long function(String module, String name, int sharedBytes) {
        Kernel kernel = new Kernel(module, name);
        long function = functions.computeIfAbsent(kernel, k -> driver.function(loaded(module), name));
        if (sharedBytes > shared.getOrDefault(kernel, USUAL_SHARED_BYTES)) {
            driver.allowSharedBytes(function, sharedBytes);
            shared.put(kernel, sharedBytes);
        }
        return function;
    }

    private long loaded(String module) {
        return modules.computeIfAbsent(module, name -> driver.loadModule(text(name)));
    }

    @Override
    public void close() {
        modules.values().forEach(driver::unloadModule);
        modules.clear();
        functions.clear();
        shared.clear();
    }
}
