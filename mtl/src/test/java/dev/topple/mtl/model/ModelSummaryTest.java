// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.tensor.Shape;
import dev.topple.mtl.sharing.Layouts;
import dev.topple.mtl.sharing.Sharing;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelSummaryTest {

    private static final List<Task> TASKS = List.of(Segmentation.of(40), new Normals(), new Depth());
    private static final EncoderSettings RESNET = new ResNetEncoder.Settings(34, 8, 4, true, Norm.BATCH);
    private static final EncoderSettings MOBILENET =
            new MobileNetV2Encoder.Settings(1, false, Padding.PYTORCH, 5, Norm.BATCH);

    private static ModelSummary paper(EncoderSettings encoder, int side) {
        return ModelSummary.of(new ModelDescription(encoder, AsppSumDecoder.Settings.RELEASED, Normalisation.USUAL,
                TASKS), side, side);
    }

    /** The table of the paper: parameters, and thousandths of 10^9 multiply-adds where it has as many. */
    @ParameterizedTest
    @CsvSource({"true,321,21284672,37060,39054", "true,224,21284672,18530,19539", "false,321,2223872,673,6237",
        "false,224,2223872,299,2526"})
    void theModelsOfThePaper(boolean resNet, int side, long parameters, long encoder, long head) {
        ModelSummary summary = paper(resNet ? RESNET : MOBILENET, side);
        assertEquals(parameters, summary.encoderParameters());
        // 37.06 and 18.53 have four digits.
        int digits = resNet ? 10 : 1;
        assertEquals(encoder, Math.round(summary.encoderMultiplyAdds() / 1e6 / digits) * digits);
        assertEquals(head, Math.round(summary.decoders().getFirst().multiplyAdds() / 1e6));
        assertEquals(resNet ? 23_240_864 : 51_552_416, summary.decoders().getFirst().parameters());
    }

    /** 37 and 117, 10^9 each. */
    @Test
    void headsAreMostOfTheWork() {
        ModelSummary summary = paper(RESNET, 321);
        assertEquals(154, Math.round(summary.multiplyAdds() / 1e9));
        assertEquals(List.of(Shape.of(64, 81, 81), Shape.of(64, 81, 81), Shape.of(128, 41, 41), Shape.of(256, 41, 41),
                Shape.of(512, 41, 41)), summary.levels().stream().map(ModelSummary.Part::result).toList());
        assertEquals(Shape.of(40, 321, 321), summary.decoders().getFirst().result());
    }

    @Test
    void copiesCount() {
        ModelSummary shared = paper(RESNET, 64);
        ModelSummary apart = shared.with(Sharing.independent(3, 5));
        assertEquals(3 * shared.encoderParameters(), apart.encoderParameters());
        assertEquals(3 * shared.encoderMultiplyAdds(), apart.encoderMultiplyAdds());
        assertEquals(shared.parameters() + 2 * shared.encoderParameters(), apart.parameters());
        long last = shared.levels().getLast().parameters();
        assertEquals(shared.parameters() + 2 * last, shared.with(Layouts.layout(48, 3, 5)).parameters());
    }

    @Test
    void theSumsAreThoseOfTheModelItself() {
        ModelDescription description = new ModelDescription(new DigitEncoder.Settings(List.of(4, 6, 8), 2),
                new LightDecoder.Settings(4), Normalisation.USUAL,
                List.of(new Depth(), new Classification("kind", List.of("a", "b"))), Sharing.first(1, 2, 3));
        ModelSummary summary = ModelSummary.of(description, 17, 23);
        assertEquals(MultiTaskModel.create("small", description, 1).parameterCount(), summary.parameters());
        assertEquals(Shape.of(2, 1, 1), summary.decoders().getLast().result());
        assertEquals(8 * 2, summary.decoders().getLast().multiplyAdds());
        assertThrows(IllegalArgumentException.class, () -> ModelSummary.of(description, 15, 23));
    }
}
