// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImageKeysTest {

    @Test
    void everySeedImageAndWalkHasAKeyOfItsOwn() {
        Set<List<Integer>> keys = new HashSet<>();
        for (long seed = 0; seed < 3; seed++) {
            for (int walk = 0; walk < 3; walk++) {
                int[] words = ImageKeys.ofWalk(ImageKeys.of(seed, 0, 50), walk).ints();
                for (int i = 0; i < 50; i++) {
                    keys.add(List.of(words[2 * i], words[2 * i + 1]));
                }
            }
        }
        assertEquals(3 * 3 * 50, keys.size());
    }

    @Test
    void anImagesKeyDoesNotDependOnItsBatch() {
        long[] all = ImageKeys.of(9, 0, 10);
        assertArrayEquals(new long[] {all[4], all[5]}, ImageKeys.of(9, 4, 2));
        assertArrayEquals(new long[] {all[7], all[2]}, ImageKeys.of(9, List.of(7, 2)));
    }
}
