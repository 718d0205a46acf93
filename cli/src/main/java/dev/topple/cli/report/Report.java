// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.cli.picture.Exhibit;
import dev.topple.cli.picture.Exhibits;
import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/**
 * The page {@code report.html}: results, pictures, audit, settings and checksums in a single file that asks nobody for
 * anything. Browsers are told so: the page forbids them all scripts and connections.
 */
public final class Report {

    private static final String STYLE = "report.css";

    private final Results results;
    private final Gallery gallery;
    private final List<Checksum> checksums;

    /**
     * A page without pictures so far.
     *
     * @param document the results, as {@code results.json} has them
     * @param exhibits where pictures come from
     * @param checksums of what the results rest on
     */
    public Report(JsonValue document, Exhibits exhibits, List<Checksum> checksums) {
        this.results = Results.of(document, exhibits.tasks());
        this.gallery = new Gallery(exhibits,
                exhibits.plans().stream().map(plan -> results.name(plan.attack(), plan.balancer().name()))
                        .toList(),
                "The budget is " + (results.epsilons().size() > 1 ? "the largest, " : "") + Words.distinct(exhibits
                        .plans().stream().map(plan -> Words.epsilon(plan.budget().epsilon())).toList()) + ".");
        this.checksums = List.copyOf(checksums);
    }

    /** Adds the pictures of an image. */
    public void add(Exhibit exhibit) {
        gallery.add(exhibit);
    }

    /** Writes the page, beside and then renamed. */
    public void write(Path file) {
        AtomicFiles.write(file, page());
    }

    private String page() {
        String style = Resources.text(STYLE);
        Html html = new Html();
        html.open("html", "lang", "en").open("head").single("meta", "charset", "utf-8");
        html.single("meta", "http-equiv", "Content-Security-Policy", "content", "default-src 'none'; img-src data:;"
                + " style-src 'sha256-" + Base64.getEncoder().encodeToString(Sha256.digest()
                        .digest(style.getBytes(StandardCharsets.UTF_8)))
                + "'; base-uri 'none'; form-action 'none'");
        html.single("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.single("meta", "name", "color-scheme", "content", "light dark");
        html.single("meta", "name", "generator", "content", "Topple " + results.text("topple"));
        html.element("title", results.modelName() + " under attack").single("link", "rel", "icon", "href", "data:,");
        html.style(style).closeLine();
        html.open("body").open("main");
        new Summary(results).write(html);
        new Warnings(results).write(html);
        Curve.write(html, results);
        Tables tables = new Tables(results);
        tables.metrics(html);
        new TransferMap(results).write(html);
        new ReleasedTable(results).write(html);
        gallery.write(html);
        tables.audit(html);
        settings(html);
        html.close().open("footer").text("Made by Topple " + results.text("topple")
                + ". Everything on this page is inside of it; it loads nothing and runs nothing.").closeLine();
        return html.close().closeLine().document();
    }

    private void settings(Html html) {
        html.open("section").element("h2", "Settings");
        html.open("pre").element("code", results.text("command")).closeLine();
        html.open("dl", "class", "settings");
        setting(html, "Topple", results.text("topple"));
        setting(html, "Model", results.text("model"));
        setting(html, "Data", results.text("data"));
        setting(html, "Labels", results.text("labels"));
        setting(html, "Images", Integer.toString(results.images()));
        setting(html, "Device", results.text("device"));
        setting(html, "Precision", results.text("precision"));
        setting(html, "Seed", Long.toString(results.json().field("seed").asLong()));
        setting(html, "Budget", results.budgets());
        setting(html, "Steps", results.distinct("steps"));
        setting(html, "Step size", results.stepSizes());
        setting(html, "Restarts", results.distinct("restarts"));
        setting(html, "Start", results.starts());
        html.closeLine();
        skipped(html);
        html.closeLine();
        html.open("section").element("h2", "Checksums (SHA-256)").open("dl", "class", "settings sums");
        checksums.forEach(sum -> setting(html, sum.name(), sum.sha256()));
        html.close().closeLine();
    }

    private static void setting(Html html, String name, String value) {
        html.open("div").open("dt").foreign(name).close().open("dd").foreign(value).close().closeLine();
    }

    private void skipped(Html html) {
        List<JsonView> skipped = results.json().field("skipped").elements();
        if (!skipped.isEmpty()) {
            html.element("h3", Words.count(skipped.size(), "file") + " could not be used").open("ul");
            skipped.forEach(each -> html.open("li").foreign(each.asString()).closeLine());
            html.closeLine();
        }
    }
}
