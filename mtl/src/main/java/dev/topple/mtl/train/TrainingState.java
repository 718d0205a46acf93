// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.train.TrainingCurve.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a training remembers beside the variables: its curve, and which weights were judged best. A checkpoint holds all
 * of it, so that a training that was killed judges and stops as one that was not.
 */
final class TrainingState {

    /** About how many points a curve has. */
    private static final int POINTS = 200;

    private final int every;
    private final List<Point> training = new ArrayList<>();
    private final List<Point> validation = new ArrayList<>();
    /** The losses since the last point. */
    private final Map<String, Double> sums = new LinkedHashMap<>();
    private int summed;
    private int bestStep = -1;
    private double bestScore = Double.POSITIVE_INFINITY;
    private int stale;
    private boolean stopped;
    private Map<String, Tensor> best = Map.of();

    TrainingState(int steps) {
        this.every = Math.ceilDiv(steps, POINTS);
    }

    /** A step was done. */
    void trained(int step, int steps, double rate, Map<String, Double> losses) {
        losses.forEach((task, loss) -> sums.merge(task, loss, Double::sum));
        summed++;
        if (step % every == 0 || step == steps) {
            Map<String, Double> means = new LinkedHashMap<>();
            sums.forEach((task, sum) -> means.put(task, sum / summed));
            training.add(new Point(step, rate, means));
            sums.clear();
            summed = 0;
        }
    }

    /**
     * A judgement was made.
     *
     * @param score what is to be least
     * @param patience after how many in vain training stops; 0 for never
     * @return whether it is the best so far
     */
    boolean judged(Point point, double score, int patience) {
        validation.add(point);
        boolean better = score < bestScore;
        if (better) {
            bestScore = score;
            bestStep = point.step();
        }
        stale = better ? 0 : stale + 1;
        stopped = patience > 0 && stale >= patience;
        return better;
    }

    void keep(Map<String, Tensor> weights) {
        best = Map.copyOf(weights);
    }

    /** The weights that were judged best, by name; empty if none were judged. */
    Map<String, Tensor> best() {
        return best;
    }

    boolean stopped() {
        return stopped;
    }

    TrainingCurve curve() {
        return new TrainingCurve(training, validation,
                bestStep < 0 ? OptionalInt.empty() : OptionalInt.of(bestStep));
    }

    JsonObject toJson() {
        JsonValue.Builder rest = JsonValue.object();
        sums.forEach((task, sum) -> rest.put(task, sum.doubleValue()));
        JsonValue.Builder json = JsonValue.object().put("curve", curve().toJson()).put("sums", rest.build())
                .put("summed", summed).put("stale", stale).put("stopped", stopped);
        if (bestStep >= 0) {
            json.put("bestScore", bestScore);
        }
        return json.build();
    }

    /** Takes over what {@link #toJson} wrote. */
    void read(JsonView json, Map<String, Tensor> weights) {
        json.only(Set.of("curve", "sums", "summed", "stale", "stopped", "bestScore"));
        TrainingCurve curve = TrainingCurve.fromJson(json.field("curve"));
        training.addAll(curve.training());
        validation.addAll(curve.validation());
        bestStep = curve.best().orElse(-1);
        json.field("sums").fields().forEach((task, sum) -> sums.put(task, sum.asDouble()));
        summed = json.field("summed").asInt();
        stale = json.field("stale").asInt();
        stopped = json.field("stopped").asBoolean();
        json.optional("bestScore").ifPresent(score -> bestScore = score.asDouble());
        best = Map.copyOf(weights);
    }
}
