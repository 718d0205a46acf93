// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Arguments written as {@code name=value}; each is asked for by its name. */
record Arguments(Map<String, String> values) {

    static Arguments of(String[] args) {
        Map<String, String> values = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("write arguments as name=value, not '" + arg + "'");
            }
            values.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        return new Arguments(values);
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the argument " + name + "=… is missing");
        }
        return value;
    }

    String text(String name, String usual) {
        return values.getOrDefault(name, usual);
    }

    List<Integer> numbers(String name) {
        return words(name).stream().map(Integer::valueOf).toList();
    }

    List<String> words(String name) {
        return List.of(text(name).split(","));
    }

    Facts facts() {
        return new Facts(Path.of(text("facts")));
    }

    Device open(Precision precision, String blas) {
        return Devices.open(text("device"), new DeviceOptions(0, precision).with("blas", blas));
    }
}
