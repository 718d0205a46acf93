// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Changes which library a shared library needs, with the version of its symbols. JCublas2 was linked with
 * libcublas.so.12 and asks for symbols of the version of that name; cuBLAS 13 has the same symbols under its own. Both
 * names lie in one string, and the version's hash beside it (System V ABI, and the GNU extension for symbol versions).
 */
final class Elf {

    private static final int MAGIC = 0x464c457f;
    private static final int STRING_TABLE = 3;
    private static final int ALLOCATED = 2;
    private static final int NEEDED_VERSIONS = 0x6ffffffe;

    private final ByteBuffer file;

    private Elf(byte[] file) {
        this.file = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A copy of a library that needs another one.
     *
     * @param from the needed library's name
     * @param to a name of the same length
     * @throws IllegalArgumentException if this is no 64-bit little-endian library that needs it once, with versions
     */
    static byte[] retarget(byte[] library, String from, String to) {
        if (from.length() != to.length()) {
            throw new IllegalArgumentException(from + " and " + to + " differ in length");
        }
        byte[] copy = library.clone();
        try {
            new Elf(copy).rename(from, to);
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the library is cut short", e);
        }
        return copy;
    }

    private void rename(String from, String to) {
        if (file.getInt(0) != MAGIC || file.get(4) != 2 || file.get(5) != 1) {
            throw new IllegalArgumentException("not a 64-bit little-endian ELF file");
        }
        int names = 0;
        int versions = 0;
        int headers = Math.toIntExact(file.getLong(40));
        int headerSize = Short.toUnsignedInt(file.getShort(58));
        int sections = Short.toUnsignedInt(file.getShort(60));
        for (int section = 0; section < sections; section++) {
            int header = headers + section * headerSize;
            int type = file.getInt(header + 4);
            int offset = Math.toIntExact(file.getLong(header + 24));
            int size = Math.toIntExact(file.getLong(header + 32));
            if (type == NEEDED_VERSIONS) {
                versions += renameVersions(offset, hash(from), hash(to));
            } else if (type == STRING_TABLE && (file.getLong(header + 8) & ALLOCATED) != 0) {
                names += renameStrings(offset, size, from, to);
            }
        }
        if (names != 1 || versions != 1) {
            throw new IllegalArgumentException("the library names " + from + " " + names + " times and its version "
                    + versions + " times, not once each");
        }
    }

    private int renameStrings(int offset, int size, String from, String to) {
        byte[] wanted = ('\0' + from + '\0').getBytes(StandardCharsets.US_ASCII);
        int count = 0;
        for (int at = offset; at + wanted.length <= offset + size; at++) {
            int same = 0;
            while (same < wanted.length && file.get(at + same) == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                file.put(at + 1, to.getBytes(StandardCharsets.US_ASCII));
                count++;
            }
        }
        return count;
    }

    private int renameVersions(int offset, int from, int to) {
        int count = 0;
        int need = offset;
        while (true) {
            int entry = need + file.getInt(need + 8);
            for (int left = Short.toUnsignedInt(file.getShort(need + 2)); left > 0; left--) {
                if (file.getInt(entry) == from) {
                    file.putInt(entry, to);
                    count++;
                }
                entry += file.getInt(entry + 12);
            }
            int next = file.getInt(need + 12);
            if (next == 0) {
                return count;
            }
            need += next;
        }
    }

    /** The hash of the System V ABI. */
    static int hash(String name) {
        int hash = 0;
        for (byte character : name.getBytes(StandardCharsets.US_ASCII)) {
            hash = (hash << 4) + (character & 0xff);
            int high = hash & 0xf0000000;
            hash = (hash ^ high >>> 24) & ~high;
        }
        return hash;
    }
}
