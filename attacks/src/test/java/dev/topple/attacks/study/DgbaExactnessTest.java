// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.ToyTask;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Total;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.Model;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one step of DGBA reaches, beside all that it could. */
class DgbaExactnessTest {

    private static final double EPSILON = 8 / 255.0;

    private final Tensor images = Toys.random(Shape.of(2, 3, 2, 2), 5, 0, 1);

    private static List<List<ImageExactness>> study(String device, Model model, Tensor images, Double... epsilons) {
        return study(device, model, images, Toys.labels(model, images), epsilons);
    }

    private static List<List<ImageExactness>> study(String device, Model model, Tensor images,
            Map<String, Tensor> labels, Double... epsilons) {
        try (Device opened = Toys.open(device);
                DgbaExactness exactness = new DgbaExactness(model, opened, List.of(epsilons))) {
            return exactness.of(images, labels);
        }
    }

    @Test
    void noPatternOfSignsIsBetterThanTheSolution() {
        double[] objective = {0.5, -2, 0, 3, -1e-3, 7, -4, 0.25};
        float[] image = {0, 0.01f, 0.5f, 0.99f, 1, 0.3f, 0.7f, 0.2f};
        BoxProgram program = BoxProgram.within(EPSILON, image, objective);
        double best = Double.NEGATIVE_INFINITY;
        // Every element at its lower end, 0 or its upper end.
        for (int pattern = 0; pattern < StrictMath.pow(3, 8); pattern++) {
            double[] point = new double[8];
            for (int i = 0, rest = pattern; i < 8; i++, rest /= 3) {
                point[i] = rest % 3 == 0 ? program.low()[i] : rest % 3 == 1 ? 0 : program.high()[i];
            }
            best = Math.max(best, program.value(point));
        }
        assertEquals(best, program.optimum(), 1e-15);
        assertEquals(best, program.dualBound(), 1e-15);
        assertEquals(0, program.violation(program.solution()));
        double[] outside = program.solution();
        outside[5] += 0.25;
        assertEquals(0.25, program.violation(outside), 1e-12);
        assertEquals(0, program.high()[4], "a white pixel cannot become brighter");
    }

    @Test
    void programsThatHaveNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BoxProgram(new double[2], new double[2], new double[1]));
        assertThrows(IllegalArgumentException.class,
                () -> new BoxProgram(new double[1], new double[] {0.1}, new double[] {0.2}));
    }

    /** The step of the attack against all 2^12 patterns of signs, projected as it is. */
    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void theAttacksStepReachesTheBestPattern(String device) {
        ToyModel model = Toys.smooth(3, 0.02, 1);
        ImageExactness found = study(device, model, images, EPSILON).get(1).getFirst();
        double[] objective = objective(model, Toys.row(images, 1));
        BoxProgram program = BoxProgram.within(EPSILON, Toys.row(images, 1).floats(), objective);
        double best = Double.NEGATIVE_INFINITY;
        for (int pattern = 0; pattern < 1 << 12; pattern++) {
            double[] point = new double[12];
            for (int i = 0; i < 12; i++) {
                point[i] = (pattern >> i & 1) == 0 ? program.low()[i] : program.high()[i];
            }
            best = Math.max(best, program.value(point));
        }
        assertTrue(best > 0);
        assertEquals(best, found.optimum(), 1e-5 * best);
        assertEquals(found.optimum(), found.dualBound(), 1e-12 * best);
        assertTrue(found.gap() >= 0 && found.gap() < 1e-5, "gap " + found.gap());
        assertEquals(0, found.violation());
    }

    /** {@code sum_i grad L_i / L_i / 3} by central differences of the losses in float64. */
    private static double[] objective(Model model, Tensor image) {
        double[] objective = new double[12];
        for (int k = 0; k < 12; k++) {
            double[] logs = new double[2];
            float[] at = new float[2];
            for (int side = 0; side < 2; side++) {
                Tensor moved = Tensor.of(image.shape(), image.floats().clone());
                moved.floats()[k] += side == 0 ? -0x1p-12f : 0x1p-12f;
                at[side] = moved.floats()[k];
                for (int task = 0; task < 3; task++) {
                    int index = task;
                    logs[side] += StrictMath.log(Toys.look(model, new Total(), moved,
                            Toys.labels(model, moved), (losses, x) -> losses.loss(index))[0]);
                }
            }
            objective[k] = (logs[1] - logs[0]) / (at[1] - at[0]) / 3;
        }
        return objective;
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void ofALinearModelThePredictionIsExact(String device) {
        ToyModel linear = Toys.of(List.of(Toys.linearHead(Toys.random(Shape.of(3, 2, 2), 1, -1, 1), 9),
                Toys.linearHead(Toys.random(Shape.of(3, 2, 2), 2, -1, 1), 5)));
        for (List<ImageExactness> image : study(device, linear, images, 1 / 255.0, EPSILON, 0.25)) {
            for (ImageExactness each : image) {
                assertTrue(each.reached() > 0);
                assertEquals(0, each.surplus(), 1e-5 * each.reached() + 1e-6);
                for (String task : Set.of("toy0", "toy1")) {
                    assertEquals(each.predicted().get(task), each.actual().get(task), 2e-6);
                }
                assertTrue(each.gap() >= 0 && each.gap() < 2e-5, "gap " + each.gap());
            }
        }
    }

    /** Of a curved model the error of the prediction grows with the square of epsilon, the gap does not. */
    @Test
    void ofACurvedModelThePredictionErrs() {
        List<ImageExactness> image = study("reference", Toys.smooth(3, 0.02, 1), images, 1 / 255.0, 2 / 255.0,
                4 / 255.0).getFirst();
        double[] errors = image.stream().mapToDouble(each -> Math.abs(each.surplus())).toArray();
        assertTrue(errors[0] > 1e-5, Arrays.toString(errors));
        for (int i = 1; i < errors.length; i++) {
            double ratio = errors[i] / errors[i - 1];
            assertTrue(ratio > 3 && ratio < 5, Arrays.toString(errors));
        }
        image.forEach(each -> assertTrue(each.gap() >= 0 && each.gap() < 1e-4, "gap " + each.gap()));
    }

    @Test
    void aTaskWithoutLabelsHasNoPartInAnything() {
        ToyModel model = Toys.smooth(3, 0.02, 1);
        Map<String, Tensor> labels = Toys.labels(model, images);
        float[] none = new float[8];
        Arrays.fill(none, 0, 4, ToyTask.NONE);
        labels.put("toy1", Tensor.of(Shape.of(2, 1, 2, 2), none));
        List<List<ImageExactness>> found = study("reference", model, images, labels, EPSILON);
        assertEquals(Set.of("toy0", "toy2"), found.get(0).getFirst().predicted().keySet());
        assertEquals(Set.of("toy0", "toy1", "toy2"), found.get(1).getFirst().actual().keySet());
        ImageExactness first = found.get(0).getFirst();
        assertEquals(first.reached(),
                (first.predicted().get("toy0") + first.predicted().get("toy2")) / 2, 1e-12);
        assertFalse(Double.isNaN(first.surplus()));
    }

    @Test
    void epsilonsThatChangeNothingAreRefused() {
        for (List<Double> epsilons : List.of(List.<Double>of(), List.of(0.1, 0.0))) {
            try (Device device = Toys.open("reference")) {
                String message = assertThrows(IllegalArgumentException.class,
                        () -> new DgbaExactness(Toys.smooth(1), device, epsilons)).getMessage();
                assertTrue(message.contains("exactness of DGBA"), message);
            }
        }
        assertArrayEquals(new double[] {-0.25, 0.125},
                new BoxProgram(new double[] {-1, 1}, new double[] {-0.25, -1}, new double[] {1, 0.125}).solution());
    }
}
