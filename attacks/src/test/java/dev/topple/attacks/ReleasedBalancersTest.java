// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.ReleasedDgba;
import dev.topple.attacks.balance.ReleasedTotal;
import dev.topple.attacks.balance.SignSum;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.engine.Device;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The balancers of the released code: each quirk beside the corrected form. */
class ReleasedBalancersTest {

    private static final int AREA = 30;
    private static final int PIXELS = 3 * AREA;

    private final Tensor images = Toys.random(Shape.of(3, 3, 5, 6), 5, 0, 1);
    private final ToyModel model = Toys.smooth(0.5, 20, 1e-3);

    private static AttackResult attack(String device, ToyModel model, Balancer balancer, Tensor images,
            Map<String, Tensor> labels, int count) {
        try (Device opened = Toys.open(device);
                CompiledAttack attack = Attack.of(model, linf(8 / 255.0), new Ifgsm(4), balancer).on(opened)) {
            return attack.run(images, labels, new long[images.shape().dim(0)], count);
        }
    }

    private static AttackResult attack(String device, ToyModel model, Balancer balancer, Tensor images,
            Map<String, Tensor> labels) {
        return attack(device, model, balancer, images, labels, images.shape().dim(0));
    }

    /** Labels where the first task has many valid pixels in the first image and few in the others. */
    private Map<String, Tensor> uneven() {
        Map<String, Tensor> labels = Toys.labels(model, images);
        float[] first = labels.get("toy0").floats();
        Arrays.fill(first, AREA + 3, 2 * AREA, ToyTask.NONE);
        Arrays.fill(first, 2 * AREA + 10, 3 * AREA, ToyTask.NONE);
        Arrays.fill(labels.get("toy1").floats(), 4, AREA, ToyTask.NONE);
        return labels;
    }

    private static double[] signs(double[] values) {
        return Arrays.stream(values).map(Math::signum).toArray();
    }

    @Test
    void theyAreFoundByTheirNames() {
        List<Balancer> found = Balancers.parse("dgba:released, Total:Released", model.tasks());
        assertEquals(List.of(new ReleasedDgba(), new ReleasedTotal()), found);
        assertEquals(List.of("dgba:released", "total:released"), found.stream().map(Balancer::name).toList());
        for (String name : Balancers.releasedNames()) {
            assertEquals(name, Balancers.parse(name, model.tasks()).getFirst().name());
        }
        for (Balancer balancer : Balancers.parse("single,total,signsum,dgba,dgba:released", model.tasks())) {
            assertFalse(balancer.couplesImages(), balancer.name());
        }
        assertTrue(new ReleasedTotal().couplesImages());
    }

    @Test
    void releasedDgbaIsTheSumOfGradientsDividedByTheLosses() {
        Map<String, Tensor> labels = uneven();
        double[] released = Toys.direction(model, new ReleasedDgba(), images, labels);
        double[] sum = new double[released.length];
        for (int task = 0; task < 3; task++) {
            Single single = new Single("toy" + task);
            double[] gradient = Toys.direction(model, single, images, labels);
            double[] loss = Toys.look(model, single, images, labels, (losses, x) -> losses.loss(0));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += gradient[i] / loss[i / PIXELS];
            }
        }
        assertArrayEquals(sum, released, 1e-12 * Arrays.stream(sum).map(Math::abs).max().orElseThrow());
        // Where nothing is 0, ours only has another positive factor in each image.
        double[] corrected = Toys.direction(model, new Dgba(), images, labels);
        for (int image = 0; image < 3; image++) {
            double factor = corrected[image * PIXELS] / released[image * PIXELS];
            assertTrue(factor > 0);
            for (int i = image * PIXELS; i < (image + 1) * PIXELS; i++) {
                assertEquals(corrected[i], factor * released[i], 1e-10 * Math.abs(corrected[i]));
            }
        }
        assertEquals(3, Attack.of(model, linf(0.1), new Ifgsm(1), new ReleasedDgba()).passes().backwards());
        assertEquals(1, Attack.of(model, linf(0.1), new Ifgsm(1), new Dgba()).passes().backwards());
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void aLossOfZeroLosesTheImageUnderReleasedDgba(String device) {
        UnaryOperator<Value> zero = x -> Toys.smoothHead(1).apply(x).times(0);
        ToyModel half = Toys.of(List.of(Toys.smoothHead(0), zero));
        Map<String, Tensor> labels = Toys.labels(half, images);
        // Of the first image alone the loss is not 0.
        labels.get("toy1").floats()[7] = 1;
        AttackResult released = attack(device, half, new ReleasedDgba(), images, labels);
        AttackResult corrected = attack(device, half, new Dgba(), images, labels);
        assertArrayEquals(new int[] {0, 4, 4}, released.undefinedSteps());
        assertArrayEquals(new int[] {0, 0, 0}, corrected.undefinedSteps());
        assertArrayEquals(new int[] {0, 4, 4}, corrected.zeroWeightSteps().get("toy1"));
        for (int image = 0; image < 3; image++) {
            boolean lost = Toys.row(released.adversarial(), image).sameBits(Toys.row(images, image));
            assertEquals(image > 0, lost);
            assertFalse(Toys.row(corrected.adversarial(), image).sameBits(Toys.row(images, image)));
            assertTrue(Float.isFinite(released.cleanMerit()[image]) && Float.isFinite(released.finalMerit()[image]));
            assertEquals(!lost, released.finalMerit()[image] > released.cleanMerit()[image]);
        }
        for (float pixel : released.adversarial().floats()) {
            assertTrue(pixel >= 0 && pixel <= 1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void anImageWithoutAValidPixelIsLostUnderReleasedDgba(String device) {
        Map<String, Tensor> labels = Toys.labels(model, images);
        Arrays.fill(labels.get("toy2").floats(), AREA, 2 * AREA, ToyTask.NONE);
        AttackResult released = attack(device, model, new ReleasedDgba(), images, labels);
        assertArrayEquals(new int[] {0, 4, 0}, released.undefinedSteps());
        assertTrue(Toys.row(released.adversarial(), 1).sameBits(Toys.row(images, 1)));
        AttackResult corrected = attack(device, model, new Dgba(), images, labels);
        assertFalse(Toys.row(corrected.adversarial(), 1).sameBits(Toys.row(images, 1)));
        // The others are attacked all the same, each by itself.
        for (int image : new int[] {0, 2}) {
            Map<String, Tensor> own = new HashMap<>();
            labels.forEach((task, label) -> own.put(task, Toys.row(label, image)));
            AttackResult alone = attack(device, model, new ReleasedDgba(), Toys.row(images, image), own);
            assertTrue(Toys.row(released.adversarial(), image).sameBits(alone.adversarial()));
            assertFalse(alone.adversarial().sameBits(Toys.row(images, image)));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void anInfiniteDirectionMovesByItsSignAndIsCounted(String device) {
        // At a grey of 0.25 the red channel has loss 0, but its gradient is not 0: one step goes where it points.
        UnaryOperator<Value> red = x -> x.slice(1, 0, 1).minus(0.25);
        ToyModel reds = Toys.of(List.of(red, Toys.smoothHead(0)));
        Tensor grey = Tensor.filled(Shape.of(1, 3, 2, 2), 0.25f);
        AttackResult result = attack(device, reds, new ReleasedDgba(), grey, Toys.labels(reds, grey));
        assertArrayEquals(new int[] {1}, result.undefinedSteps());
        for (int i = 0; i < 12; i++) {
            float pixel = result.adversarial().floats()[i];
            assertTrue(i < 4 ? pixel > 0.27 : Float.isFinite(pixel), i + ": " + pixel);
        }
    }

    @Test
    void releasedTotalWeighsATaskByTheImagesShareOfTheBatchsPixels() {
        Map<String, Tensor> labels = uneven();
        double[][] shares = {{30 / 43.0, 3 / 43.0, 10 / 43.0}, {4 / 64.0, 30 / 64.0, 30 / 64.0},
            {1 / 3.0, 1 / 3.0, 1 / 3.0}};
        double[] expected = new double[3 * PIXELS];
        double[] merit = new double[3];
        for (int task = 0; task < 3; task++) {
            Single single = new Single("toy" + task);
            double[] gradient = Toys.direction(model, single, images, labels);
            double[] loss = Toys.look(model, single, images, labels, (losses, x) -> losses.loss(0));
            for (int i = 0; i < expected.length; i++) {
                expected[i] += shares[task][i / PIXELS] * gradient[i];
            }
            for (int image = 0; image < 3; image++) {
                merit[image] += shares[task][image] * loss[image];
            }
        }
        double[] released = Toys.direction(model, new ReleasedTotal(), images, labels);
        assertArrayEquals(expected, released, 1e-12 * Arrays.stream(expected).map(Math::abs).max().orElseThrow());
        assertArrayEquals(merit, Toys.look(model, new ReleasedTotal(), images, labels,
                (losses, x) -> new ReleasedTotal().merit(losses)), 1e-12);
        assertFalse(Arrays.equals(signs(released), signs(Toys.direction(model, new Total(), images, labels))));
    }

    @Test
    void releasedTotalIsTheGradientOfTheBatchsLoss() {
        // The released loss itself: per task the mean over all valid pixels of the batch, summed over tasks.
        Map<String, Tensor> labels = uneven();
        double[] direction = Toys.direction(model, new ReleasedTotal(), images, labels);
        double[] valid = {43, 64, 90};
        double[] difference = new double[2];
        double slope = 0;
        Tensor way = Toys.random(images.shape(), 9, -1, 1);
        for (int side = 0; side < 2; side++) {
            float step = side == 0 ? 0x1p-10f : -0x1p-10f;
            float[] moved = images.floats().clone();
            for (int i = 0; i < moved.length; i++) {
                moved[i] += step * way.floats()[i];
            }
            for (int task = 0; task < 3; task++) {
                int t = task;
                double[] sums = Toys.look(model, new Total(), Tensor.of(images.shape(), moved), labels,
                        (losses, x) -> losses.loss(t).times(losses.validPixels().get(t)));
                difference[side] += Arrays.stream(sums).sum() / valid[task];
            }
        }
        for (int i = 0; i < direction.length; i++) {
            slope += direction[i] * way.floats()[i];
        }
        assertEquals(slope, (difference[0] - difference[1]) / 0x1p-9, 1e-3 * Math.abs(slope));
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void theCompanyOfAnImageMattersUnderReleasedTotalAlone(String device) {
        Map<String, Tensor> labels = uneven();
        for (Balancer balancer : List.of(new Total(), new ReleasedTotal())) {
            AttackResult together = attack(device, model, balancer, images, labels);
            boolean same = IntStream.range(0, 3).allMatch(image -> {
                Map<String, Tensor> own = new HashMap<>();
                labels.forEach((task, label) -> own.put(task, Toys.row(label, image)));
                return Toys.row(together.adversarial(), image).sameBits(
                        attack(device, model, balancer, Toys.row(images, image), own).adversarial());
            });
            assertEquals(balancer instanceof Total, same);
        }
    }

    @Test
    void withEquallyManyValidPixelsBothTotalsAreTheSameButForAFactor() {
        Tensor two = Toys.random(Shape.of(2, 3, 5, 6), 6, 0, 1);
        Map<String, Tensor> labels = Toys.labels(model, two);
        double[] total = Toys.direction(model, new Total(), two, labels);
        assertArrayEquals(Arrays.stream(total).map(v -> v / 2).toArray(),
                Toys.direction(model, new ReleasedTotal(), two, labels));
        Tensor one = Toys.row(two, 0);
        assertArrayEquals(Toys.direction(model, new Total(), one, Toys.labels(model, one)),
                Toys.direction(model, new ReleasedTotal(), one, Toys.labels(model, one)));
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void rowsThatFillUpAShortBatchDoNotCount(String device) {
        Map<String, Tensor> labels = uneven();
        int[] rows = {0, 1, 1, 1};
        Tensor padded = rows(images, rows);
        Map<String, Tensor> paddedLabels = new HashMap<>();
        Map<String, Tensor> two = new HashMap<>();
        labels.forEach((task, label) -> paddedLabels.put(task, rows(label, rows)));
        labels.forEach((task, label) -> two.put(task, rows(label, 0, 1)));
        AttackResult shortBatch = attack(device, model, new ReleasedTotal(), rows(images, 0, 1), two);
        AttackResult filled = attack(device, model, new ReleasedTotal(), padded, paddedLabels, 2);
        AttackResult four = attack(device, model, new ReleasedTotal(), padded, paddedLabels, 4);
        for (int row = 0; row < 2; row++) {
            assertTrue(Toys.row(shortBatch.adversarial(), row).sameBits(Toys.row(filled.adversarial(), row)));
            assertEquals(shortBatch.finalMerit()[row], filled.finalMerit()[row]);
        }
        assertFalse(Toys.row(shortBatch.adversarial(), 0).sameBits(Toys.row(four.adversarial(), 0)));
        for (Balancer balancer : List.of(new Total(), new SignSum(), new Dgba(), new ReleasedDgba())) {
            assertTrue(Toys.row(attack(device, model, balancer, padded, paddedLabels, 2).adversarial(), 1)
                    .sameBits(Toys.row(attack(device, model, balancer, padded, paddedLabels, 4).adversarial(), 1)));
        }
        for (int count : new int[] {0, 5}) {
            assertThrows(IllegalArgumentException.class,
                    () -> attack("reference", model, new Total(), padded, paddedLabels, count));
        }
    }

    private static Tensor rows(Tensor tensor, int... rows) {
        int each = tensor.shape().size() / tensor.shape().dim(0);
        float[] values = new float[rows.length * each];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(tensor.floats(), rows[i] * each, values, i * each, each);
        }
        return Tensor.of(tensor.shape().with(0, rows.length), values);
    }

    /** The mean over the batch's pixels multiplies an image's gradient by a positive number, so there is one form. */
    @Test
    void oneTaskAloneAndTheVoteAreTheSameOverImagesAndOverTheBatch() {
        Map<String, Tensor> labels = uneven();
        double[] votes = new double[3 * PIXELS];
        for (int task = 0; task < 3; task++) {
            ToyModel one = new ToyModel("one", List.of(model.tasks().get(task)), List.of(model.heads().get(task)));
            double[] ofBatch = signs(Toys.direction(one, new ReleasedTotal(), images, labels));
            assertArrayEquals(signs(Toys.direction(model, new Single("toy" + task), images, labels)), ofBatch);
            for (int i = 0; i < votes.length; i++) {
                votes[i] += ofBatch[i];
            }
        }
        assertArrayEquals(votes, Toys.direction(model, new SignSum(), images, labels));
    }
}
