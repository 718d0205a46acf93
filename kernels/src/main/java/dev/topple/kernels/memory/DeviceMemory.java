// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

import dev.topple.engine.MemoryUse;
import dev.topple.engine.OutOfDeviceMemoryException;
import dev.topple.kernels.driver.Driver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A device's memory. What is given back is kept and used again, since asking the driver stops the device. Memory that
 * was given back may still be in use by work that waits in a stream: whoever gets it next must use it in that stream,
 * or wait.
 */
public final class DeviceMemory implements AutoCloseable {

    private final Driver driver;
    private final Map<SizeClass, NavigableSet<Segment.Block>> free = new EnumMap<>(SizeClass.class);
    private final Set<Segment> segments = new HashSet<>();
    private final Set<Allocation> live = new HashSet<>();
    private long allocated;
    private long peak;
    private long reserved;
    private boolean closed;

    /**
     * What one owner holds.
     *
     * @param owner who
     * @param count in how many pieces
     * @param bytes how much in all
     */
    public record Holding(String owner, int count, long bytes) {}

    /** Of one driver, which stays the caller's. */
    public DeviceMemory(Driver driver) {
        this.driver = driver;
        for (SizeClass sizeClass : SizeClass.values()) {
            free.put(sizeClass, new TreeSet<>(Segment.BEST_FIT));
        }
    }

    /**
     * Memory of undefined content.
     *
     * @param bytes how much, 0 or more
     * @param owner whom it is for, such as "the program of 8 images", for reports
     * @throws OutOfDeviceMemoryException if there is not that much, also after everything unused was given back to the
     *         driver; the device goes on working
     */
    public Allocation allocate(long bytes, String owner) {
        if (bytes < 0) {
            throw new IllegalArgumentException("device memory of " + bytes + " bytes for " + owner);
        }
        if (closed) {
            throw new IllegalStateException("the device is closed");
        }
        SizeClass sizeClass = SizeClass.of(bytes);
        long wanted = sizeClass.blockBytes(bytes);
        NavigableSet<Segment.Block> candidates = free.get(sizeClass);
        Segment.Block block = candidates.ceiling(key(sizeClass, wanted));
        if (block != null && sizeClass.suits(block.bytes(), wanted)) {
            candidates.remove(block);
        } else {
            block = reserve(sizeClass, wanted).orElseThrow(() -> outOfMemory(bytes, owner)).whole();
        }
        block.take(sizeClass == SizeClass.LARGE ? block.bytes() : wanted, candidates);
        Allocation allocation = new Allocation(this, block, bytes, owner);
        live.add(allocation);
        allocated += block.bytes();
        peak = Math.max(peak, allocated);
        return allocation;
    }

    /** Sorts before every block of at least that size. */
    private static Segment.Block key(SizeClass sizeClass, long bytes) {
        return new Segment(sizeClass, Long.MIN_VALUE, bytes).whole();
    }

    /** A new segment: of the usual size, or once nothing else is left just large enough. */
    private Optional<Segment> reserve(SizeClass sizeClass, long wanted) {
        long usual = sizeClass.segmentBytes(wanted);
        Optional<Segment> segment = reserveExactly(sizeClass, usual);
        if (segment.isEmpty() && trim() > 0) {
            segment = reserveExactly(sizeClass, usual);
        }
        return segment.isEmpty() && usual > wanted ? reserveExactly(sizeClass, wanted) : segment;
    }

    private Optional<Segment> reserveExactly(SizeClass sizeClass, long bytes) {
        return driver.allocate(bytes).map(address -> {
            Segment segment = new Segment(sizeClass, address, bytes);
            segments.add(segment);
            reserved += bytes;
            return segment;
        });
    }

    void giveBack(Allocation allocation) {
        if (live.remove(allocation)) {
            Segment.Block block = allocation.block();
            allocated -= block.bytes();
            block.giveBack(free.get(block.segment().sizeClass()));
        }
    }

    /**
     * Gives segments that nobody uses back to the driver, which waits for the device.
     *
     * @return how many bytes
     */
    public long trim() {
        long bytes = 0;
        for (NavigableSet<Segment.Block> blocks : free.values()) {
            for (Iterator<Segment.Block> each = blocks.iterator(); each.hasNext();) {
                Segment.Block block = each.next();
                if (block.isWholeSegment()) {
                    each.remove();
                    segments.remove(block.segment());
                    driver.free(block.address());
                    bytes += block.bytes();
                }
            }
        }
        reserved -= bytes;
        return bytes;
    }

    /** How much is in use now. */
    public MemoryUse usage() {
        return new MemoryUse(allocated, peak, reserved);
    }

    /** Who holds memory now, those with most of it first. */
    public List<Holding> holdings() {
        Map<String, Holding> byOwner = new LinkedHashMap<>();
        for (Allocation allocation : live) {
            byOwner.merge(allocation.owner(), new Holding(allocation.owner(), 1, allocation.bytes()),
                    (one, other) -> new Holding(one.owner(), one.count() + other.count(), one.bytes() + other.bytes()));
        }
        List<Holding> holdings = new ArrayList<>(byOwner.values());
        holdings.sort(Comparator.comparingLong(Holding::bytes).reversed().thenComparing(Holding::owner));
        return holdings;
    }

    private OutOfDeviceMemoryException outOfMemory(long bytes, String owner) {
        String held = live.isEmpty() ? "" : ", most by " + holders(3);
        return new OutOfDeviceMemoryException("the GPU has not the " + text(bytes) + " left that " + owner + " needs: "
                + text(allocated) + " are in use" + held + ", " + text(driver.freeBytes()) + " are free of "
                + text(driver.properties().memoryBytes()) + "; a smaller batch needs less");
    }

    private String holders(int most) {
        return holdings().stream().limit(most).map(
                holding -> holding.owner() + " (" + text(holding.bytes())
                        + (holding.count() == 1 ? ")" : " in " + holding.count() + " pieces)"))
                .collect(Collectors.joining(", "));
    }

    private static String text(long bytes) {
        String[] units = {"bytes", "KiB", "MiB", "GiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /**
     * Gives everything back to the driver. Work that uses it must be done.
     *
     * @throws IllegalStateException if owners had not given back what they held, with their names; it is given back all
     *         the same
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        String leaked = live.isEmpty() ? "" : holders(8);
        live.clear();
        free.values().forEach(NavigableSet::clear);
        for (Segment segment : segments) {
            driver.free(segment.address());
        }
        segments.clear();
        allocated = 0;
        reserved = 0;
        if (!leaked.isEmpty()) {
            throw new IllegalStateException("device memory was not given back by " + leaked);
        }
    }
}
