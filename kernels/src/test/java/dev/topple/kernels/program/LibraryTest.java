// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Executable;
import dev.topple.engine.Precision;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.kernels.blas.Blas;
import dev.topple.kernels.blas.Gemm;
import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.ParameterTable;
import dev.topple.kernels.emulator.EmulatedDriver;
import dev.topple.kernels.family.Epilogue;
import dev.topple.kernels.family.Products;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.module.KernelModules;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A device with a library of matrix products. */
class LibraryTest {

    /** Stands for cuBLAS: has its work done by Topple's kernels, one product at a time. */
    private static final class StandIn implements Blas {

        private final Driver driver;
        private final long stream;
        private final KernelModules modules;
        private int calls;

        StandIn(Driver driver, long stream) {
            this.driver = driver;
            this.stream = stream;
            this.modules = new KernelModules(driver);
            // Nothing may be loaded while work is recorded.
            for (String kernel : new String[] {"gemm_32x32_nn", "gemm_32x32_tn", "gemm_32x32_nt", "gemm_32x32_tt"}) {
                modules.function("gemm", kernel, 0);
            }
        }

        @Override
        public String description() {
            return "a stand-in";
        }

        @Override
        public void multiply(Gemm gemm, long a, long b, long c) {
            multiplyBatched(gemm, a, 0, b, 0, c, 0, 1);
        }

        @Override
        public void multiplyBatched(Gemm gemm, long a, long strideA, long b, long strideB, long c, long strideC,
                int count) {
            calls++;
            assertEquals(1, gemm.alpha());
            assertEquals(0, gemm.beta());
            Shape left = gemm.transposeA() ? Shape.of(gemm.k(), gemm.lda()) : Shape.of(gemm.m(), gemm.lda());
            Shape right = gemm.transposeB() ? Shape.of(gemm.n(), gemm.ldb()) : Shape.of(gemm.k(), gemm.ldb());
            Products kernel =
                    new Products(gemm.transposeA(), gemm.transposeB(), left, right, Precision.EXACT);
            for (int i = 0; i < count; i++) {
                kernel.launches(at(a + 4 * i * strideA, left.size()), at(b + 4 * i * strideB, right.size()),
                        Epilogue.none(), at(c + 4 * i * strideC, gemm.m() * gemm.n())).forEach(this::start);
            }
        }

        private static Region at(long address, int elements) {
            Region region = new Region(DType.F32, elements);
            region.place(address);
            return region;
        }

        private void start(Launch launch) {
            try (ParameterTable table = driver.parameterTable(launch.arguments().size())) {
                for (int slot = 0; slot < launch.arguments().size(); slot++) {
                    switch (launch.arguments().get(slot)) {
                        case Argument.Pointer p -> table.set(slot, p.region().address() + p.offsetBytes());
                        case Argument.Int i -> table.set(slot, i.value());
                        case Argument.Long l -> table.set(slot, l.value());
                        case Argument.Float f -> table.set(slot, f.value());
                    }
                }
                driver.launch(modules.function(launch.module(), launch.kernel(), launch.sharedBytes()), launch.grid(),
                        launch.block(), launch.sharedBytes(), stream, table);
            }
        }

        @Override
        public void close() {
            modules.close();
        }
    }

    private static Tensor counting(int... dims) {
        Tensor tensor = Tensor.zeros(TensorType.f32(dims));
        for (int i = 0; i < tensor.floats().length; i++) {
            tensor.floats()[i] = i % 7 - 3;
        }
        return tensor;
    }

    /** Outputs of products of one and of many matrices, transposed or not, one of them for all, and of many by many. */
    private static Graph products() {
        Graph graph = new Graph();
        Value a = graph.input("a", TensorType.f32(2, 3, 5));
        Value b = graph.input("b", TensorType.f32(5, 4));
        graph.output("shared", a.matmul(b));
        graph.output("transposed", graph.apply(new MatMul(true, false), a, a));
        graph.output("gram", graph.apply(new MatMul(false, true), a, a));
        graph.output("single", graph.apply(new MatMul(true, true), b, b.transpose(1, 0)));
        graph.output("repeated", a.reshape(2, 1, 3, 5).matmul(graph.input("c", TensorType.f32(3, 5, 2))));
        return graph;
    }

    private static void feed(Executable program) {
        program.feed("a", counting(2, 3, 5));
        program.feed("b", counting(5, 4));
        program.feed("c", counting(3, 5, 2));
    }

    @Test
    void productsAreTheLibrarysAndNumbersTheSame() {
        EmulatedDriver driver = new EmulatedDriver();
        StandIn[] library = new StandIn[1];
        try (CudaDevice device = new CudaDevice(driver, Precision.EXACT, stream -> {
            library[0] = new StandIn(driver, stream);
            return Optional.of(library[0]);
        }); CudaDevice own = EmulatedDevices.exact();
                Executable program = device.compile(products()); Executable judge = own.compile(products())) {
            assertTrue(device.description().contains("a stand-in"), device::description);
            assertTrue(program.explain().contains("cuBLAS, as asked for"), program::explain);
            feed(program);
            feed(judge);
            judge.run();
            // Once as it is, once recorded.
            for (int run = 1; run <= 2; run++) {
                program.run();
                assertEquals(4 * run, library[0].calls, "the product of many by many is not the library's");
                for (String output : products().outputs().keySet()) {
                    assertArrayEquals(judge.fetch(output).floats(), program.fetch(output).floats(), output);
                }
            }
        }
    }

    @Test
    void choicesHaveNames() {
        assertEquals(BlasChoice.CUBLAS, BlasChoice.of("cuBLAS"));
        assertEquals(BlasChoice.AUTO, BlasChoice.of("auto"));
        assertEquals(BlasChoice.OWN, BlasChoice.of(" own "));
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> BlasChoice.of("mkl"));
        assertTrue(refusal.getMessage().contains("mkl"));
    }
}
