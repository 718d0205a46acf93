// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.evaluate.Plan;
import dev.topple.cli.picture.Exhibit;
import dev.topple.cli.picture.Exhibits;
import dev.topple.cli.picture.Preview;
import dev.topple.cli.report.Checksum;
import dev.topple.cli.report.Report;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What {@code topple attack} writes for people, beside the numbers for machines: a preview and a report. */
final class Showcase {

    static final String PREVIEW = "preview.png";
    static final String REPORT = "report.html";

    /** A page of so many pictures is slow to open; browsers and mail take no more. */
    private static final int MOST_PICTURES = 200;

    private static final long LARGE_MEGABYTES = 10;
    private static final long MEGABYTE = 1_000_000;

    private Showcase() {}

    /**
     * Refuses what is no number of pictures.
     *
     * @throws IllegalArgumentException in one line
     */
    static void requirePictures(int pictures) {
        if (pictures < 0 || pictures > MOST_PICTURES) {
            throw new IllegalArgumentException(
                    "--pictures must be from 0 to " + MOST_PICTURES + ", but is " + pictures);
        }
    }

    /**
     * The attacks that pictures are of, all with the largest budget: the last of those that balance by DGBA, and the
     * last of Total, which is what most people would try first; where there is neither, the last of all, if
     * possible one that shows an image alone as it was measured.
     */
    static List<Plan> shown(List<Plan> plans) {
        double largest = plans.stream().mapToDouble(plan -> plan.budget().epsilon()).max().orElseThrow();
        List<Plan> last = plans.reversed().stream().filter(plan -> plan.budget().epsilon() == largest).toList();
        List<Plan> shown = Stream.of("dgba", "total").flatMap(name -> last.stream()
                .filter(plan -> plan.balancer().name().equals(name)).limit(1)).toList();
        Plan other = last.stream().filter(plan -> !plan.balancer().couplesImages()).findFirst()
                .orElse(last.getFirst());
        return shown.isEmpty() ? List.of(other) : shown;
    }

    /**
     * Attacks the first images again, writes both files, and closes the exhibits.
     *
     * @param document the results, as they were written
     * @param pictures how many images the report shows
     * @param model what the model's file is hashed from
     */
    static void write(Path folder, JsonValue document, Exhibits exhibits, int pictures, ModelOption model,
            PrintWriter err) throws IOException {
        Report report;
        Preview preview;
        int images = Math.min(exhibits.size(), Math.max(pictures, Preview.ROWS));
        try (exhibits; Progress progress = new Progress(err, "painting", images)) {
            report = new Report(document, exhibits, checksums(document, model, err));
            preview = new Preview(exhibits);
            for (int i = 0; i < images; i++) {
                Exhibit exhibit = exhibits.of(i);
                preview.add(exhibit);
                if (i < pictures) {
                    report.add(exhibit);
                }
                progress.at(i + 1, "image " + (i + 1) + " of " + images);
            }
        }
        preview.write(folder.resolve(PREVIEW), warning -> err.println(Complaint.line(warning)));
        report.write(folder.resolve(REPORT));
        long size = Files.size(folder.resolve(REPORT));
        if (size > LARGE_MEGABYTES * MEGABYTE) {
            err.println(String.format(Locale.ROOT, "%s has %d MB; --pictures with less than %d makes it smaller",
                    folder.resolve(REPORT), size / MEGABYTE, pictures));
        }
    }

    private static List<Checksum> checksums(JsonValue document, ModelOption model, PrintWriter err) {
        List<Checksum> checksums = new ArrayList<>();
        model.checksum(err).ifPresent(checksums::add);
        checksums.add(Checksum.of("results.json", Json.pretty(document).getBytes(StandardCharsets.UTF_8)));
        return checksums;
    }
}
