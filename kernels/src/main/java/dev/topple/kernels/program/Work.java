// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.kernels.blas.Gemm;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Set;

/** One thing that is put into the device's stream. */
sealed interface Work {

    /** The memory that is read. */
    List<Region> reads();

    /** The memory that is written, working memory included. */
    List<Region> writes();

    /** What is read and may be the memory of what is written: each element is read before, by its writer. */
    default Set<Region> overwritable() {
        return Set.of();
    }

    /** What is started, in a few words. */
    String describe();

    /** A kernel. */
    record Kernel(Launch launch, Set<Region> overwritable) implements Work {

        @Override
        public List<Region> reads() {
            return launch.reads();
        }

        @Override
        public List<Region> writes() {
            return launch.writes();
        }

        @Override
        public String describe() {
            return launch.module() + ": " + launch.kernel() + ", " + launch.grid().count() + " blocks of "
                    + launch.block().count();
        }
    }

    /** A copy of a whole region. */
    record Copy(Region from, Region to) implements Work {

        @Override
        public List<Region> reads() {
            return List.of(from);
        }

        @Override
        public List<Region> writes() {
            return List.of(to);
        }

        @Override
        public String describe() {
            return "copy of " + from.bytes() + " bytes";
        }
    }

    /** A region filled with one word. */
    record Fill(Region to, int word) implements Work {

        @Override
        public List<Region> reads() {
            return List.of();
        }

        @Override
        public List<Region> writes() {
            return List.of(to);
        }

        @Override
        public String describe() {
            return "fill of " + to.bytes() + " bytes";
        }
    }

    /** Products of matrices by a vendor's library; strides in elements from one matrix to the next. */
    record Product(Gemm gemm, Region a, long strideA, Region b, long strideB, Region c, long strideC, int count)
            implements Work {

        @Override
        public List<Region> reads() {
            return List.of(a, b);
        }

        @Override
        public List<Region> writes() {
            return List.of(c);
        }

        @Override
        public String describe() {
            return "library: " + count + " x " + gemm.m() + " x " + gemm.n() + " x " + gemm.k();
        }
    }
}
