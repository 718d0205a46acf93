// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.cli.report.Results.Attacked;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.OptionalDouble;

/** The section that has the numbers of the authors' released code beside ours. */
final class ReleasedTable {

    private static final String POINTER = "docs/faithful.md";

    private final Results results;
    private final List<Attacked> attacks;

    ReleasedTable(Results results) {
        this.results = results;
        this.attacks = results.strongest();
    }

    void write(Html html) {
        html.open("section", "class", "pairs").element("h2", "As the released code counts");
        html.open("p", "class", "note").text("The code that the authors of DGBA released has quirks. On the left of"
                + " each pair are the corrected numbers of this page, on the right those that the released code would print,"
                + " with the sign turned, so that damage is positive; where they differ, the right one is bold.");
        if (results.epsilons().size() > 1) {
            html.text(" The metrics are those at " + Words.epsilon(results.epsilons().getLast()) + ".");
        }
        html.closeLine();
        quirks(html);
        Tables.open(html, "Corrected and released numbers, in pairs");
        head(html);
        results.tasks().forEach(task -> task(html, task));
        html.open("tfoot");
        for (double epsilon : results.epsilons()) {
            html.open("tr", "class", "sum").element("th",
                    "ARP (%)" + (results.epsilons().size() > 1 ? " at " + Words.epsilon(epsilon) : ""), "scope", "row");
            html.element("td", "").element("td", "", "class", "twin");
            for (Attacked column : attacks) {
                OptionalDouble ours = OptionalDouble.empty();
                OptionalDouble theirs = OptionalDouble.empty();
                for (Attacked each : results.named(column.name())) {
                    if (each.epsilon() == epsilon) {
                        ours = each.arp();
                        theirs = Words.number(each.json().field("released"), "arp");
                    }
                }
                pair(html, Words.decimal(ours, 1), Words.decimal(theirs, 1));
            }
            html.closeLine();
        }
        html.close().close().close().closeLine();
    }

    /** A sentence on each quirk of the tasks that there are. */
    private void quirks(Html html) {
        html.open("ul", "class", "quirks");
        for (Task task : results.tasks()) {
            switch (task) {
                case Segmentation segmentation -> quirk(html, task.name(), "mIoU leaves out classes of which no pixel"
                        + " was hit, so that an attack which wipes one out raises it; pixel accuracy is averaged over"
                        + " batches.");
                case Depth depth -> quirk(html, task.name(), "a negative depth counts as within every factor; errors"
                        + " are averaged over batches.");
                case Normals normals -> quirk(html, task.name(), "angles are taken between the bytes of the label"
                        + " files, which have no negative components, and so come out about half as large; labels with a byte"
                        + " of 255 are left out.");
                case Keypoints keypoints -> quirk(html, task.name(), "the error is averaged over batches.");
                case Edges edges -> quirk(html, task.name(), "the error is averaged over batches.");
                default -> {}
            }
        }
        quirk(html, "ARP", "metrics are rounded to 4 decimals first, and one undefined change makes it undefined.");
        if (attacks.stream().anyMatch(each -> each.balances("total:released"))) {
            quirk(html, Words.balancer("total:released"), "each loss is the mean over the valid pixels of the batch, so"
                    + " that images influence each other.");
        }
        if (attacks.stream().anyMatch(each -> each.balances("dgba:released"))) {
            quirk(html, Words.balancer("dgba:released"), "nothing guards the division by a loss of 0; where that leaves"
                    + " no direction, pixels stay as they are.");
        }
        html.closeLine();
        html.element("p", "Released numbers depend on the size of batches (--batch) and have no intervals. More in the"
                + " project\u2019s " + POINTER + ".", "class", "note");
    }

    private static void quirk(Html html, String of, String text) {
        html.open("li").element("b", of).text(": " + text).closeLine();
    }

    private void head(Html html) {
        html.open("thead").open("tr").element("th", "Metric", "scope", "col", "rowspan", "2")
                .element("th", "Clean", "scope", "colgroup", "colspan", "2");
        attacks.forEach(each -> html.element("th", each.name(), "scope", "colgroup", "colspan", "2"));
        html.closeLine().open("tr", "class", "forms");
        for (int i = 0; i <= attacks.size(); i++) {
            html.element("th", "ours", "scope", "col").element("th", "released", "scope", "col", "class", "twin");
        }
        html.close().closeLine();
    }

    private void task(Html html, Task task) {
        html.open("tbody").open("tr", "class", "group").open("th", "scope", "rowgroup", "colspan",
                Integer.toString(2 * attacks.size() + 3)).element("span", task.name()).close().closeLine();
        for (Metric metric : task.releasedMetrics().list()) {
            int decimals = Words.decimals(metric);
            html.open("tr");
            Tables.metric(html, metric);
            pair(html, clean("clean", task, metric, decimals), clean("cleanReleased", task, metric, decimals));
            for (Attacked attacked : attacks) {
                pair(html, Words.decimal(Words.number(attacked.change(task, metric), "attacked"), decimals),
                        Words.decimal(Words.number(attacked.json().field("released").field("tasks").field(task.name())
                                .field(metric.name()), "attacked"), decimals));
            }
            html.closeLine();
        }
        html.closeLine();
    }

    private String clean(String field, Task task, Metric metric, int decimals) {
        return Words.decimal(Words.number(results.json().field(field).field(task.name()), metric.name()), decimals);
    }

    private static void pair(Html html, String ours, String theirs) {
        html.element("td", ours).open("td", "class", "twin").element(ours.equals(theirs) ? "span" : "b", theirs)
                .close();
    }
}
