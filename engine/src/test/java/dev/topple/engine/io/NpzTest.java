// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static dev.topple.engine.io.IoTests.malformed;
import static dev.topple.engine.io.IoTests.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {

    /** {@code np.savez_compressed(f, x=np.array([[1, 2]], dtype="u1"), y=np.array(True))}, NumPy 2.4. */
    private static final String NUMPY =
            "UEsDBC0AAAAIAAAAIQCcAuQb//////////8FABQAeC5ucHkBABAAggAAAAAAAABIAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxc"
                    + "pG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GoY6CkaaOgq1CmQDLkYmAFBLAwQtAAAACAAAACEAgi34"
                    + "0///////////BQAUAHkubnB5AQAQAIEAAAAAAAAAQwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBek2SorqOgnpZfVFKU"
                    + "mBefX5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBLkYAUEsBAi0DLQAAAAgAAAAhAJwC5BtIAAAAggAAAAUAAAAAAAAAAAAA"
                    + "AIABAAAAAHgubnB5UEsBAi0DLQAAAAgAAAAhAIIt+NNDAAAAgQAAAAUAAAAAAAAAAAAAAIABfwAAAHkubnB5UEsFBgAAAAAC"
                    + "AAIAZgAAAPkAAAAAAA==";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("a.npz");
    }

    private static byte[] npy(Tensor tensor) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Npy.encode(tensor, StoredType.of(tensor.dtype()), out);
        return out.toByteArray();
    }

    private void zip(Map<String, byte[]> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }

    @Test
    void readsWhatNumPyWrote() throws IOException {
        Files.write(file, Base64.getDecoder().decode(NUMPY));
        Map<String, Tensor> arrays = Npz.read(file);
        assertEquals(List.of("x", "y"), List.copyOf(arrays.keySet()));
        assertEquals(Shape.of(1, 2), arrays.get("x").shape());
        assertArrayEquals(new int[] {1, 2}, arrays.get("x").ints());
        assertArrayEquals(new boolean[] {true}, arrays.get("y").booleans());
    }

    @Test
    void roundTripsAndRepeatsItsBytes() throws IOException {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        for (DType dtype : DType.values()) {
            for (Shape shape : IoTests.shapes()) {
                arrays.put("ä/" + dtype + shape, IoTests.random(dtype, shape, 1));
            }
        }
        Npz.write(file, arrays);
        Map<String, Tensor> back = Npz.read(file);
        assertEquals(arrays.keySet(), back.keySet());
        arrays.forEach((name, tensor) -> assertTrue(tensor.sameBits(back.get(name)), name));
        byte[] bytes = Files.readAllBytes(file);
        Npz.write(file, back);
        assertArrayEquals(bytes, Files.readAllBytes(file));
        Npz.write(file, Map.of());
        assertEquals(Map.of(), Npz.read(file));
    }

    @Test
    void refusesBombs() throws IOException {
        byte[] zeros = npy(Tensor.filled(Shape.of(100_000), 0));
        zip(Map.of("a.npy", zeros));
        assertTrue(Files.size(file) < 2000);
        assertEquals(1, Npz.read(file, 400_000).size());
        malformed(() -> Npz.read(file, 399_999), "a.npz: 'a.npy': 400000 bytes of elements pass the limit of 399999");
        zip(Map.of("a.npy", zeros, "b.npy", zeros));
        malformed(() -> Npz.read(file, 799_999), "400000 bytes of elements pass the limit of 399999");
        byte[] more = Arrays.copyOf(zeros, 50_000_000);
        zip(Map.of("a.npy", more));
        malformed(() -> Npz.read(file, 400_000), "something follows the 400000 bytes");
    }

    @Test
    void refusesBadArchives() throws IOException {
        byte[] array = npy(Tensor.scalar(1));
        zip(Map.of("readme.txt", array));
        malformed(() -> Npz.read(file), "a.npz: 'readme.txt': an npz file holds .npy files alone");
        zip(Map.of("a.npy", new byte[] {1, 2, 3}));
        malformed(() -> Npz.read(file), "'a.npy': this is no npy file");
        zip(Map.of("a.npy", Arrays.copyOf(array, array.length - 1)));
        malformed(() -> Npz.read(file), "truncated: 3 of the 4 bytes");
        zip(Map.of("a\nb.npy", new byte[0]));
        malformed(() -> Npz.read(file), "'a\\u000Ab.npy'");
        Files.write(file, array);
        malformed(() -> Npz.read(file), "this is no readable zip file");
        Files.write(file, new byte[0]);
        malformed(() -> Npz.read(file), "this is no readable zip file");
        refused(UncheckedIOException.class, () -> Npz.read(folder.resolve("no.npz")), "cannot read ", "no such file");
    }

    @Test
    void refusesDuplicateNames() throws IOException {
        byte[] array = npy(Tensor.scalar(1));
        zip(new LinkedHashMap<>(Map.of("a.npy", array, "b.npy", array)));
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length - 4; i++) {
            if (bytes[i] == 'b' && bytes[i + 1] == '.' && bytes[i + 2] == 'n') {
                bytes[i] = 'a';
            }
        }
        Files.write(file, bytes);
        malformed(() -> Npz.read(file), "'a.npy': the name appears twice");
    }

    /** Damage anywhere is refused or harmless; elements never come back wrong. */
    @Test
    void damageNeverGoesUnnoticed() throws IOException {
        Tensor tensor = IoTests.random(DType.I32, Shape.of(3, 5), 4);
        Npz.write(file, Map.of("a", tensor));
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] wrong = whole.clone();
            wrong[i] ^= 0x15;
            Files.write(file, wrong);
            try {
                Npz.read(file).values().forEach(back -> assertTrue(tensor.sameBits(back)));
            } catch (FormatException e) {
                assertEquals(-1, e.getMessage().indexOf('\n'));
            }
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThrows(FormatException.class, () -> Npz.read(file));
        }
    }
}
