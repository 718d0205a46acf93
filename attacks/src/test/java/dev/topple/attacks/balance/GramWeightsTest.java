// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Weights from Gram matrices: published vectors, and the properties that the methods promise. */
class GramWeightsTest {

    private static final List<GramWeights> ALL = List.of(new UnitSum(), new Mgda(), new PcGrad(),
            new CaGrad(CaGrad.PUBLISHED), new ImtlG(), new NashMtl(), new AlignedMtl(), new UpGrad());

    private static TaskGradients gradients(double[][] jacobian) {
        int n = jacobian.length;
        double[][] gram = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                gram[i][j] = dot(jacobian[i], jacobian[j]);
            }
        }
        return new TaskGradients(DoubleStream.iterate(1, i -> i + 1).limit(n).toArray(), gram, new RandomSource(3));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] direction(GramWeights balancer, double[][] jacobian) {
        double[] weights = balancer.weights(gradients(jacobian));
        double[] direction = new double[jacobian[0].length];
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < direction.length; j++) {
                direction[j] += weights[i] * jacobian[i][j];
            }
        }
        return direction;
    }

    private static double[][] random(int tasks, int size, long seed) {
        RandomSource source = new RandomSource(seed);
        double[][] jacobian = new double[tasks][size];
        for (double[] row : jacobian) {
            double scale = StrictMath.pow(10, source.nextDouble(-2, 2));
            Arrays.setAll(row, i -> scale * source.nextGaussian());
        }
        return jacobian;
    }

    private static double[] unit(double[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        return Arrays.stream(vector).map(v -> v / length).toArray();
    }

    /** The values that TorchJD's aggregators give for J = [[-4, 1, 1], [6, 1, 1]]; lengths where they are theirs, too. */
    @Test
    void publishedVectors() {
        double[][] j = {{-4, 1, 1}, {6, 1, 1}};
        assertArrayEquals(new double[] {0, 1, 1}, direction(new Mgda(), j), 1e-9);
        assertArrayEquals(new double[] {0.6, 0.4}, new Mgda().weights(gradients(j)), 1e-9);
        assertArrayEquals(new double[] {0.5848, 3.8012, 3.8012}, direction(new PcGrad(), j), 1e-4);
        assertArrayEquals(new double[] {0.1835, 1.2041, 1.2041}, direction(new CaGrad(0.5), j), 1e-4);
        assertArrayEquals(new double[] {0.0767, 1, 1}, direction(new ImtlG(), j), 1e-4);
        assertArrayEquals(new double[] {0.5923, 0.4077}, new ImtlG().weights(gradients(j)), 1e-4);
        assertArrayEquals(new double[] {0.2133, 0.9673, 0.9673}, direction(new AlignedMtl(), j), 1e-4);
        assertArrayEquals(new double[] {0.2929, 1.9004, 1.9004}, direction(new UpGrad(), j), 1e-4);
        assertArrayEquals(new double[] {0.0542, 0.7061, 0.7061}, unit(direction(new NashMtl(), j)), 1e-4);
    }

    @Test
    void noTaskIsPushedDownWherePromised() {
        for (long seed = 0; seed < 200; seed++) {
            double[][] j = random(2 + (int) (seed % 4), 6, seed);
            for (GramWeights balancer : List.of(new Mgda(), new NashMtl(), new ImtlG())) {
                assertTrue(leastHelp(balancer, j) > -1e-5, balancer.name() + " of seed " + seed);
            }
            TaskGradients g = gradients(j);
            double[] w = new UpGrad().weights(g);
            for (int i = 0; i < w.length; i++) {
                // What the ridge takes away.
                double slack = 1e-4 * g.trace() * w[i] + 1e-9 * g.trace();
                assertTrue(SquareMatrix.times(g.gram(), w)[i] >= -slack, "upgrad of seed " + seed);
            }
        }
    }

    /** The least cosine of a task's gradient with the direction. */
    private static double leastHelp(GramWeights balancer, double[][] j) {
        double[] direction = direction(balancer, j);
        double length = Math.max(Math.sqrt(dot(direction, direction)), 1e-300);
        return Arrays.stream(j).mapToDouble(row -> dot(unit(row), direction) / length).min().orElseThrow();
    }

    /** w >= 0, sum 1, and every gradient's product with the vector is at least its squared length. */
    @Test
    void mgdaFulfilsTheConditionsOfItsOptimum() {
        for (long seed = 0; seed < 300; seed++) {
            double[][] j = random(2 + (int) (seed % 5), 8, seed);
            double[] weights = new Mgda().weights(gradients(j));
            double[] shortest = direction(new Mgda(), j);
            assertEquals(1, Arrays.stream(weights).sum(), 1e-9);
            assertTrue(Arrays.stream(weights).allMatch(w -> w >= 0));
            double squared = dot(shortest, shortest);
            for (double[] row : j) {
                assertTrue(dot(row, shortest) >= squared - 1e-7 * Math.max(1, dot(row, row)), "seed " + seed);
            }
        }
    }

    @Test
    void caGradStaysNearTheMeanAndHelpsTheLeastHelpedMoreThanOthersDo() {
        for (long seed = 0; seed < 100; seed++) {
            double[][] j = random(3, 6, seed);
            double[] mean = new double[6];
            for (double[] row : j) {
                for (int k = 0; k < 6; k++) {
                    mean[k] += row[k] / 3;
                }
            }
            double[] direction = direction(new CaGrad(0.4), j);
            double[] off = new double[6];
            Arrays.setAll(off, k -> direction[k] - mean[k]);
            double radius = 0.4 * Math.sqrt(dot(mean, mean));
            assertEquals(radius, Math.sqrt(dot(off, off)), 1e-6 * radius);
            double best = Arrays.stream(j).mapToDouble(row -> dot(row, direction)).min().orElseThrow();
            RandomSource source = new RandomSource(seed + 1000);
            for (int trial = 0; trial < 300; trial++) {
                double[] other = new double[6];
                Arrays.setAll(other, k -> source.nextGaussian());
                double[] u = unit(other);
                Arrays.setAll(other, k -> mean[k] + radius * u[k]);
                double least = Arrays.stream(j).mapToDouble(row -> dot(row, other)).min().orElseThrow();
                assertTrue(least <= best + 1e-9 * Math.max(1, Math.abs(best)), "seed " + seed);
            }
        }
    }

    @Test
    void nashWeightsAreABargainingSolution() {
        for (long seed = 0; seed < 100; seed++) {
            TaskGradients g = gradients(random(2 + (int) (seed % 4), 8, seed));
            double[] w = new NashMtl().weights(g);
            double[] gw = SquareMatrix.times(g.gram(), w);
            for (int i = 0; i < w.length; i++) {
                assertEquals(1, gw[i] * w[i], 1e-3, "seed " + seed);
            }
        }
    }

    @Test
    void imtlGProjectsEquallyOntoAllTasks() {
        double[][] j = random(3, 9, 17);
        double[] direction = direction(new ImtlG(), j);
        double first = dot(unit(j[0]), direction);
        for (double[] row : j) {
            assertEquals(first, dot(unit(row), direction), 1e-9 * Math.abs(first));
        }
    }

    @Test
    void tasksMayComeInAnyOrder() {
        double[][] j = random(4, 7, 23);
        double[][] turned = {j[2], j[0], j[3], j[1]};
        for (GramWeights balancer : ALL) {
            if (!(balancer instanceof PcGrad)) {
                assertArrayEquals(direction(balancer, j), direction(balancer, turned), 1e-7, balancer.name());
            }
        }
    }

    @Test
    void ofOneTaskItsGradientIsTheDirection() {
        double[][] j = {{3, -4}};
        for (GramWeights balancer : ALL) {
            assertArrayEquals(new double[] {0.6, -0.8}, unit(direction(balancer, j)), 1e-9, balancer.name());
        }
    }

    @Test
    void weightsAreFiniteWhateverTheGradients() {
        for (GramWeights balancer : ALL) {
            for (double scale : new double[] {1e-20, 1e-6, 1, 1e6, 1e20}) {
                double[][][] hard = {{{1, 0}, {-1, 0}}, {{0, 0}, {0, 0}}, {{0, 0}, {1, 2}}, {{1, 2}, {1, 2}, {1, 2}},
                    {{1, 1}, {2, 2}, {-3, -3}}, {{1, 1e-9}, {1, -1e-9}}};
                for (double[][] j : hard) {
                    double[][] scaled = Arrays.stream(j)
                            .map(row -> Arrays.stream(row).map(v -> v * scale).toArray()).toArray(double[][]::new);
                    double[] weights = balancer.weights(gradients(scaled));
                    assertEquals(j.length, weights.length);
                    assertTrue(Arrays.stream(weights).allMatch(Double::isFinite),
                            balancer.name() + " " + Arrays.deepToString(scaled) + ": " + Arrays.toString(weights));
                }
            }
        }
    }

    @Test
    void theRandomOrderIsThatOfTheImage() {
        double[][] j = random(4, 3, 5);
        TaskGradients g = gradients(j);
        assertArrayEquals(new PcGrad().weights(g), new PcGrad().weights(gradients(j)));
        double[] drawn = new RandomWeights().weights(3, new RandomSource(9));
        assertEquals(1, Arrays.stream(drawn).sum(), 1e-12);
        assertArrayEquals(drawn, new RandomWeights().weights(3, new RandomSource(9)));
        assertThrows(IllegalArgumentException.class, () -> new CaGrad(1));
    }
}
