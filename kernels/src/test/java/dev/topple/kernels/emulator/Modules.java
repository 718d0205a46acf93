// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.DriverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Modules that are loaded, and their kernels. */
final class Modules {

    private static final Pattern TARGET = Pattern.compile("\\.target\\s+sm_(\\d+)(a?)");

    /** A kernel and how much dynamic shared memory it may have. */
    static final class Kernel {
        final Program program;
        int allowedShared = 48 * 1024;

        private Kernel(Program program) {
            this.program = program;
            allowedShared -= program.sharedBytes();
        }
    }

    private record Loaded(PtxModule module, Map<String, Operands.Symbol> symbols, List<Allocation> variables,
            Map<String, Long> functions) {}

    private final GlobalMemory memory;
    private final Map<Long, Loaded> loaded = new HashMap<>();
    private final Map<Long, Kernel> kernels = new HashMap<>();
    private long next = 0x1000;

    Modules(GlobalMemory memory) {
        this.memory = memory;
    }

    long load(String ptx, int capability) {
        Matcher target = TARGET.matcher(ptx);
        if (!target.find()) {
            throw new DriverException("cuModuleLoadDataEx", 218, "CUDA_ERROR_INVALID_PTX");
        }
        int wanted = Integer.parseInt(target.group(1));
        if (wanted > capability || !target.group(2).isEmpty() && wanted != capability) {
            throw new DriverException("cuModuleLoadDataEx (code for " + target.group() + " on a device of "
                    + capability + ")",
                    209, "CUDA_ERROR_NO_BINARY_FOR_GPU");
        }
        PtxModule module = PtxParser.parse(ptx);
        Map<String, Operands.Symbol> symbols = new HashMap<>();
        List<Allocation> variables = new ArrayList<>();
        for (PtxModule.Variable v : module.variables()) {
            if (v.space().equals("global") || v.space().equals("const")) {
                Allocation a = memory.allocate(v.bytes(), v.name(), v.space().equals("const"))
                        .orElseThrow(() -> new DriverException("cuModuleLoadDataEx", 2, "CUDA_ERROR_OUT_OF_MEMORY"));
                symbols.put(v.name(), new Operands.Symbol(Space.GLOBAL, a.base, v.bytes()));
                variables.add(a);
            }
        }
        for (Allocation a : variables) {
            module.variables().stream().filter(v -> v.name().equals(a.name)).forEach(v -> initialise(a, v, symbols));
        }
        loaded.put(++next, new Loaded(module, symbols, variables, new HashMap<>()));
        return next;
    }

    private static void initialise(Allocation a, PtxModule.Variable v, Map<String, Operands.Symbol> symbols) {
        PtxModule.Instruction of = new PtxModule.Instruction("", false, List.of("." + v.space()), List.of(), v.name(),
                0);
        for (int at = 0; at < a.size; at++) {
            a.bytes.state()[at] = Bytes.WRITTEN;
        }
        int size = v.type().bytes();
        for (int k = 0; k < v.initial().size(); k++) {
            String text = v.initial().get(k).replaceFirst("^generic\\((.*)\\)$", "$1");
            Operands.Symbol other = symbols.get(text);
            a.bytes.set(k * size, size, other != null ? other.address() : Operands.literal(text, of));
        }
    }

    void unload(long module) {
        Loaded l = loaded.remove(module);
        if (l == null) {
            throw new DriverException("cuModuleUnload", 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        l.variables().forEach(memory::release);
        l.functions().values().forEach(kernels::remove);
    }

    long function(long module, String name) {
        Loaded l = loaded.get(module);
        if (l == null) {
            throw new DriverException("cuModuleGetFunction", 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        Long known = l.functions().get(name);
        if (known != null) {
            return known;
        }
        PtxModule.Function f = l.module().functions().stream().filter(k -> k.entry()
                && k.name().equals(name)).findFirst()
                .orElseThrow(() -> new DriverException("cuModuleGetFunction of " + name, 500, "CUDA_ERROR_NOT_FOUND"));
        kernels.put(++next, new Kernel(Decoder.decode(l.module(), f, l.symbols())));
        l.functions().put(name, next);
        return next;
    }

    Kernel kernel(long function, String call) {
        Kernel k = kernels.get(function);
        if (k == null) {
            throw new DriverException(call, 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        return k;
    }

    int count() {
        return loaded.size();
    }
}
