// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The device's memory. Addresses are never given twice, so that what is freed stays known as such. */
final class GlobalMemory {

    private static final long BASE = 0x7f00_0000_0000L;
    private static final int GAP = 1024;
    private static final int REMEMBERED = 100_000;

    private final long limit;
    private final TreeMap<Long, Allocation> live = new TreeMap<>();
    private final TreeMap<Long, Integer> freed = new TreeMap<>();
    private long next = BASE;
    private long used;

    GlobalMemory(long limit) {
        this.limit = limit;
    }

    long freeBytes() {
        return limit - used;
    }

    int count() {
        return (int) live.values().stream().filter(a -> a.name.isEmpty()).count();
    }

    /** Empty if there is not that much. */
    Optional<Allocation> allocate(long bytes, String name, boolean readOnly) {
        if (bytes > limit - used || bytes > Integer.MAX_VALUE - 4096) {
            return Optional.empty();
        }
        Allocation a = new Allocation(next, (int) bytes, name, readOnly);
        next += (bytes + GAP + 255) / 256 * 256;
        used += bytes;
        live.put(a.base, a);
        return Optional.of(a);
    }

    /** Whether there was such an allocation. */
    boolean free(long address) {
        Allocation a = live.get(address);
        if (a == null || !a.name.isEmpty()) {
            return false;
        }
        release(a);
        return true;
    }

    void release(Allocation a) {
        live.remove(a.base);
        used -= a.size;
        freed.put(a.base, a.size);
        if (freed.size() > REMEMBERED) {
            freed.pollFirstEntry();
        }
    }

    /** The allocation around an address; null if there is none. */
    Allocation find(long address) {
        Map.Entry<Long, Allocation> e = live.floorEntry(address);
        return e == null || address >= e.getValue().base + e.getValue().size ? null : e.getValue();
    }

    /** The whole of a range. Complains about what is not there in the words of {@link #complaint}. */
    Allocation range(long address, long bytes, String what) {
        Allocation a = find(address);
        if (a == null || !a.holds(address, bytes)) {
            throw new KernelFault(kind(address), what + ": " + complaint(address, bytes));
        }
        return a;
    }

    void beginLaunch() {
        live.values().forEach(Allocation::beginLaunch);
    }

    KernelFault.Kind kind(long address) {
        Map.Entry<Long, Integer> e = freed.floorEntry(address);
        return find(address) == null && e != null && address < e.getKey() + e.getValue()
                ? KernelFault.Kind.USE_AFTER_FREE : KernelFault.Kind.OUT_OF_BOUNDS;
    }

    /** Where an address that is in no allocation lies. */
    String complaint(long address, long bytes) {
        String place = bytes + " bytes at 0x" + Long.toHexString(address);
        if (kind(address) == KernelFault.Kind.USE_AFTER_FREE) {
            return place + ", in memory that was freed";
        }
        Map.Entry<Long, Allocation> e = live.floorEntry(address);
        if (e == null) {
            return place + ", before all memory";
        }
        Allocation a = e.getValue();
        return place + ", which start " + (address - a.base) + " bytes into "
                + (a.name.isEmpty() ? "an allocation" : "'" + a.name + "'") + " of " + a.size;
    }

    /** Names and sizes of what was not freed. */
    Map<Long, Integer> leaks() {
        Map<Long, Integer> out = new LinkedHashMap<>();
        live.values().stream().filter(a -> a.name.isEmpty()).forEach(a -> out.put(a.base, a.size));
        return out;
    }
}
