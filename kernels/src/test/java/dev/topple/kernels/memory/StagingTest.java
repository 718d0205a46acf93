// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class StagingTest {

    private static final int BLOCK = 64;

    private final MemoryDriver driver = new MemoryDriver(1 << 20);

    private static float[] floats(int count, int first) {
        float[] values = new float[count];
        for (int index = 0; index < count; index++) {
            values[index] = first + index;
        }
        return values;
    }

    private static float[] floats(byte[] bytes) {
        float[] values = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
        return values;
    }

    @Test
    void copiesBothWaysWhateverTheSize() {
        try (Staging staging = new Staging(driver, 0, BLOCK)) {
            for (int count : new int[] {0, 1, 15, 16, 17, 31, 32, 33, 48, 100}) {
                byte[] device = new byte[4 * count];
                long address = driver.content(device);
                float[] values = floats(count, 7);
                driver.copies = 0;
                staging.upload(address, MemorySegment.ofArray(values));
                assertEquals((4 * count + BLOCK - 1) / BLOCK, driver.copies);
                float[] back = new float[count];
                staging.download(MemorySegment.ofArray(back), address);
                assertArrayEquals(values, back);
                assertArrayEquals(values, floats(device));
            }
        }
        assertEquals(0, driver.open());
    }

    @Test
    void theSourceMayChangeWhileCopiesWait() {
        byte[] device = new byte[400];
        byte[] other = new byte[40];
        long address = driver.content(device);
        long otherAddress = driver.content(other);
        float[] values = floats(100, 0);
        float[] more = floats(10, 50);
        try (Staging staging = new Staging(driver, 0, BLOCK)) {
            staging.upload(address, MemorySegment.ofArray(values));
            values[99] = -1;
            values[0] = -1;
            staging.upload(otherAddress, MemorySegment.ofArray(more));
            more[0] = -1;
        }
        assertArrayEquals(floats(100, 0), floats(device));
        assertArrayEquals(floats(10, 50), floats(other));
    }

    @Test
    void aDownloadComesAfterWhatWaits() {
        byte[] device = new byte[400];
        long address = driver.content(device);
        float[] back = new float[100];
        try (Staging staging = new Staging(driver, 0, BLOCK)) {
            staging.upload(address, MemorySegment.ofArray(floats(100, 0)));
            staging.upload(address + 200, MemorySegment.ofArray(floats(50, 1000)));
            staging.download(MemorySegment.ofArray(back), address);
        }
        assertEquals(49, back[49]);
        assertEquals(1000, back[50]);
        assertEquals(1049, back[99]);
    }
}
