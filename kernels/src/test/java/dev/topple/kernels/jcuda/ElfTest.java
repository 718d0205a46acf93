// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ElfTest {

    private static final String OLD = "libcublas.so.12";
    private static final String NEW = "libcublas.so.13";

    @Test
    void theRealLibraryNeedsTheOtherOneAfterwards() throws Exception {
        byte[] before = Natives.content("JCublas2");
        byte[] after = Elf.retarget(before, OLD, NEW);
        ElfView old = ElfView.of(before);
        ElfView changed = ElfView.of(after);

        assertTrue(old.needed().contains(OLD));
        assertEquals(old.needed().stream().map(name -> name.equals(OLD) ? NEW : name).toList(), changed.needed());
        assertEquals(Elf.hash(OLD), old.versions().get(OLD).get(OLD));
        assertEquals(Elf.hash(NEW), changed.versions().get(NEW).get(NEW));
        assertFalse(changed.versions().containsKey(OLD));

        List<String> symbols = old.symbols().stream().map(symbol -> symbol.replace("@" + OLD, "@" + NEW)).toList();
        assertEquals(symbols, changed.symbols());
        assertEquals(494, changed.symbols().stream().filter(symbol -> symbol.endsWith("@" + NEW)).count());
        assertTrue(changed.symbols().contains("cublasGemmEx@" + NEW));

        assertEquals(before.length, after.length);
        int differing = 0;
        for (int index = 0; index < before.length; index++) {
            differing += before[index] == after[index] ? 0 : 1;
        }
        // One digit of the name, one byte of the hash.
        assertEquals(2, differing);
        assertArrayEquals(Natives.content("JCublas2"), before);
        assertArrayEquals(before, Elf.retarget(after, NEW, OLD));
    }

    @Test
    void hashesAsTheLinkerDoes() {
        // From .gnu.version_r of libraries of a Linux distribution: readelf -V, hexdump.
        assertEquals(0x09691a75, Elf.hash("GLIBC_2.2.5"));
        assertEquals(0x0d696914, Elf.hash("GLIBC_2.4"));
    }

    @Test
    void refusesWhatIsNoSuchLibrary() throws Exception {
        byte[] library = Natives.content("JCublas2");
        assertEquals("not a 64-bit little-endian ELF file", refusal(new byte[1000]));
        assertEquals("the library is cut short", refusal(Arrays.copyOf(library, 4000)));
        assertTrue(refusal(Natives.content("JCudaDriver")).contains("0 times"));
        assertThrows(IllegalArgumentException.class, () -> Elf.retarget(library, OLD, "libcublas.so.130"));
    }

    private static String refusal(byte[] library) {
        return assertThrows(IllegalArgumentException.class, () -> Elf.retarget(library, OLD, NEW)).getMessage();
    }
}
