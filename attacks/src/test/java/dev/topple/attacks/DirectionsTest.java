// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.SignSum;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.Total;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Properties of the balanced directions, in float64. */
class DirectionsTest {

    private final Tensor images = Toys.random(Shape.of(2, 3, 5, 6), 5, 0, 1);

    private double[] direction(ToyModel model, Balancer balancer) {
        return Toys.direction(model, balancer, images, Toys.labels(model, images));
    }

    /** The losses of the tasks of the first image. */
    private double[] losses(ToyModel model) {
        return model.tasks().stream().mapToDouble(task -> Toys.look(model, new Single(task.name()), images,
                Toys.labels(model, images), (losses, x) -> losses.loss(0))[0]).toArray();
    }

    private static double[] signs(double[] values) {
        return Arrays.stream(values).map(Math::signum).toArray();
    }

    private static double cosine(double[] a, double[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    private static double[] row(double[] batch, int row, int rows) {
        int each = batch.length / rows;
        return Arrays.copyOfRange(batch, row * each, (row + 1) * each);
    }

    @Test
    void rescalingLossesByPowersOfTwoChangesNoBitOfDgba() {
        double[] plain = direction(Toys.smooth(1, 1, 1), new Dgba());
        for (double[] units : new double[][] {{4, 1, 1}, {1, 0x1p-30, 1}, {0x1p20, 0.5, 0x1p-40}, {0.25, 0.25, 8}}) {
            double[] scaled = direction(Toys.smooth(units), new Dgba());
            for (int image = 0; image < 2; image++) {
                double[] a = row(plain, image, 2);
                double[] b = row(scaled, image, 2);
                double factor = b[0] / a[0];
                assertEquals(Math.scalb(1.0, Math.getExponent(factor)), factor, 0, "not a power of two");
                assertArrayEquals(Arrays.stream(a).map(v -> v * factor).toArray(), b);
            }
        }
    }

    @Test
    void rescalingLossesChangesNoSignOfDgbaAndSignSumButOfTotal() {
        for (double[] units : new double[][] {{100, 1, 1}, {1, 1e-6, 3}, {1e7, 0.3, 1e-9}, {1e-20, 1e20, 1}}) {
            for (Balancer balancer : List.of(new Dgba(), new SignSum())) {
                assertArrayEquals(signs(direction(Toys.smooth(1, 1, 1), balancer)),
                        signs(direction(Toys.smooth(units), balancer)), balancer.name());
            }
            assertFalse(Arrays.equals(signs(direction(Toys.smooth(1, 1, 1), new Total())),
                    signs(direction(Toys.smooth(units), new Total()))));
        }
    }

    @Test
    void withOneTaskAllWeightedDirectionsAreItsGradient() {
        double[] gradient = direction(Toys.smooth(3.7), new Single("toy0"));
        assertArrayEquals(gradient, direction(Toys.smooth(3.7), new Dgba()));
        assertArrayEquals(gradient, direction(Toys.smooth(3.7), new Total()));
        assertArrayEquals(signs(gradient), direction(Toys.smooth(3.7), new SignSum()));
        assertTrue(Arrays.stream(gradient).anyMatch(v -> v != 0));
    }

    @Test
    void oneFusedPassIsTheSumOfOnePassPerTask() {
        ToyModel model = Toys.smooth(0.5, 20, 1e-3);
        double[] dgba = direction(model, new Dgba());
        double[] total = direction(model, new Total());
        double[] sumOfRelative = new double[dgba.length];
        double[] sum = new double[dgba.length];
        Map<String, Tensor> labels = Toys.labels(model, images);
        for (Task task : model.tasks()) {
            Single single = new Single(task.name());
            double[] gradient = direction(model, single);
            double[] loss = Toys.look(model, single, images, labels, (losses, x) -> losses.loss(0));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += gradient[i];
                sumOfRelative[i] += gradient[i] / loss[i / (sum.length / 2)];
            }
        }
        double scale = Arrays.stream(sum).map(Math::abs).max().orElseThrow();
        assertArrayEquals(sum, total, 1e-12 * scale);
        for (int image = 0; image < 2; image++) {
            double[] a = row(sumOfRelative, image, 2);
            double[] b = row(dgba, image, 2);
            double factor = Arrays.stream(b).map(Math::abs).max().orElseThrow()
                    / Arrays.stream(a).map(Math::abs).max().orElseThrow();
            assertArrayEquals(Arrays.stream(a).map(v -> v * factor).toArray(), b, 1e-12 * factor);
        }
    }

    @Test
    void theSignOfDgbaIsTheBestOfAllSignPatternsForTheRelativeIncrease() {
        // The integer program of arXiv 2305.12066: maximise sum_i <grad L_i, s> / L_i over s in {-1, 0, 1}^6.
        ToyModel model = Toys.smooth(30, 0.2, 1);
        Tensor tiny = Toys.random(Shape.of(1, 3, 1, 2), 9, 0.2, 0.8);
        Map<String, Tensor> labels = Toys.labels(model, tiny);
        double[][] relative = new double[3][];
        for (int i = 0; i < 3; i++) {
            Single single = new Single("toy" + i);
            double loss = Toys.look(model, single, tiny, labels, (losses, x) -> losses.loss(0))[0];
            double[] gradient = Toys.direction(model, single, tiny, labels);
            relative[i] = Arrays.stream(gradient).map(g -> g / loss).toArray();
        }
        double chosen = objective(relative, signs(Toys.direction(model, new Dgba(), tiny, labels)));
        double best = Double.NEGATIVE_INFINITY;
        double[] pattern = new double[6];
        for (int code = 0; code < 729; code++) {
            for (int j = 0, rest = code; j < 6; j++, rest /= 3) {
                pattern[j] = rest % 3 - 1;
            }
            best = Math.max(best, objective(relative, pattern));
        }
        assertTrue(best > 0);
        assertEquals(best, chosen, 1e-12 * best);
        assertTrue(objective(relative, signs(Toys.direction(model, new Total(), tiny, labels))) < best);
    }

    private static double objective(double[][] gradients, double[] step) {
        double sum = 0;
        for (double[] gradient : gradients) {
            for (int j = 0; j < step.length; j++) {
                sum += gradient[j] * step[j];
            }
        }
        return sum;
    }

    @Test
    void theGradientOfTheMeritIsTheDirection() {
        ToyModel model = Toys.smooth(2, 0.03, 11);
        Map<String, Tensor> labels = Toys.labels(model, images);
        for (Balancer balancer : List.of(new Single("toy1"), new Total(), new Dgba())) {
            double[] gradient = Toys.look(model, balancer, images, labels,
                    (losses, x) -> Gradients.of(balancer.merit(losses), x));
            double[] direction = direction(model, balancer);
            for (int image = 0; image < 2; image++) {
                assertEquals(1, cosine(row(gradient, image, 2), row(direction, image, 2)), 1e-12, balancer.name());
            }
        }
        // SignSum has no such merit; the sum of the losses at least grows along it, to first order.
        double[] sum = direction(model, new Total());
        double[] votes = signs(direction(model, new SignSum()));
        assertTrue(objective(new double[][] {sum}, votes) > 0);
    }

    @Test
    void permutingTasksChangesNothing() {
        ToyModel model = Toys.smooth(2, 0.03, 11);
        List<Integer> order = List.of(2, 0, 1);
        ToyModel permuted = new ToyModel("permuted", order.stream().map(model.tasks()::get).toList(),
                order.stream().map(model.heads()::get).toList());
        for (Balancer balancer : List.of(new Total(), new Dgba(), new SignSum(), new Single("toy1"))) {
            assertArrayEquals(signs(direction(model, balancer)), signs(direction(permuted, balancer)),
                    balancer.name());
        }
    }

    @Test
    void duplicatingATaskDoublesItsWeight() {
        ToyModel two = Toys.smooth(2, 0.03);
        List<Task> tasks = new ArrayList<>(two.tasks());
        tasks.add(new ToyTask("copy", 0.03));
        List<UnaryOperator<Value>> heads = new ArrayList<>(two.heads());
        heads.add(heads.get(1));
        double[] duplicated = direction(new ToyModel("copied", tasks, heads), new Dgba());
        double[] first = direction(two, new Single("toy0"));
        double[] second = direction(two, new Single("toy1"));
        double[] loss = losses(two);
        double[] expected = new double[first.length / 2];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = first[i] / loss[0] + 2 * second[i] / loss[1];
        }
        assertEquals(1, cosine(expected, row(duplicated, 0, 2)), 1e-12);
    }

    @Test
    void directionsDoNotMixImages() {
        ToyModel model = Toys.smooth(2, 0.03, 11);
        for (Balancer balancer : List.of(new Total(), new Dgba(), new SignSum())) {
            double[] both = direction(model, balancer);
            for (int image = 0; image < 2; image++) {
                Tensor alone = Toys.row(images, image);
                assertArrayEquals(Toys.direction(model, balancer, alone, Toys.labels(model, alone)),
                        row(both, image, 2));
            }
        }
    }
}
