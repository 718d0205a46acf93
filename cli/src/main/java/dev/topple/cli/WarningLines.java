// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.check.Warning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What attacks failed of the checks, for people: each check once, with what it means and who failed it. */
final class WarningLines {

    /** More would drown the table; the document has all of them. */
    private static final int MOST = 8;

    private WarningLines() {}

    /** The lines; none if nothing failed. */
    static List<String> of(List<Warning> warnings, Look look) {
        Map<String, List<Warning>> byCheck = new LinkedHashMap<>();
        warnings.forEach(warning -> byCheck.computeIfAbsent(warning.check(), each -> new ArrayList<>()).add(warning));
        boolean severalBudgets = warnings.stream().map(Warning::budget).distinct().count() > 1;
        List<String> lines = new ArrayList<>();
        byCheck.forEach((check, failed) -> {
            lines.add("");
            lines.addAll(look.wrap("WARNING " + check + ": " + failed.getFirst().explanation()));
            String who = failed.stream().limit(MOST).map(each -> each.attack() + " " + each.balancer()
                    + (severalBudgets ? " " + Budgets.fraction(each.budget().epsilon()) : "") + ": "
                    + each.finding()).collect(Collectors.joining("; "));
            lines.addAll(look.wrap(who + (failed.size() > MOST ? "; and " + (failed.size() - MOST)
                    + " more, in results.json" : "") + "."));
        });
        return lines;
    }
}
