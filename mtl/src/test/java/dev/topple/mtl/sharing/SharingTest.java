// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharingTest {

    @ParameterizedTest
    @CsvSource({"1,5,1", "2,5,6", "3,5,51", "5,5,7556", "3,1,5", "4,2,60"})
    void thereAreAsManyLayoutsAsCounted(int tasks, int levels, int count) {
        List<Sharing> all = Layouts.all(tasks, levels);
        assertEquals(count, all.size());
        assertEquals(count, Layouts.count(tasks, levels).intValueExact());
        assertEquals(count, new HashSet<>(all).size());
    }

    /** The numbers that the released code gives; tasks are 0 segmentation, 1 normals, 2 depth. */
    @ParameterizedTest
    @CsvSource({"2,independent", "18,share-1", "31,share-2", "41,share-3", "48,share-4", "0,all-shared",
        "1,'{0}{1,2}/{0}{1,2}/{0}{1,2}/{0}{1,2}/{0}{1,2}'", "7,'{0,2}{1}/{0,2}{1}/{0,2}{1}/{0,2}{1}/{0,2}{1}'",
        "12,'{0,1}{2}/{0,1}{2}/{0,1}{2}/{0,1}{2}/{0,1}{2}'"})
    void numbersAreTheReleasedOnes(int number, String name) {
        Sharing sharing = Layouts.layout(number, 3, 5);
        assertEquals(name, sharing.name());
        assertEquals(number, Layouts.number(sharing));
        assertEquals(sharing, Sharing.parse(Integer.toString(number), 3, 5));
        if (!name.startsWith("{")) {
            assertEquals(sharing, Sharing.parse(name, 3, 5));
        }
    }

    @Test
    void fiveIndependentTasksAreNumberFour() {
        assertEquals(4, Layouts.number(Sharing.independent(5, 5)));
    }

    @Test
    void aLayoutKnowsItsSets() {
        Sharing sharing = new Sharing(3, List.of(List.of(List.of(2, 1, 0)), List.of(List.of(1), List.of(2, 0))));
        assertEquals(List.of(List.of(0, 2), List.of(1)), sharing.sets(1));
        assertEquals(List.of(0, 2), sharing.setOf(1, 2));
        assertEquals(1, sharing.sharedLevels());
        assertFalse(sharing.allShared());
        assertTrue(Sharing.first(5, 3, 5).allShared());
        assertEquals(Sharing.independent(3, 5), Sharing.parse("share-0", 3, 5));
    }

    @Test
    void whatIsNoTreeIsRefused() {
        List<List<Integer>> together = List.of(List.of(0, 1));
        List<List<Integer>> apart = List.of(List.of(0), List.of(1));
        refused("only divide", () -> new Sharing(2, List.of(apart, together)));
        refused("each of the tasks", () -> new Sharing(3, List.of(together)));
        refused("each of the tasks", () -> new Sharing(2, List.of(List.of(List.of(0, 1), List.of(1)))));
        refused("empty set", () -> new Sharing(2, List.of(List.of(List.of(0, 1), List.of()))));
        refused("from 1 to", () -> new Sharing(2, List.of()));
    }

    @Test
    void whatIsNoNameIsRefused() {
        refused("share-K with K from 0 to 5", () -> Sharing.parse("share-6", 3, 5));
        refused("number from 0 to 50", () -> Sharing.parse("some", 3, 5));
        refused("0 to 50, not 51", () -> Sharing.parse("51", 3, 5));
        refused("share-K with K", () -> Sharing.parse("", 3, 5));
        refused("too many to number", () -> Sharing.parse("7", 12, 5));
    }

    private static void refused(String help, org.junit.jupiter.api.function.Executable what) {
        String message = assertThrows(IllegalArgumentException.class, what).getMessage();
        assertTrue(message.contains(help), message);
    }
}
