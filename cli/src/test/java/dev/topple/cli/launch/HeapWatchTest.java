// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.launch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeapWatchTest {

    @Test
    void aHeapThatHasDoubledIsCollected() {
        long mebibyte = 1L << 20;
        assertFalse(HeapWatch.isDue(200 * mebibyte, 0), "little is not worth it");
        assertTrue(HeapWatch.isDue(400 * mebibyte, 0));
        assertFalse(HeapWatch.isDue(2000 * mebibyte, 1000 * mebibyte));
        assertTrue(HeapWatch.isDue(2300 * mebibyte, 1000 * mebibyte));
    }
}
