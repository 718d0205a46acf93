// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.BestConstant;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Metrics;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Which labels images get for which model. */
class DataOptionTest {

    /** A task that no data set knows. */
    private record Pose(Depth like) implements Task {

        @Override
        public String name() {
            return "pose";
        }

        @Override
        public int channels() {
            return like.channels();
        }

        @Override
        public TensorType labelType(int n, int height, int width) {
            return like.labelType(n, height, width);
        }

        @Override
        public float invalid() {
            return like.invalid();
        }

        @Override
        public Value loss(Value prediction, Value label) {
            return like.loss(prediction, label);
        }

        @Override
        public String lossUnit() {
            return like.lossUnit();
        }

        @Override
        public Value validPixels(Value label) {
            return like.validPixels(label);
        }

        @Override
        public Value labelOf(Value prediction) {
            return like.labelOf(prediction);
        }

        @Override
        public Metrics metrics() {
            return like.metrics();
        }

        @Override
        public boolean broken(double[] clean, double[] attacked) {
            return like.broken(clean, attacked);
        }

        @Override
        public BestConstant bestConstant() {
            return like.bestConstant();
        }
    }

    private record Fake(List<Task> tasks) implements Model {

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public List<Value> predict(Value images) {
            throw new UnsupportedOperationException();
        }
    }

    private static Dataset open(Task... tasks) {
        return CommandLine.populateCommand(new DataOption(), "--limit", "2")
                .open(new Fake(List.of(tasks)), new PrintWriter(new StringWriter()));
    }

    @Test
    void labelsAreThoseOfTheModelBesideTheUsualOnes() {
        Set<String> usual = Set.of("segmentation", "depth", "normals");
        assertEquals(usual, open(new Depth()).labelled());
        assertEquals(RoomsDataset.heldOut(2, 96, 128).name(), open(new Depth()).name());
        Dataset edges = open(new Edges(), new Depth());
        assertEquals(Set.of("segmentation", "depth", "normals", "edges"), edges.labelled());
        assertTrue(edges.name().endsWith(",tasks=segmentation+depth+normals+edges"), edges.name());
    }

    @Test
    void aTaskWithoutLabelsIsRefused() {
        String problem = assertThrows(IllegalArgumentException.class,
                () -> open(new Depth(), new Pose(new Depth()))).getMessage();
        assertTrue(problem.startsWith("the model fake has the task pose, for which rooms:seed=0"), problem);
        assertTrue(problem.contains("for segmentation, depth, normals, keypoints, edges; attack images:FOLDER"),
                problem);
        problem = assertThrows(IllegalArgumentException.class,
                () -> open(new Segmentation(List.of("cat", "dog")))).getMessage();
        assertTrue(problem.contains("predicts another segmentation"), problem);
    }
}
