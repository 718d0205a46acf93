// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.cli.picture.Exhibit;
import dev.topple.cli.picture.Exhibits;
import dev.topple.cli.picture.Pictures;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Drawing;
import dev.topple.mtl.task.Task;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The pictures of the page. Each image is a block of groups: first the image itself, then one for every task. A group
 * is a column of three pictures on a wide screen and a row of three on a narrow one. Where images are shown under
 * several attacks, radio buttons ahead of all blocks choose one; the style sheet does the rest without a script.
 */
final class Gallery {

    /** Above so many pixels of all images together, pictures are compressed more. */
    private static final long MANY_PIXELS = 600_000;
    private static final float GOOD = 0.88f;
    private static final float FAIR = 0.7f;

    /** Perturbations are noise: they take most of the page, and nobody sees what compression does to them. */
    private static final float NOISE = 0.65f;

    private final Exhibits exhibits;
    private final List<String> attacks;
    private final String budget;
    private final Html html = new Html();
    private int images;
    private long pixels;

    /**
     * An empty one.
     *
     * @param attacks what to call the exhibits' plans, in their order
     * @param budget a sentence on their budget
     */
    Gallery(Exhibits exhibits, List<String> attacks, String budget) {
        this.budget = budget;
        this.exhibits = exhibits;
        this.attacks = List.copyOf(attacks);
    }

    /** Adds an image. */
    void add(Exhibit exhibit) {
        images++;
        html.open("article", "class", "exhibit").open("h3").text("Image " + (exhibit.index() + 1)).text(" ")
                .open("span", "class", "id").foreign(exhibit.id()).close().closeLine();
        html.open("div", "class", "groups");
        image(exhibit);
        exhibits.tasks().forEach(task -> task(exhibit, task));
        html.close().closeLine();
        pixels += exhibit.image().shape().size() / 3;
    }

    /** The section with all images so far. */
    void write(Html page) {
        if (images == 0) {
            return;
        }
        page.open("section", "class", "pictures").element("h2", "Pictures");
        page.open("p", "class", "note").text("The first " + Words.count(images, "image")
                + " of the data. A perturbation is shown on grey, which stands for no change; black and white are the"
                + " whole budget. The second row of a task is its prediction for the input, the third for the attacked"
                + " image. Losses are of the single image. Pictures are compressed; numbers were computed without.");
        page.text(" " + budget);
        exhibits.plans().stream().filter(plan -> plan.balancer().couplesImages()).findFirst().ifPresent(plan -> page
                .text(" " + Words.balancer(plan.balancer().name()) + " lets images of a batch influence each other;"
                        + " here each was attacked alone, so this is not quite what was measured."));
        page.closeLine();
        classes(page);
        choice(page);
        page.append(html).closeLine();
    }

    private void choice(Html page) {
        if (attacks.size() < 2) {
            return;
        }
        for (int i = 0; i < attacks.size(); i++) {
            String[] attributes = {"type", "radio", "name", "attack", "id", "show-" + i, "class", "switch",
                "aria-label", "Show pictures under " + attacks.get(i), "checked", ""};
            page.single("input", i == 0 ? attributes : Arrays.copyOf(attributes, attributes.length - 2));
        }
        page.open("div", "class", "choice").element("span", "Attacked by");
        for (int i = 0; i < attacks.size(); i++) {
            page.element("label", attacks.get(i), "for", "show-" + i);
        }
        page.closeLine();
    }

    private void classes(Html page) {
        for (Task task : exhibits.tasks()) {
            List<Drawing.Key> key = task.drawing().key();
            if (!key.isEmpty()) {
                page.open("details").element("summary", "Colours of the classes of " + task.name());
                page.open("ul", "class", "classes");
                for (Drawing.Key each : key) {
                    page.open("li").open("svg", "viewBox", "0 0 1 1", "aria-hidden", "true").single("rect", "width",
                            "1", "height", "1", "fill", String.format("#%06x", each.argb() & 0xFFFFFF)).close();
                    page.foreign(each.name()).close();
                }
                page.close().closeLine();
            }
        }
    }

    private void image(Exhibit exhibit) {
        String name = "Image " + (exhibit.index() + 1);
        html.open("div", "class", "group").open("div", "class", "head").element("h4", "image")
                .element("p", "\u00A0", "class", "loss").close();
        picture(exhibit, DataUri.small(Pictures.rgb(exhibit.image()), quality()), name, "input", "smooth");
        for (int i = 0; i < exhibit.attacked().size(); i++) {
            Exhibit.Attacked attacked = exhibit.attacked().get(i);
            String times = attacked.epsilon() == 0 ? "" : " \u00D7\u2009" + String.format(Locale.ROOT, "%.0f",
                    Pictures.magnification(attacked.epsilon()));
            picture(exhibit,
                    DataUri.small(Pictures.perturbation(exhibit.image(), attacked.image(), attacked.epsilon()),
                            quality() * NOISE),
                    name + ": what " + attacks.get(i) + " added, magnified", "perturbation" + times, "of of-" + i);
        }
        for (int i = 0; i < exhibit.attacked().size(); i++) {
            picture(exhibit, DataUri.small(Pictures.rgb(exhibit.attacked().get(i).image()), quality()),
                    name + " attacked by " + attacks.get(i), "attacked image", "smooth of of-" + i);
        }
        html.closeLine();
    }

    private void task(Exhibit exhibit, Task task) {
        String name = "Image " + (exhibit.index() + 1) + ": " + task.name();
        html.open("div", "class", "group").open("div", "class", "head").element("h4", task.name());
        for (int i = 0; i < exhibit.attacked().size(); i++) {
            Double before = exhibit.losses().get(task.name());
            Double after = exhibit.attacked().get(i).losses().get(task.name());
            html.open("p", "class", "loss of of-" + i, "title", "loss in " + task.lossUnit())
                    .element("span", "loss ", "class", "word").text(Words.loss(before) + " \u2192 ")
                    .element("b", Words.loss(after)).close();
        }
        html.close();
        if (exhibit.labels().containsKey(task.name())) {
            drawn(exhibit, task, exhibit.labels(), name + " label", "label", "");
        } else {
            html.open("div", "class", "none").element("p", "no label").closeLine();
        }
        drawn(exhibit, task, exhibit.predictions(), name + " predicted for the input", "prediction", "");
        for (int i = 0; i < exhibit.attacked().size(); i++) {
            Exhibit.Attacked attacked = exhibit.attacked().get(i);
            drawn(exhibit, task, attacked.predictions(), name + " predicted under " + attacks.get(i), "under attack",
                    "of of-" + i);
        }
        html.closeLine();
    }

    /** A label or prediction: as a picture, and below it what it says, where that takes but a few words. */
    private void drawn(Exhibit exhibit, Task task, Map<String, Tensor> values, String alt, String caption,
            String kind) {
        Tensor of = values.get(task.name());
        BufferedImage drawn = Pictures.drawn(task, of, exhibit.image());
        // Pictures of a few colours take less space as they are.
        String uri = task.drawing().key().isEmpty() ? DataUri.small(drawn, quality()) : DataUri.exact(drawn);
        Optional<String> words = task.drawing().words(of, 0);
        picture(exhibit, uri, alt + words.map(each -> ": " + each).orElse(""),
                caption + words.map(each -> ": " + each).orElse(""), kind);
    }

    /** The first images are as good as in a small report; a page of many or of large ones has to save. */
    private float quality() {
        return pixels > MANY_PIXELS ? FAIR : GOOD;
    }

    private void picture(Exhibit exhibit, String source, String alt, String caption, String kind) {
        html.open("figure", "class", kind);
        html.single("img", "src", source, "alt", alt, "width", Integer.toString(exhibit.image().shape().dim(3)),
                "height", Integer.toString(exhibit.image().shape().dim(2)), "decoding", "async");
        html.element("figcaption", caption).closeLine();
    }
}
