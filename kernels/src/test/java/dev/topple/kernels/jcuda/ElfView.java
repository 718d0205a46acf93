// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a shared library needs, read as the dynamic linker reads it: by the dynamic segment, without sections.
 *
 * @param needed names of libraries
 * @param versions per library the versions of symbols that it must have, with their hashes in the file
 * @param symbols undefined symbols, as name@version where they have one
 */
record ElfView(List<String> needed, Map<String, Map<String, Integer>> versions, List<String> symbols) {

    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;

    static ElfView of(byte[] file) {
        return new Reader(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)).read();
    }

    private static final class Reader {

        private final ByteBuffer file;
        private final List<long[]> loads = new ArrayList<>();
        private final Map<Long, Long> entries = new HashMap<>();
        private final List<Long> neededOffsets = new ArrayList<>();

        Reader(ByteBuffer file) {
            this.file = file;
        }

        ElfView read() {
            int headers = (int) file.getLong(32);
            int dynamic = 0;
            for (int header = 0; header < file.getShort(56); header++) {
                int at = headers + header * file.getShort(54);
                if (file.getInt(at) == LOAD) {
                    loads.add(new long[] {file.getLong(at + 16), file.getLong(at + 8), file.getLong(at + 32)});
                } else if (file.getInt(at) == DYNAMIC) {
                    dynamic = (int) file.getLong(at + 8);
                }
            }
            for (int at = dynamic; file.getLong(at) != 0; at += 16) {
                if (file.getLong(at) == 1) {
                    neededOffsets.add(file.getLong(at + 8));
                } else {
                    entries.put(file.getLong(at), file.getLong(at + 8));
                }
            }
            Map<Integer, String> names = new HashMap<>();
            Map<String, Map<String, Integer>> versions = versions(names);
            return new ElfView(neededOffsets.stream().map(this::string).toList(), versions, symbols(names));
        }

        private int offset(long address) {
            for (long[] load : loads) {
                if (address >= load[0] && address < load[0] + load[2]) {
                    return (int) (address - load[0] + load[1]);
                }
            }
            throw new IllegalArgumentException("address " + address + " is nowhere in the file");
        }

        private String string(long index) {
            int start = offset(entries.get(5L)) + (int) index;
            int end = start;
            while (file.get(end) != 0) {
                end++;
            }
            byte[] characters = new byte[end - start];
            file.get(start, characters);
            return new String(characters, StandardCharsets.US_ASCII);
        }

        private Map<String, Map<String, Integer>> versions(Map<Integer, String> names) {
            Map<String, Map<String, Integer>> versions = new HashMap<>();
            int need = offset(entries.get(0x6ffffffeL));
            for (long left = entries.get(0x6fffffffL); left > 0; left--) {
                String library = string(Integer.toUnsignedLong(file.getInt(need + 4)));
                int entry = need + file.getInt(need + 8);
                for (int count = file.getShort(need + 2); count > 0; count--) {
                    String name = string(Integer.toUnsignedLong(file.getInt(entry + 8)));
                    versions.computeIfAbsent(library, key -> new HashMap<>()).put(name, file.getInt(entry));
                    names.put(file.getShort(entry + 6) & 0x7fff, name);
                    entry += file.getInt(entry + 12);
                }
                need += file.getInt(need + 12);
            }
            return versions;
        }

        private List<String> symbols(Map<Integer, String> names) {
            List<String> symbols = new ArrayList<>();
            int table = offset(entries.get(6L));
            int versionTable = offset(entries.get(0x6ffffff0L));
            // The string table follows the symbols in every library that GNU ld made.
            int count = (offset(entries.get(5L)) - table) / 24;
            for (int symbol = 1; symbol < count; symbol++) {
                int at = table + 24 * symbol;
                if (file.getShort(at + 6) == 0) {
                    String version = names.get(file.getShort(versionTable + 2 * symbol) & 0x7fff);
                    symbols.add(string(file.getInt(at)) + (version == null ? "" : "@" + version));
                }
            }
            return symbols;
        }
    }
}
