// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What attacks on single tasks did to the others, for people. */
final class TransferLines {

    private TransferLines() {}

    /** A heading, a row for each attacked task, a column for each task, and the ratio. */
    static List<String> of(Transfer transfer, Look look) {
        Table table = new Table(1);
        List<String> head = new ArrayList<>(List.of("attacked alone"));
        head.addAll(transfer.drops().values().iterator().next().keySet());
        table.row(head).rule();
        for (Map.Entry<String, Map<String, Transfer.Drop>> row : transfer.drops().entrySet()) {
            List<String> cells = new ArrayList<>(List.of(row.getKey()));
            row.getValue().values().forEach(drop -> cells.add(Figures.decimal(drop.percent(), 2)
                    + (drop.interval().defined() ? " (" + Figures.decimal(drop.interval().low(), 1) + " to "
                            + Figures.decimal(drop.interval().high(), 1) + ")" : "")));
            table.row(cells);
        }
        List<String> lines = new ArrayList<>(List.of(""));
        lines.addAll(look.wrap("Drop (%) of every task under " + transfer.attack() + ", "
                + Budgets.fraction(transfer.budget().epsilon()) + ", on one task alone, with 95 % intervals:"));
        lines.addAll(table.lines(look));
        lines.addAll(look.wrap("Transfer ratio: " + Figures.decimal(transfer.ratio(), 2)
                + (transfer.ratioInterval().defined() ? " (95 % from " + Figures.decimal(transfer.ratioInterval().low(),
                        2) + " to " + Figures.decimal(transfer.ratioInterval().high(), 2) + ")" : "")
                + ", the mean over pairs of a task's drop under the attack on another over that on itself"
                + " (docs/results.md)."));
        return lines;
    }
}
