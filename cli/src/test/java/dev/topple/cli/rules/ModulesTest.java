// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceProvider;
import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The module descriptors, which the tests (like the jar) otherwise never use: everything runs on the class path. */
class ModulesTest {

    private static final Set<String> NAMES =
            Set.of("dev.topple.engine", "dev.topple.kernels", "dev.topple.mtl", "dev.topple.attacks");

    private final ModuleFinder finder = ModuleFinder
            .of(Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of)
                    .filter(ModulesTest::ours).toArray(Path[]::new));

    @Test
    void sameServicesOnBothPaths() {
        for (String module : Code.MODULES) {
            Path file = Code.root().resolve(module).resolve("src/main/resources/META-INF/services")
                    .resolve(DeviceProvider.class.getName());
            Set<String> onClassPath = Files.exists(file) ? new TreeSet<>(Code.lines(file)) : Set.of();
            Set<String> onModulePath = finder.find("dev.topple." + module).stream()
                    .flatMap(found -> found.descriptor().provides().stream()).map(Provides::providers)
                    .flatMap(List::stream).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(onClassPath, onModulePath, "META-INF/services and module-info of " + module);
        }
    }

    @Test
    void modulesResolveAndFindTheDevices() throws ClassNotFoundException {
        ModuleLayer boot = ModuleLayer.boot();
        Configuration configuration = boot.configuration().resolveAndBind(finder, ModuleFinder.of(), NAMES);
        ModuleLayer layer = boot.defineModulesWithOneLoader(configuration, null);
        for (String name : NAMES) {
            assertEquals(Optional.of(name), layer.findModule(name).map(Module::getName));
        }
        // The layer has classes of its own, so its providers are compared by name.
        Class<?> service = layer.findLoader("dev.topple.engine").loadClass(DeviceProvider.class.getName());
        Set<String> inLayer = ServiceLoader.load(layer, service).stream().map(provider -> provider.type().getName())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> onClassPath = ServiceLoader.load(DeviceProvider.class).stream()
                .map(provider -> provider.type().getName()).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(onClassPath, inLayer);
        assertTrue(inLayer.contains("dev.topple.kernels.CudaProvider"));
    }

    private static boolean ours(Path entry) {
        // JCuda has no descriptors: its modules are named after the files.
        return entry.getFileName().toString().matches("jcu(da|blas)-[0-9.]+\\.jar") || NAMES.stream()
                .map(name -> name.substring("dev.topple.".length()))
                .anyMatch(module -> entry.toAbsolutePath().startsWith(Code.root().resolve(module).resolve("target"))
                        && !entry.endsWith("test-classes"));
    }
}
