// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WinogradAxisTest {

    /** The place that a tap of a result reads, by the definition. */
    private static int place(int origin, int dilation, int size, int result, int tap) {
        int place = origin + result + tap * dilation;
        return place >= 0 && place < size ? place : WinogradAxis.NONE;
    }

    private static void check(int m, int dilation, int origin, int sourceSize, int targetSize) {
        WinogradAxis axis = new WinogradAxis(m, dilation, origin, sourceSize, targetSize);
        String what = "m " + m + ", dilation " + dilation + ", origin " + origin + ", " + sourceSize + " to "
                + targetSize;
        boolean[] seen = new boolean[targetSize];
        int points = 0;
        for (int tile = 0; tile < axis.tiles; tile++) {
            int size = axis.size(tile);
            assertTrue(size == m || m == 4 && size == 3, what);
            assertEquals(tile < axis.large, size == m, what);
            assertEquals(axis.first(tile) + size, axis.first(tile + 1), what);
            points += size + 2;
            for (int i = 0; i < size; i++) {
                int at = axis.first(tile) + i;
                int result = axis.target(at);
                if (result == WinogradAxis.NONE) {
                    assertEquals(0, axis.span(at), what);
                    continue;
                }
                assertFalse(seen[result], what + ": twice, result " + result);
                seen[result] = true;
                for (int tap = 0; tap < 3; tap++) {
                    assertEquals(place(origin, dilation, sourceSize, result, tap), axis.source(tile, i + tap),
                            what + ", result " + result + ", tap " + tap);
                }
                for (int s = 0; s < axis.span(at); s++) {
                    assertEquals(result + s * dilation, axis.target(at + s), what);
                }
            }
            for (int t = 0; t < axis.run(tile); t++) {
                assertEquals(size, axis.size(tile + t), what);
                for (int i = 0; i < size + 2; i++) {
                    int place = axis.start(tile) + (t * size + i) * dilation;
                    int inside = place >= 0 && place < sourceSize ? place : WinogradAxis.NONE;
                    assertEquals(inside, axis.source(tile + t, i), what);
                    assertTrue(!axis.whole(tile + t) || inside == place, what);
                }
            }
        }
        assertEquals(points, axis.points, what);
        for (int result = 0; result < targetSize; result++) {
            assertTrue(seen[result], what + ": never, result " + result);
        }
    }

    @Test
    void everyResultIsThereOnceAndReadsItsPlaces() {
        for (int m = 2; m <= 4; m += 2) {
            for (int dilation = 1; dilation <= 5; dilation++) {
                for (int before = 0; before <= 3 * dilation; before++) {
                    for (int after = 0; after <= 3 * dilation; after += 2) {
                        for (int size = 1; size <= 41; size += 5) {
                            int results = size + before + after - 2 * dilation;
                            if (results > 0) {
                                check(m, dilation, -before, size, results);
                                check(m, dilation, before - 2 * dilation, results, size);
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // m, dilation, padding, size, tiles
        "4, 1, 1, 37, 10", "4, 2, 2, 37, 10", "4, 4, 4, 37, 10", "4, 4, 4, 49, 13", "4, 4, 4, 36, 10",
        "4, 4, 4, 48, 12", "2, 4, 4, 37, 20", "4, 8, 8, 37, 11", "4, 12, 12, 37, 12", "4, 40, 40, 37, 19"})
    void gridsShareALineWhereThatSavesTiles(int m, int dilation, int padding, int size, int tiles) {
        assertEquals(tiles, new WinogradAxis(m, dilation, -padding, size, size).tiles);
    }

    @ParameterizedTest
    @CsvSource({
        // m, dilation, size, tiles, of them large, points
        "4, 1, 20, 5, 5, 30", "4, 1, 19, 5, 4, 29", "4, 1, 25, 7, 4, 39", "4, 4, 19, 6, 3, 33", "4, 4, 25, 7, 6, 41",
        "4, 2, 25, 7, 4, 39", "2, 2, 25, 13, 13, 52", "4, 1, 3, 1, 0, 5",
        // One point less of 150 is not worth it.
        "4, 1, 97, 25, 25, 150"})
    void smallerTilesSavePoints(int m, int dilation, int size, int tiles, int large, int points) {
        WinogradAxis axis = new WinogradAxis(m, dilation, -dilation, size, size);
        assertEquals(tiles, axis.tiles);
        assertEquals(large, axis.large);
        assertEquals(points, axis.points);
    }

    @Test
    void aGapIsAsWideAsThePaddingAllows() {
        // Two grids of 5 results: padded by two at either end, they need no gap; not padded at all, one of two places.
        assertEquals(3, new WinogradAxis(4, 2, -4, 6, 10).tiles);
        assertEquals(3, new WinogradAxis(4, 2, 0, 14, 10).tiles);
        assertEquals(2, new WinogradAxis(4, 2, -4, 2, 6).tiles);
        assertEquals(2, new WinogradAxis(4, 2, 0, 10, 6).tiles);
    }
}
