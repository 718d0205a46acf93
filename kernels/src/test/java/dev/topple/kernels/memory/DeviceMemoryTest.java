// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.MemoryUse;
import dev.topple.engine.OutOfDeviceMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeviceMemoryTest {

    private static final int MIB = 1 << 20;

    private final MemoryDriver driver = new MemoryDriver(200L * MIB);
    private final DeviceMemory memory = new DeviceMemory(driver);

    @Test
    void smallPiecesShareASegmentAndAreUsedAgain() {
        Allocation one = memory.allocate(100, "one");
        Allocation two = memory.allocate(257, "two");
        Allocation three = memory.allocate(0, "three");
        assertEquals(List.of("allocate 2097152"), driver.calls);
        assertEquals(one.address() + 256, two.address());
        assertEquals(two.address() + 512, three.address());
        long address = two.address();
        two.close();
        two.close();
        assertEquals(address, memory.allocate(300, "four").address());
        assertEquals(new MemoryUse(1024, 1024, 2 * MIB), memory.usage());
        assertThrows(IllegalStateException.class, two::address);
    }

    @Test
    void neighboursGrowTogetherAgain() {
        List<Allocation> parts = new ArrayList<>();
        for (int part = 0; part < 8; part++) {
            parts.add(memory.allocate(MIB / 4, "part"));
        }
        long start = parts.getFirst().address();
        for (int part : new int[] {1, 5, 3, 7, 2, 6, 0, 4}) {
            parts.get(part).close();
        }
        Allocation whole = memory.allocate(MIB, "whole");
        assertEquals(start, whole.address());
        assertEquals(List.of("allocate 2097152"), driver.calls);
        whole.close();
        assertEquals(2 * MIB, memory.trim());
        assertEquals(200L * MIB, driver.freeBytes());
    }

    @Test
    void theBestFitIsTaken() {
        Allocation large = memory.allocate(4096, "large");
        memory.allocate(256, "between");
        Allocation small = memory.allocate(1024, "small");
        memory.allocate(256, "after");
        long expected = small.address();
        large.close();
        small.close();
        assertEquals(expected, memory.allocate(900, "wanted").address());
    }

    @Test
    void largeOnesHaveSegmentsOfTheirOwn() {
        Allocation large = memory.allocate(40L * MIB + 1, "large");
        assertEquals(42 * MIB, memory.usage().reservedBytes());
        long address = large.address();
        large.close();
        assertEquals(address, memory.allocate(36L * MIB, "a little smaller").address());
        Allocation another = memory.allocate(40L * MIB, "as large");
        long anotherAddress = another.address();
        another.close();
        assertNotEquals(anotherAddress, memory.allocate(20L * MIB, "much smaller").address());
        assertEquals(List.of("allocate 44040192", "allocate 41943040", "allocate 20971520"), driver.calls);
    }

    @Test
    void unusedMemoryMakesRoom() {
        memory.allocate(90L * MIB, "first").close();
        memory.allocate(60L * MIB, "second").close();
        Allocation third = memory.allocate(150L * MIB, "third");
        assertEquals(150 * MIB, memory.usage().reservedBytes());
        assertEquals(150 * MIB, memory.usage().peakBytes());
        third.close();
    }

    @Test
    void aSegmentIsSmallerWhereThereIsNoRoom() {
        memory.allocate(190L * MIB, "most");
        assertEquals(0, memory.allocate(8L * MIB, "middling").address() % 256);
        assertEquals(198 * MIB, memory.usage().reservedBytes());
    }

    @Test
    void tooMuchIsSaidAndNothingIsLost() {
        Allocation weights = memory.allocate(100L * MIB, "the weights");
        memory.allocate(512, "a scalar");
        memory.allocate(512, "a scalar");
        memory.allocate(20L * MIB, "something").close();
        OutOfDeviceMemoryException refusal = assertThrows(OutOfDeviceMemoryException.class,
                () -> memory.allocate(150L * MIB, "the program of 8 images"));
        assertEquals("the GPU has not the 150.0 MiB left that the program of 8 images needs: 100.0 MiB are in use, "
                + "most by the weights (100.0 MiB), a scalar (1.0 KiB in 2 pieces), 98.0 MiB are free of 200.0 MiB; "
                + "a smaller batch needs less", refusal.getMessage());
        assertEquals(90 * MIB, memory.allocate(90L * MIB, "less").bytes());
        weights.close();
    }

    @Test
    void closingNamesWhoKeptMemory() {
        Allocation kept = memory.allocate(3L * MIB, "variable w");
        memory.allocate(100, "program p");
        memory.allocate(MIB, "program q").close();
        assertEquals(List.of(new DeviceMemory.Holding("variable w", 1, 3 * MIB),
                new DeviceMemory.Holding("program p", 1, 100)),
                memory.holdings());
        IllegalStateException report = assertThrows(IllegalStateException.class, memory::close);
        assertEquals("device memory was not given back by variable w (3.0 MiB), program p (100 bytes)",
                report.getMessage());
        assertEquals(0, driver.open());
        kept.close();
        memory.close();
        assertThrows(IllegalStateException.class, () -> memory.allocate(1, "late"));
    }

    @Test
    void randomUseNeverOverlapsAndEndsEmpty() {
        Random random = new Random(5);
        List<Allocation> live = new ArrayList<>();
        for (int step = 0; step < 3000; step++) {
            if (live.size() > 30 || !live.isEmpty() && random.nextInt(5) < 2) {
                live.remove(random.nextInt(live.size())).close();
            } else {
                long bytes = (long) Math.exp(random.nextDouble() * Math.log(6.0 * MIB));
                Allocation made = memory.allocate(bytes, "step " + step);
                assertEquals(0, made.address() % 256);
                assertTrue(driver.pieces.floorEntry(made.address()).getKey()
                        + driver.pieces.floorEntry(made.address()).getValue() >= made.address() + bytes);
                for (Allocation other : live) {
                    assertTrue(made.address() + bytes <= other.address()
                            || other.address() + other.bytes() <= made.address());
                }
                live.add(made);
            }
        }
        live.forEach(Allocation::close);
        assertEquals(0, memory.usage().allocatedBytes());
        assertEquals(memory.usage().reservedBytes(), memory.trim());
        memory.close();
        assertEquals(0, driver.open());
    }
}
