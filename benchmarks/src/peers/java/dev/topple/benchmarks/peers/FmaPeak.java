// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The most multiplications and additions that this machine does: a loop of fused ones on registers alone. */
final class FmaPeak {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int TURNS = 200_000;
    private static final int WARM_UP = 60;
    private static final int ROUNDS = 40;

    private FmaPeak() {}

    /** GFLOP/s of so many threads together: the best of some rounds by each thread's own running time. */
    static double gigaflops(int threads) {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Double>> rates = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                rates.add(pool.submit(FmaPeak::rate));
            }
            double sum = 0;
            for (Future<Double> rate : rates) {
                sum += rate.get();
            }
            return sum;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("the peak could not be measured: " + e.getMessage(), e);
        }
    }

    private static double rate() {
        float kept = 0;
        for (int i = 0; i < WARM_UP; i++) {
            kept += turns(TURNS / 10);
        }
        double best = 0;
        for (int i = 0; i < ROUNDS; i++) {
            long start = Clock.Mark.cpuNanos();
            kept += turns(TURNS);
            double nanos = Clock.Mark.cpuNanos() - start;
            best = Math.max(best, 2.0 * CHAINS * SPECIES.length() * TURNS / nanos);
        }
        if (kept == 0) {
            throw new IllegalStateException("the loop computed nothing");
        }
        return best;
    }

    private static float turns(int count) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector b = FloatVector.broadcast(SPECIES, 1e-3f);
        FloatVector x0 = a;
        FloatVector x1 = a;
        FloatVector x2 = a;
        FloatVector x3 = a;
        FloatVector x4 = a;
        FloatVector x5 = a;
        FloatVector x6 = a;
        FloatVector x7 = a;
        FloatVector x8 = a;
        FloatVector x9 = a;
        FloatVector x10 = a;
        FloatVector x11 = a;
        for (int i = 0; i < count; i++) {
            x0 = x0.fma(a, b);
            x1 = x1.fma(a, b);
            x2 = x2.fma(a, b);
            x3 = x3.fma(a, b);
            x4 = x4.fma(a, b);
            x5 = x5.fma(a, b);
            x6 = x6.fma(a, b);
            x7 = x7.fma(a, b);
            x8 = x8.fma(a, b);
            x9 = x9.fma(a, b);
            x10 = x10.fma(a, b);
            x11 = x11.fma(a, b);
        }
        return x0.add(x1).add(x2).add(x3).add(x4).add(x5).add(x6).add(x7).add(x8).add(x9).add(x10).add(x11).lane(0);
    }
}
