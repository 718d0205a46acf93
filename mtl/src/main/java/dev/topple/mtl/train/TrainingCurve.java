// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How the losses of a training went.
 *
 * @param training the mean losses of the batches since the point before, as they were before each step
 * @param validation the mean losses on the images that judge; empty if none do
 * @param best the step whose weights were judged best, if any judge
 */
public record TrainingCurve(List<Point> training, List<Point> validation, OptionalInt best) {

    /**
     * The losses at a step.
     *
     * @param step how many steps were done
     * @param rate the learning rate of the last of them
     * @param losses of each task, in the task's unit
     */
    public record Point(int step, double rate, Map<String, Double> losses) {
        public Point {
            losses = Collections.unmodifiableMap(new LinkedHashMap<>(losses));
        }
    }

    public TrainingCurve {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    /** {@code {training: {steps, rates, losses: {TASK: […]}}, validation: …, best}}. */
    public JsonObject toJson() {
        JsonValue.Builder json = JsonValue.object().put("training", points(training));
        if (!validation.isEmpty()) {
            json.put("validation", points(validation));
        }
        best.ifPresent(step -> json.put("best", step));
        return json.build();
    }

    private static JsonObject points(List<Point> points) {
        JsonValue.Builder losses = JsonValue.object();
        if (!points.isEmpty()) {
            points.getFirst().losses().keySet().forEach(task -> losses.put(task,
                    points.stream().map(point -> number(point.losses().get(task))).toList()));
        }
        return JsonValue.object()
                .put("steps", JsonValue.integers(points.stream().mapToInt(Point::step).toArray()))
                .put("rates", points.stream().map(point -> JsonValue.of(point.rate())).toList())
                .put("losses", losses.build()).build();
    }

    /** Null where no image had a valid label. */
    private static JsonValue number(double value) {
        return Double.isFinite(value) ? JsonValue.of(value) : new JsonValue.JsonNull();
    }

    /**
     * The curve that {@link #toJson} wrote.
     *
     * @throws dev.topple.engine.io.FormatException if it is not exactly that
     */
    public static TrainingCurve fromJson(JsonView json) {
        json.only(Set.of("training", "validation", "best"));
        return new TrainingCurve(points(json.field("training")),
                json.optional("validation").map(TrainingCurve::points).orElse(List.of()),
                json.optional("best").map(step -> OptionalInt.of(step.asInt())).orElse(OptionalInt.empty()));
    }

    private static List<Point> points(JsonView json) {
        json.only(Set.of("steps", "rates", "losses"));
        List<JsonView> steps = json.field("steps").elements();
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Map<String, Double> losses = new LinkedHashMap<>();
            int index = i;
            json.field("losses").fields().forEach((task, values) -> {
                JsonView value = values.element(index);
                losses.put(task, value.isNull() ? Double.NaN : value.asDouble());
            });
            points.add(new Point(steps.get(i).asInt(), json.field("rates").element(i).asDouble(), losses));
        }
        return points;
    }
}
