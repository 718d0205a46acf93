// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import dev.topple.kernels.blas.Blas;
import dev.topple.kernels.blas.Gemm;
import dev.topple.kernels.driver.DriverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import jcuda.LogLevel;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/** cuBLAS 12 or 13, whichever the machine has. */
public final class JCublas implements Blas {

    /** The major version that JCuda's library was linked with. */
    private static final int LINKED = 12;

    /** CUBLAS_GEMM_DEFAULT: the library chooses. */
    private static final int ALGORITHM = -1;

    private final JCudaDriver driver;
    private final cublasHandle handle;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment scalars = arena.allocate(ValueLayout.JAVA_FLOAT, 2);
    private final RawPointer alpha = new RawPointer(scalars.address());
    private final RawPointer beta = new RawPointer(scalars.address() + Float.BYTES);
    private final String description;
    private long workspace;
    private boolean closed;

    /**
     * What became of opening cuBLAS.
     *
     * @param blas the library, or nothing
     * @param description which it is, or in one sentence why there is none
     */
    public record Opened(Optional<Blas> blas, String description) {}

    private JCublas(JCudaDriver driver, cublasHandle handle, String description) {
        this.driver = driver;
        this.handle = handle;
        this.description = description;
    }

    /** Finds and opens cuBLAS for the work of one stream. The calling thread must have entered the driver. */
    public static Opened open(JCudaDriver driver, long stream) {
        try {
            CublasLibrary library = CublasLibrary.find(System.getProperty(CublasLibrary.PROPERTY, ""), System.getenv(),
                    Path.of("/"), driver.properties().driverVersion());
            load(library);
            JCublas blas = create(driver, library);
            try {
                blas.bind(stream);
            } catch (DriverException e) {
                blas.close();
                throw e;
            }
            return new Opened(Optional.of(blas), blas.description());
        } catch (UnavailableException | DriverException e) {
            return new Opened(Optional.empty(), e.getMessage());
        } catch (LinkageError e) {
            return new Opened(Optional.empty(), "cuBLAS cannot be loaded: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName()));
        }
    }

    /** Loads cuBLAS by its path, so that JCuda's library, which asks for it by name, gets this one. */
    @SuppressWarnings("restricted")
    private static void load(CublasLibrary library) throws UnavailableException {
        if (Files.isRegularFile(library.lightFile())) {
            System.load(library.lightFile().toString());
        }
        System.load(library.file().toString());
        Natives.standard().load("JCublas2",
                content -> library.major() == LINKED
                        ? content
                        : Elf.retarget(content, CublasLibrary.name(LINKED), CublasLibrary.name(library.major())),
                () -> JCublas2.setLogLevel(LogLevel.LOG_QUIET));
    }

    private static JCublas create(JCudaDriver driver, CublasLibrary library) {
        cublasHandle handle = new cublasHandle();
        check("cublasCreate", JCublas2.cublasCreate(handle));
        int[] version = new int[1];
        int status = JCublas2.cublasGetVersion(handle, version);
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            JCublas2.cublasDestroy(handle);
            check("cublasGetVersion", status);
        }
        return new JCublas(driver, handle, "cuBLAS " + version[0] / 10000 + "." + version[0] / 100 % 100 + "."
                + version[0] % 100 + " of " + library.folder());
    }

    /**
     * Gives the library the stream and a workspace of its own there, without which it would allocate during a capture.
     * The sizes are those that NVIDIA recommends.
     */
    private void bind(long stream) {
        check("cublasSetStream", JCublas2.cublasSetStream(handle, new cudaStream_t(driver.stream(stream))));
        long bytes = driver.properties().major() >= 9 ? 32L << 20 : 4L << 20;
        workspace = driver.allocate(bytes).orElseThrow(() -> new DriverException("allocating cuBLAS's workspace", 2,
                "CUDA_ERROR_OUT_OF_MEMORY"));
        check("cublasSetWorkspace", JCublas2.cublasSetWorkspace(handle, new DeviceAddress(workspace), bytes));
    }

    private static void check(String call, int status) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new DriverException(call, status, cublasStatus.stringFor(status));
        }
    }

    @Override
    public String description() {
        return description;
    }

    // cuBLAS takes matrices by columns; a matrix by rows is the transpose of one by columns, so C' = B' A' is asked
    // for.

    @Override
    public void multiply(Gemm gemm, long a, long b, long c) {
        setScalars(gemm);
        check("cublasGemmEx", JCublas2.cublasGemmEx_new(handle, operation(gemm.transposeB()),
                operation(gemm.transposeA()), gemm.n(), gemm.m(), gemm.k(), alpha, new DeviceAddress(b),
                cudaDataType.CUDA_R_32F, gemm.ldb(), new DeviceAddress(a), cudaDataType.CUDA_R_32F, gemm.lda(), beta,
                new DeviceAddress(c), cudaDataType.CUDA_R_32F, gemm.ldc(), computeType(gemm), ALGORITHM));
    }

    @Override
    public void multiplyBatched(Gemm gemm, long a, long strideA, long b, long strideB, long c, long strideC,
            int count) {
        setScalars(gemm);
        check("cublasGemmStridedBatchedEx", JCublas2.cublasGemmStridedBatchedEx_new(handle,
                operation(gemm.transposeB()), operation(gemm.transposeA()), gemm.n(), gemm.m(), gemm.k(), alpha,
                new DeviceAddress(b), cudaDataType.CUDA_R_32F, gemm.ldb(), strideB, new DeviceAddress(a),
                cudaDataType.CUDA_R_32F, gemm.lda(), strideA, beta, new DeviceAddress(c), cudaDataType.CUDA_R_32F,
                gemm.ldc(), strideC, count, computeType(gemm), ALGORITHM));
    }

    /** The library reads them during the call. */
    private void setScalars(Gemm gemm) {
        scalars.setAtIndex(ValueLayout.JAVA_FLOAT, 0, gemm.alpha());
        scalars.setAtIndex(ValueLayout.JAVA_FLOAT, 1, gemm.beta());
    }

    private static int operation(boolean transpose) {
        return transpose ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    }

    private static int computeType(Gemm gemm) {
        return switch (gemm.arithmetic()) {
            case FP32 -> cublasComputeType.CUBLAS_COMPUTE_32F_PEDANTIC;
            case TF32 -> cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;
        };
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        arena.close();
        int status = JCublas2.cublasDestroy(handle);
        if (workspace != 0) {
            driver.free(workspace);
        }
        check("cublasDestroy", status);
    }
}
