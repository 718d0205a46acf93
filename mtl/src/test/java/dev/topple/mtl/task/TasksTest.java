// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TasksTest {

    @Test
    void tasksSurviveFiles() {
        for (Task task : List.of(new Segmentation(List.of("wall", "floor"), 200), new Depth(), new Normals(),
                new Keypoints(), new Edges(), new Classification("left", List.of("0", "1")))) {
            assertEquals(task, Tasks.fromJson(JsonView.of(Tasks.toJson(task), "test")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"task\":\"colour\"}", "{\"task\":\"depth\",\"unit\":\"m\"}", "{}",
        "{\"task\":\"edges\",\"unit\":\"m\"}",
        "{\"task\":\"classification\",\"classes\":[\"a\",\"b\"]}",
        "{\"task\":\"classification\",\"name\":\"A b\",\"classes\":[\"a\",\"b\"]}",
        "{\"task\":\"segmentation\",\"classes\":[\"a\"],\"ignored\":255}",
        "{\"task\":\"segmentation\",\"classes\":[\"a\",\"a\"],\"ignored\":255}",
        "{\"task\":\"segmentation\",\"classes\":[\"a\",\"b\"],\"ignored\":1}"})
    void otherDescriptionsAreRefused(String json) {
        JsonView view = JsonView.of(Json.parse(json, "test"), "test");
        assertThrows(FormatException.class, () -> Tasks.fromJson(view));
    }

    @Test
    void aMirrorTurnsNormalsAround() {
        Tensor label = Tensor.of(Shape.of(3, 1, 3), 1f, 0, 0.5f, 2, 0, 3, 4, 0, 5);
        Tensor mirrored = new Normals().mirror(label);
        assertArrayEquals(new float[] {-0.5f, 0, -1, 3, 0, 2, 5, 0, 4}, mirrored.floats());
        assertTrue(new Normals().mirror(mirrored).sameBits(label));
    }

    @Test
    void aMirrorTurnsClassesAround() {
        Tensor label = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertArrayEquals(new int[] {3, 2, 1, 6, 5, 4}, Segmentation.of(8).mirror(label).ints());
    }

    @Test
    void bestConstants() {
        BestConstant depth = new Depth().bestConstant();
        depth.add(Tensor.of(Shape.of(1, 1, 5), 1f, 2f, 9f, 0f, 0f));
        assertArrayEquals(new float[] {2}, depth.prediction(), 1e-6f);
        BestConstant normals = new Normals().bestConstant();
        normals.add(Tensor.of(Shape.of(3, 1, 3), 1f, 0, 0, 0, 2, 0, 0, 0, 0));
        assertArrayEquals(new float[] {0.5f, 0.5f, 0}, normals.prediction(), 1e-6f);
        for (Task task : List.of(new Keypoints(), new Edges())) {
            BestConstant response = task.bestConstant();
            assertArrayEquals(new float[] {0}, response.prediction());
            response.add(Tensor.of(Shape.of(1, 1, 6), -1f, 255f, 255f, -0.25f, 0.9f, 255f));
            assertArrayEquals(new float[] {-0.25f}, response.prediction(), 1e-6f);
            response.add(Tensor.of(Shape.of(1, 1, 2), 1f, 1f));
            assertArrayEquals(new float[] {0.9f}, response.prediction(), 1e-6f);
        }
        BestConstant classes = Segmentation.of(3).bestConstant();
        classes.add(Tensor.of(Shape.of(1, 4), 1, 1, 2, 255));
        float[] logits = classes.prediction();
        assertTrue(logits[1] > logits[2] && logits[2] > logits[0]);
        assertEquals(Math.log(3 / 6.0), logits[1], 1e-6);
    }

    @Test
    void picturesShowEveryPixel() {
        assertEquals(0xFF000000, drawn(Segmentation.of(2), Tensor.of(Shape.of(1, 1, 1), 255))[0]);
        int[] near = drawn(new Depth(), Tensor.of(Shape.of(1, 1, 1, 2), 0f, 10f));
        assertArrayEquals(new int[] {0xFF000000, 0xFFF0F921}, near);
        for (Task task : List.of(new Keypoints(), new Edges())) {
            int[] scale = drawn(task, Tensor.of(Shape.of(1, 1, 1, 4), 255f, -1f, 1f, 7f));
            assertArrayEquals(new int[] {0xFF000000, 0xFF0D0887, 0xFFF0F921, 0xFFF0F921}, scale);
        }
        assertEquals(0xFF8080FF, drawn(new Normals(), Tensor.of(Shape.of(1, 3, 1, 1), 0f, 0f, -2f))[0]);
        assertEquals(40, Segmentation.of(40).drawing().key().stream().map(Drawing.Key::argb).distinct().count());
    }

    private static int[] drawn(Task task, Tensor values) {
        return task.drawing().argb(values, 0, values.shape().dim(-2), values.shape().dim(-1));
    }

    @Test
    void aPictureOfAnotherSizeIsRefused() {
        Tensor depth = Tensor.of(Shape.of(1, 1, 1, 2), 1f, 2f);
        assertThrows(IllegalArgumentException.class, () -> new Depth().drawing().argb(depth, 0, 2, 2));
    }

    @Test
    void aKindOfOnesOwnIsRead() {
        TaskKind kind = TaskKind.of("colour", json -> new Depth());
        JsonView json = JsonView.of(Json.parse("{\"task\":\"colour\"}", "test"), "test");
        assertEquals(new Depth(), Tasks.fromJson(json, List.of(kind)));
        String problem = assertThrows(FormatException.class, () -> Tasks.fromJson(json, List.of(kind, kind)))
                .getMessage();
        assertTrue(problem.contains("several kinds"), problem);
    }
}
