// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static dev.topple.engine.io.IoTests.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

    @TempDir
    Path folder;

    private static Map<String, Tensor> everything() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (DType dtype : DType.values()) {
            for (Shape shape : IoTests.shapes()) {
                tensors.put("encoder/" + dtype + "." + shape + " ä😀", IoTests.random(dtype, shape, shape.size()));
            }
        }
        return tensors;
    }

    @Test
    void roundTripsEveryTypeAndShape() {
        Path file = folder.resolve("a.safetensors");
        Map<String, Tensor> tensors = everything();
        Safetensors.write(file, tensors, Map.of("seed", "42", "command", "topple \"train\"\n"));
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertEquals(tensors.keySet(), Map.copyOf(opened.readAll()).keySet());
            assertEquals(Map.of("seed", "42", "command", "topple \"train\"\n"), opened.metadata());
            assertEquals("42", opened.metadata("seed").orElseThrow());
            assertTrue(opened.metadata("none").isEmpty());
            tensors.forEach((name, tensor) -> {
                assertTrue(opened.contains(name));
                assertEquals(tensor.type(), opened.type(name));
                assertTrue(tensor.sameBits(opened.read(name)), name);
            });
        }
    }

    @Test
    void equalContentGivesEqualBytes() {
        Map<String, Tensor> tensors = everything();
        Map<String, Tensor> reversed = new LinkedHashMap<>();
        List.copyOf(tensors.keySet()).reversed().forEach(name -> reversed.put(name, tensors.get(name)));
        Map<String, String> metadata = new LinkedHashMap<>(Map.of("a", "1"));
        metadata.put("b", "2");
        Map<String, String> other = new LinkedHashMap<>(Map.of("b", "2"));
        other.put("a", "1");
        assertArrayEquals(Safetensors.encode(tensors, metadata, StoredType.F32),
                Safetensors.encode(reversed, other, StoredType.F32));
    }

    /** The layout of the specification, byte by byte. */
    @Test
    void writesTheSpecifiedBytes() {
        byte[] bytes = Safetensors.encode(Map.of("b", Tensor.of(Shape.of(3), true, false, true), "a",
                Tensor.of(Shape.of(1, 1), 1.5f)), Map.of("k", "v"), StoredType.F32);
        String header = "{\"__metadata__\":{\"k\":\"v\"},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[4,7]}}";
        int padded = (header.length() + 7) / 8 * 8;
        assertEquals(8 + padded + 7, bytes.length);
        assertEquals(padded, bytes[0] & 0xFF);
        assertEquals(header, new String(bytes, 8, padded, StandardCharsets.UTF_8).stripTrailing());
        assertArrayEquals(new byte[] {0, 0, (byte) 0xC0, 0x3F, 1, 0, 1},
                Arrays.copyOfRange(bytes, bytes.length - 7, bytes.length));
    }

    @Test
    void readsStreamsAndNothing() {
        byte[] bytes = Safetensors.encode(Map.of(), Map.of(), StoredType.F32);
        SafetensorsFile empty = SafetensorsFile.of(new ByteArrayInputStream(bytes), "jar:model");
        assertEquals(List.of(), empty.names());
        assertEquals(Map.of(), empty.metadata());
        refused(FormatException.class, () -> empty.read("x"), "jar:model: tensor 'x': there is no such tensor");
        empty.close();
        empty.close();
    }

    @Test
    void readingAfterClosingIsRefused() {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, Map.of("a", Tensor.scalar(1)), Map.of());
        SafetensorsFile opened = SafetensorsFile.open(file);
        Tensor kept = opened.read("a");
        opened.close();
        assertEquals(1f, kept.floats()[0]);
        refused(IllegalStateException.class, () -> opened.read("a"), "was closed");
    }

    @Test
    void anOpenFileOutlivesItsReplacement() {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, Map.of("a", Tensor.scalar(1)), Map.of());
        try (SafetensorsFile old = SafetensorsFile.open(file)) {
            Safetensors.write(file, Map.of("a", Tensor.scalar(2)), Map.of());
            assertEquals(1f, old.read("a").floats()[0]);
        }
        try (SafetensorsFile replaced = SafetensorsFile.open(file)) {
            assertEquals(2f, replaced.read("a").floats()[0]);
        }
    }

    /** All 65,536 values of binary16 and of bfloat16 survive; others are rounded to the nearest, ties to even. */
    @Test
    void storesHalfPrecision() {
        for (StoredType type : new StoredType[] {StoredType.F16, StoredType.BF16}) {
            float[] values = new float[1 << 16];
            for (int i = 0; i < values.length; i++) {
                values[i] = type == StoredType.F16 ? Float.float16ToFloat((short) i) : Float.intBitsToFloat(i << 16);
            }
            assertArrayEquals(values, store(type, values));
        }
        assertArrayEquals(new float[] {1, 1 + 0x1p-9f, 0, Float.POSITIVE_INFINITY, Float.NaN},
                store(StoredType.F16, 1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 1e-9f, Float.POSITIVE_INFINITY, Float.NaN));
        assertArrayEquals(new float[] {1, 1 + 0x1p-6f, 1 + 0x1p-7f, Float.NaN, -0f},
                store(StoredType.BF16, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, 1 + 0x1.1p-8f, Float.intBitsToFloat(0x7F800001),
                        -0f));
        refused(IllegalArgumentException.class, () -> store(StoredType.F16, 1, 65520),
                "tensor 'x': element 1 is 65520.0 and does not fit F16");
        assertEquals(65504f, store(StoredType.F16, 65519)[0]);
        refused(IllegalArgumentException.class, () -> store(StoredType.BF16, Float.MAX_VALUE), "does not fit BF16");
        refused(IllegalArgumentException.class, () -> store(StoredType.F64, 1), "not as F64");
    }

    private static float[] store(StoredType type, float... values) {
        byte[] bytes = Safetensors.encode(Map.of("x", Tensor.of(Shape.of(values.length), values)), Map.of(), type);
        SafetensorsFile file = SafetensorsFile.of(bytes, "memory");
        assertEquals(type, file.stored("x"));
        assertEquals(TensorType.f32(values.length), file.type("x"));
        return file.read("x").floats();
    }

    @Test
    void refusesToWriteAReservedName() {
        refused(IllegalArgumentException.class,
                () -> Safetensors.encode(Map.of("__metadata__", Tensor.scalar(1)), Map.of(), StoredType.F32),
                "__metadata__");
    }

    @Test
    void aFailedWriteKeepsTheOldFile() {
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, Map.of("a", Tensor.scalar(1)), Map.of());
        assertThrows(IllegalArgumentException.class,
                () -> Safetensors.write(file, Map.of("a", Tensor.scalar(1e9f)), Map.of(), StoredType.F16));
        try (SafetensorsFile old = SafetensorsFile.open(file)) {
            assertEquals(1f, old.read("a").floats()[0]);
        }
        assertEquals(1, folder.toFile().list().length);
    }

    @Test
    void refusesMissingFiles() {
        refused(UncheckedIOException.class, () -> SafetensorsFile.open(folder.resolve("no.safetensors")),
                "cannot read ", "no.safetensors: there is no such file");
        refused(UncheckedIOException.class, () -> SafetensorsFile.open(folder), "cannot read ");
    }

    /** Reference values: numpy.frombuffer on the bytes of conv1.weight. */
    @Test
    @Tag("data")
    void readsRealModels() {
        real("mobilenetv2-0.35-imagenet", 104, Shape.of(16, 3, 3, 3), 0.092216365f, 0.027939904f, 1.1864973419578746);
        real("resnet18-conv1-layer3-imagenet", 34, Shape.of(64, 3, 7, 7), -0.0025360081f, -0.0145708695f,
                -0.608706822990095);
    }

    private void real(String name, int tensors, Shape shape, float first, float last, double sum) {
        Path file = IoTests.data("weights").resolve(name + ".safetensors");
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertEquals(tensors, opened.names().size());
            assertEquals("pt", opened.metadata("format").orElseThrow());
            float[] values = opened.read("conv1.weight").floats();
            assertEquals(shape, opened.type("conv1.weight").shape());
            assertEquals(first, values[0]);
            assertEquals(last, values[values.length - 1]);
            double total = 0;
            for (float value : values) {
                total += value;
            }
            assertEquals(sum, total, 1e-9);
            Map<String, Tensor> all = opened.readAll();
            Path copy = folder.resolve("copy.safetensors");
            Safetensors.write(copy, all, opened.metadata());
            try (SafetensorsFile again = SafetensorsFile.open(copy)) {
                all.forEach((key, tensor) -> assertTrue(tensor.sameBits(again.read(key))));
            }
        }
    }
}
