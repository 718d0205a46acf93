// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.engine.io.AtomicFiles;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.train.TrainingCurve;
import dev.topple.mtl.train.TrainingCurve.Point;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A page with how the losses of a training went: a drawing for each task, the batches' losses as a line, those of the
 * images that judge as points, the best ones marked. Everything is inside of it.
 */
public final class TrainingPage {

    private static final double WIDTH = 640;
    private static final double HEIGHT = 220;
    private static final double LEFT = 56;
    private static final double TOP = 14;
    private static final double BOTTOM = 40;
    private static final int TICKS = 5;

    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #0b62c4; --judged: #c2410c; }
            @media (prefers-color-scheme: dark) { :root { --line: #7ab8ff; --judged: #ff9a62; } }
            body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 46rem; }
            pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 4px; }
            figure { margin: 0 0 1.5rem; }
            svg { width: 100%; height: auto; }
            svg text { font-size: 12px; fill: currentColor; }
            .grid { stroke: currentColor; stroke-opacity: 0.2; }
            .batches { fill: none; stroke: var(--line); stroke-width: 1.5; }
            .judged { fill: none; stroke: var(--judged); stroke-width: 2; }
            .best { fill: var(--judged); }
            """;

    private final String model;
    private final String command;
    private final TrainingCurve curve;
    private final List<Task> tasks;

    /**
     * A page that is not written yet.
     *
     * @param model the name of the model's file
     * @param command what to type to train it again
     * @param tasks of the model
     */
    public TrainingPage(String model, String command, TrainingCurve curve, List<Task> tasks) {
        this.model = model;
        this.command = command;
        this.curve = curve;
        this.tasks = List.copyOf(tasks);
    }

    /** Writes the page, beside and then renamed. */
    public void write(Path file) {
        AtomicFiles.write(file, page());
    }

    private String page() {
        Html html = new Html();
        html.open("html", "lang", "en").open("head").single("meta", "charset", "utf-8");
        html.single("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.element("title", "How " + model + " was trained").single("link", "rel", "icon", "href", "data:,");
        html.style(STYLE).closeLine();
        html.open("body").open("main").open("h1").text("How ").foreign(model).text(" was trained").closeLine();
        html.element("p", "Each point of a line is the mean loss of the batches since the one before."
                + (curve.validation().isEmpty() ? "" : " Circles are the losses of images that judged and were not"
                        + " trained on; the model has the weights of the filled one, of step "
                        + curve.best().orElseThrow() + "."));
        html.open("pre").element("code", command).closeLine();
        tasks.forEach(task -> figure(html, task));
        return html.close().close().closeLine().document();
    }

    private void figure(Html html, Task task) {
        double[] losses = Stream.concat(curve.training().stream(), curve.validation().stream())
                .map(point -> point.losses().get(task.name())).filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
        if (losses.length == 0) {
            return;
        }
        double most = Arrays.stream(losses).max().orElseThrow();
        double step = step(Math.max(most, 1e-9));
        Frame frame = new Frame(curve.training().getLast().step(), Math.ceil(most / step) * step, step);
        html.open("figure").element("figcaption", task.name() + ": loss in " + task.lossUnit());
        html.open("svg", "viewBox", "0 0 " + figure(LEFT + WIDTH + 24) + " " + figure(TOP + HEIGHT + BOTTOM), "role",
                "img", "aria-label", "The loss of " + task.name() + " over the steps of the training, from "
                        + number(losses[0]) + " to " + number(last(task)));
        axes(html, frame);
        StringBuilder path = new StringBuilder();
        for (Point point : curve.training()) {
            path.append(path.isEmpty() ? "M" : "L").append(figure(frame.x(point.step()))).append(' ')
                    .append(figure(frame.y(point.losses().get(task.name()))));
        }
        html.single("path", "class", "batches", "d", path.toString());
        for (Point point : curve.validation()) {
            boolean best = point.step() == curve.best().orElse(-1);
            double loss = point.losses().get(task.name());
            if (Double.isFinite(loss)) {
                html.open("circle", "class", best ? "judged best" : "judged", "cx", figure(frame.x(point.step())), "cy",
                        figure(frame.y(loss)), "r", "4")
                        .element("title", "step " + point.step() + ": " + number(loss)).close();
            }
        }
        html.close().closeLine();
    }

    private double last(Task task) {
        return curve.training().getLast().losses().get(task.name());
    }

    /** Where numbers lie in a drawing: steps from 0, losses from 0 to {@code most}. */
    private record Frame(int steps, double most, double tick) {

        double x(double step) {
            return LEFT + WIDTH * step / steps;
        }

        double y(double loss) {
            return TOP + HEIGHT * (1 - loss / most);
        }
    }

    private static void axes(Html html, Frame frame) {
        for (int i = 0; i * frame.tick() <= frame.most() * (1 + 1e-9); i++) {
            double y = frame.y(i * frame.tick());
            html.single("path", "class", "grid", "d", "M" + figure(LEFT) + " " + figure(y) + "h" + figure(WIDTH));
            html.element("text", number(i * frame.tick()), "x", figure(LEFT - 8), "y", figure(y), "text-anchor", "end",
                    "dy", "0.35em");
        }
        double wide = Math.max(1, step(frame.steps()));
        for (int i = 0; i * wide <= frame.steps(); i++) {
            html.element("text", number(i * wide), "x", figure(frame.x(i * wide)), "y", figure(TOP + HEIGHT + 18),
                    "text-anchor", "middle");
        }
        html.element("text", "steps", "x", figure(LEFT + WIDTH / 2), "y", figure(TOP + HEIGHT + 34), "text-anchor",
                "middle");
    }

    /** The distance of ticks: 1, 2 or 5 times a power of ten. */
    private static double step(double range) {
        double raw = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double times = raw / power;
        return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value - Math.rint(value)) < 1e-9 ? "%.0f" : "%.3g", value);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
