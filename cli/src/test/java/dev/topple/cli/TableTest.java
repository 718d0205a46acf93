// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables of text. */
class TableTest {

    private static final Look PLAIN = new Look(60, false, false);

    @Test
    void numbersStandToTheRight() {
        List<String> lines = new Table(1).row("", "a", "long").rule().row("name", "10.5", "2").lines(PLAIN);
        assertEquals(List.of("         a  long", "----------------", "name  10.5     2"), lines);
    }

    @Test
    void whatIsTooWideIsCutAndRepeatsItsLeadingColumns() {
        Table table = new Table(2);
        List<String> head = new ArrayList<>(List.of("metric", "clean"));
        List<String> row = new ArrayList<>(List.of("mIoU", "0.5"));
        for (int i = 0; i < 12; i++) {
            head.add("attack" + i);
            row.add("0." + i);
        }
        List<String> lines = table.row(head).rule().heading("task").row(row).lines(PLAIN);
        lines.forEach(line -> assertTrue(line.length() <= 60, line));
        for (int i = 0; i < 12; i++) {
            String name = "attack" + i;
            assertEquals(1, lines.stream().filter(line -> (line + " ").contains(" " + name + " ")).count(), name);
        }
        long parts = lines.stream().filter(line -> line.startsWith("metric  clean")).count();
        assertEquals(3, parts);
        assertEquals(parts, lines.stream().filter(line -> line.startsWith("mIoU      0.5")).count());
        assertEquals(parts, lines.stream().filter(line -> line.equals("task")).count());
    }

    @Test
    void aColumnThatIsWiderThanTheTerminalIsShownAllTheSame() {
        String wide = "x".repeat(80);
        List<String> lines = new Table(1).row("a", wide, wide).lines(PLAIN);
        assertEquals(List.of("a  " + wide, "", "a  " + wide), lines);
    }

    @Test
    void symbolsAndBoldLettersOnlyWhereTheyCanBeSeen() {
        Table table = new Table(1).row("a", "b").rule().boldRow(List.of("c", "d"));
        assertEquals(List.of("a  b", "────", "\u001b[1mc  d\u001b[0m"), table.lines(new Look(100, true, true)));
        assertEquals(List.of("a  b", "----", "c  d"), table.lines(PLAIN));
        assertTrue(PLAIN.directions().chars().allMatch(c -> c < 128), PLAIN.directions());
    }
}
