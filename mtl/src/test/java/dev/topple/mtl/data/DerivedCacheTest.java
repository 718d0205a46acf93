// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DerivedCacheTest {

    @TempDir
    private Path folder;

    private final List<String> remarks = new ArrayList<>();
    private final byte[] derived = new byte[5000];
    private int derivations;

    DerivedCacheTest() {
        new Random(1).nextBytes(derived);
    }

    private byte[] get(String kind, int source) {
        return get(DerivedCache.in(folder.resolve("cache"), remarks::add), kind, source);
    }

    private byte[] get(DerivedCache cache, String kind, int source) {
        return cache.get(kind, new byte[] {(byte) source}, derived.length, () -> {
            derivations++;
            return derived.clone();
        });
    }

    private List<Path> files() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void whatWasDerivedOnceIsKept() throws IOException {
        assertArrayEquals(derived, get("kind-1", 1));
        assertArrayEquals(derived, get("kind-1", 1));
        assertEquals(1, derivations);
        assertEquals(1, files().size());
        assertEquals(List.of(), remarks);
    }

    @Test
    void anotherSourceOrVersionIsDerivedAnew() throws IOException {
        get("kind-1", 1);
        get("kind-1", 2);
        get("kind-2", 1);
        assertEquals(3, derivations);
        assertEquals(3, files().size());
    }

    @Test
    void noDamageGoesUnnoticed() throws IOException {
        get("kind", 1);
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        List<byte[]> damaged = new ArrayList<>(List.of(new byte[0], Arrays.copyOf(whole, whole.length / 2),
                Arrays.copyOf(whole, 20), "something else".getBytes(StandardCharsets.UTF_8)));
        for (int at : new int[] {0, 9, 41, whole.length / 2}) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 4;
            damaged.add(flipped);
        }
        for (byte[] content : damaged) {
            Files.write(file, content);
            derivations = 0;
            remarks.clear();
            assertArrayEquals(derived, get("kind", 1));
            assertEquals(1, derivations);
            assertEquals(1, remarks.size());
            assertTrue(remarks.get(0).contains(file.toString()), remarks.get(0));
            assertArrayEquals(whole, Files.readAllBytes(file));
        }
    }

    @Test
    void muchDamageIsOneRemark() throws IOException {
        get("kind", 1);
        get("kind", 2);
        for (Path file : files()) {
            Files.write(file, new byte[] {1});
        }
        DerivedCache cache = DerivedCache.in(folder.resolve("cache"), remarks::add);
        get(cache, "kind", 1);
        get(cache, "kind", 2);
        assertEquals(4, derivations);
        assertEquals(1, remarks.size());
    }

    @Test
    void anUnusableFolderCostsOneRemarkAndTime() throws IOException {
        Files.write(folder.resolve("cache"), new byte[] {1});
        DerivedCache cache = DerivedCache.in(folder.resolve("cache"), remarks::add);
        assertArrayEquals(derived, get(cache, "kind", 1));
        assertArrayEquals(derived, get(cache, "kind", 2));
        assertTrue(remarks.size() <= 2, remarks.toString());
        assertTrue(remarks.stream().anyMatch(remark -> remark.contains("cannot be written")), remarks.toString());
    }

    @Test
    void noCacheKeepsNothing() throws IOException {
        get(DerivedCache.none(), "kind", 1);
        get(DerivedCache.none(), "kind", 1);
        assertEquals(2, derivations);
        assertEquals(List.of(), files());
    }
}
