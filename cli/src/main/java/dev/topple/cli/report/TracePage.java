// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.trace.TracedStep;
import dev.topple.cli.picture.Film;
import dev.topple.cli.picture.Films;
import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonNull;
import dev.topple.engine.io.JsonValue.JsonNumber;
import dev.topple.engine.io.Sha256;
import dev.topple.mtl.task.Drawing;
import dev.topple.mtl.task.Task;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The page of {@code topple trace}: a slider over the steps of an attack, pictures and curves. It is a single file that
 * asks nobody for anything; a script of its own, and no other, moves it.
 */
public final class TracePage {

    /** What the pictures of a page may take, in bytes as they are written, of the 15 MB that people can still mail. */
    private static final double PICTURES = 11e6;
    /** What a pixel of a picture takes, all kinds on average, written in base 64. */
    private static final double BYTES_PER_PIXEL = 0.55;
    private static final float QUALITY = 0.82f;
    /** Perturbations are noise: nobody sees what compression does to them. */
    private static final float NOISE = 0.5f;
    private static final double FEWEST_PIXELS = 3000;

    /**
     * Where a trace comes from.
     *
     * @param topple the version
     * @param command what a person typed
     * @param model its name
     * @param data the images' name
     * @param labels where labels come from
     * @param device its description
     * @param precision of the device
     * @param seed of whatever is random
     */
    public record Setting(String topple, String command, String model, String data, String labels, String device,
            String precision, long seed) {}

    private final Attack attack;
    private final Setting setting;
    private final List<Integer> shownSteps;
    private final double pixels;
    private final List<JsonValue> images = new ArrayList<>();
    private final Html picker = new Html();

    /**
     * A page without images so far.
     *
     * @param shownSteps of which steps there are pictures
     * @param images how many there will be
     */
    public TracePage(Attack attack, Setting setting, List<Integer> shownSteps, int images) {
        this.attack = attack;
        this.setting = setting;
        this.shownSteps = List.copyOf(shownSteps);
        int pictures = images * (shownSteps.size() + 1) * (attack.model().tasks().size() + 2);
        this.pixels = Math.max(FEWEST_PIXELS, PICTURES / BYTES_PER_PIXEL / pictures);
    }

    /** How many pixels a picture may have. */
    public double pixelsOfPicture() {
        return pixels;
    }

    /** Of which steps there are pictures. */
    public List<Integer> shownSteps() {
        return shownSteps;
    }

    /**
     * Adds an image.
     *
     * @param index in the data set
     * @param resultStep the step whose image is the result, -1 for the clean image
     * @param films of the clean image and of the {@link #shownSteps}
     */
    public void add(int index, String id, AttackResult result, int resultStep, List<TracedStep> steps, Films films) {
        String name = "Image " + (index + 1);
        var strips = new ArrayList<JsonValue>();
        strips.add(strip(films.image(), QUALITY, List.of()));
        strips.add(strip(films.perturbation(), NOISE, List.of()));
        var labels = new ArrayList<JsonValue>();
        for (Task task : attack.model().tasks()) {
            strips.add(strip(films.predictions(task), QUALITY, films.words(task)));
            labels.add(films.label(task).size() == 0 ? new JsonNull()
                    : strip(films.label(task), QUALITY, List.of()));
        }
        images.add(JsonValue.object().put("name", name).put("id", id).put("height", films.height())
                .put("width", films.width()).put("pitch", films.image().pitch()).put("strips", strips)
                .put("labels", labels).put("result", resultStep)
                .put("clean", attack.model().tasks().stream()
                        .map(task -> number(result.cleanLosses().get(task.name())[0])).toList())
                .put("cleanMerit", number(result.cleanMerit()[0]))
                .put("steps", steps.stream().map(this::step).toList()).build());
        String radio = "pick-" + (images.size() - 1);
        picker.single("input", "type", "radio", "name", "image", "id", radio, "value",
                Integer.toString(images.size() - 1), "class", "switch");
        picker.open("label", "for", radio, "class", "thumb", "title", id)
                .element("span", name, "class", "unseen").close();
    }

    private static JsonValue strip(Film film, float quality, List<String> words) {
        var strip = JsonValue.object().put("uri",
                film.exact() ? DataUri.exact(film.picture()) : DataUri.small(film.picture(), quality));
        if (words.stream().anyMatch(each -> !each.isEmpty())) {
            strip.put("words", JsonValue.strings(words));
        }
        return strip.put("exact", film.exact()).build();
    }

    /** Numbers in the order of the tasks, with as many digits as a drawing shows. */
    private JsonValue step(TracedStep step) {
        var cosines = new ArrayList<JsonValue>();
        step.cosines().values().forEach(others -> others.values().forEach(value -> cosines.add(number(value))));
        return JsonValue.object().put("losses", numbers(step.losses())).put("merit", number(step.merit()))
                .put("perturbation", number(step.perturbation())).put("atBudget", number(step.atBudget()))
                .put("stepSize", number(step.stepSize().orElse(Double.NaN))).put("weights", numbers(step.weights()))
                .put("norms", numbers(step.gradientNorms())).put("cosines", cosines)
                .put("agreement", numbers(step.agreement())).build();
    }

    private static List<JsonValue> numbers(Map<String, Double> values) {
        return values.values().stream().map(TracePage::number).toList();
    }

    private static JsonValue number(double value) {
        return Double.isFinite(value) ? new JsonNumber(String.format(Locale.ROOT, "%.5g", value)) : new JsonNull();
    }

    /** Writes the page, beside and then renamed. */
    public void write(Path file) {
        AtomicFiles.write(file, page());
    }

    private String page() {
        String style = Resources.text("report.css") + Resources.text("trace.css");
        String script = Resources.text("trace.js");
        String balancer = Words.balancer(attack.balancer().name());
        Html html = new Html();
        html.open("html", "lang", "en").open("head").single("meta", "charset", "utf-8");
        html.single("meta", "http-equiv", "Content-Security-Policy", "content", "default-src 'none'; img-src data:;"
                + " style-src " + checksum(style) + "; script-src " + checksum(script)
                + "; base-uri 'none'; form-action 'none'");
        html.single("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.single("meta", "name", "color-scheme", "content", "light dark");
        html.single("meta", "name", "generator", "content", "Topple " + setting.topple());
        html.element("title", "Inside " + Words.attack(attack.name()) + " with " + balancer)
                .single("link", "rel", "icon", "href", "data:,");
        html.style(style).closeLine();
        html.open("body").open("main", "class", "trace");
        head(html, balancer);
        html.open("div", "class", "picker", "role", "radiogroup", "aria-label", "Image").append(picker).closeLine();
        controls(html);
        html.open("div", "class", "groups", "id", "pictures").closeLine();
        classes(html);
        html.open("section").element("h2", "Curves");
        html.element("p", "The line is the step that the slider is at; click into a curve to go there. Numbers beside"
                + " the names are those of that step.", "class", "note");
        html.open("div", "class", "charts", "id", "charts").close().closeLine();
        settings(html);
        html.close().open("footer").text("Made by Topple " + setting.topple()
                + ". Everything on this page is inside of it; it loads nothing.").closeLine();
        html.data("trace", Json.compact(data())).script(script);
        return html.close().closeLine().document();
    }

    private void head(Html html, String balancer) {
        html.open("p", "class", "overline").foreign(setting.model()).text(" on ").foreign(setting.data()).closeLine();
        html.element("h1", "Inside " + Words.attack(attack.name()) + " with " + balancer);
        html.element("p", Words.count(attack.rule().steps(), "step") + " on each of "
                + Words.count(images.size(), "image") + ", within "
                + Words.norm(attack.budget().norm().label()) + "\u00A0" + Words.epsilon(attack.budget().epsilon())
                + ". Pick an image, move the slider.", "class", "lede");
        html.open("noscript").element("p", "This page needs JavaScript, all of which is inside of it.", "class",
                "alarm").closeLine();
    }

    private static void controls(Html html) {
        html.open("div", "class", "controls");
        html.open("button", "type", "button", "id", "play", "aria-label", "Play").close();
        html.open("div", "class", "rail").single("input", "type", "range", "id", "step", "min", "0", "value", "0",
                "step", "1", "aria-label", "Step").open("div", "class", "ribbon", "id", "ribbon", "aria-hidden", "true")
                .close().close();
        html.open("output", "id", "now", "for", "step").close();
        html.open("p", "id", "says", "class", "says").close();
        html.closeLine();
        html.open("p", "class", "leaders", "id", "leaders").closeLine();
    }

    private void classes(Html html) {
        for (Task task : attack.model().tasks()) {
            List<Drawing.Key> key = task.drawing().key();
            if (!key.isEmpty()) {
                html.open("details").element("summary", "Colours of the classes of " + task.name());
                html.open("ul", "class", "classes");
                for (Drawing.Key each : key) {
                    html.open("li").open("svg", "viewBox", "0 0 1 1", "aria-hidden", "true").single("rect", "width",
                            "1", "height", "1", "fill", String.format("#%06x", each.argb() & 0xFFFFFF)).close();
                    html.foreign(each.name()).close();
                }
                html.close().closeLine();
            }
        }
    }

    private void settings(Html html) {
        html.open("section").element("h2", "Settings");
        html.open("pre").element("code", setting.command()).closeLine();
        html.open("dl", "class", "settings");
        setting(html, "Topple", setting.topple());
        setting(html, "Model", setting.model());
        setting(html, "Data", setting.data());
        setting(html, "Labels", setting.labels());
        setting(html, "Device", setting.device());
        setting(html, "Precision", setting.precision());
        setting(html, "Seed", Long.toString(setting.seed()));
        setting(html, "Budget", Words.norm(attack.budget().norm().label()) + " "
                + Words.epsilon(attack.budget().epsilon()));
        setting(html, "Steps", Integer.toString(attack.rule().steps()));
        attack.rule().stepSize(attack.budget()).ifPresent(size -> setting(html, "Step size", Words.stepSize(size)));
        setting(html, "Start", attack.rule().randomStart() ? "at random" : "the clean image");
        html.close().closeLine();
    }

    private static void setting(Html html, String name, String value) {
        html.open("div").open("dt").foreign(name).close().open("dd").foreign(value).close().closeLine();
    }

    private JsonValue data() {
        List<String> attended = attack.attended().stream().map(Task::name).toList();
        var pairs = new ArrayList<JsonValue>();
        for (int i = 0; i < attended.size(); i++) {
            for (int j = i + 1; j < attended.size(); j++) {
                pairs.add(JsonValue.integers(i, j));
            }
        }
        return JsonValue.object()
                .put("tasks", JsonValue.strings(attack.model().tasks().stream().map(Task::name).toList()))
                .put("units", JsonValue.strings(attack.model().tasks().stream().map(Task::lossUnit).toList()))
                .put("attended", JsonValue.integers(attack.attended().stream()
                        .mapToInt(task -> attack.model().tasks().indexOf(task)).toArray()))
                .put("pairs", attack.rule().usesDirection() ? pairs : List.of())
                .put("steps", attack.rule().steps())
                .put("eps", attack.budget().epsilon())
                .put("norm", attack.budget().norm().label())
                .put("keepsBest", attack.rule().keepsBest())
                .put("shown", JsonValue.integers(shownSteps.stream().mapToInt(Integer::intValue).toArray()))
                .put("images", images)
                .build();
    }

    private static String checksum(String text) {
        return "'sha256-" + Base64.getEncoder().encodeToString(
                Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8))) + "'";
    }
}
