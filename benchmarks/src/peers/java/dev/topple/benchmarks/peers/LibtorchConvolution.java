// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A convolution in libtorch, or its backward pass with a frozen weight. */
@BenchmarkMode(Mode.AverageTime)
@Fork(0)
@State(Scope.Thread)
public class LibtorchConvolution {

    /** As {@link ConvolutionCase} reads it. */
    @Param("4x64x72x96-64k3s1d1g1")
    private String shape;

    /** What is computed. */
    @Param("FORWARD")
    private Pass pass;

    /** Threads of libtorch. */
    @Param("1")
    private int threads;

    private NDManager manager;
    private PtNDArray x;
    private PtNDArray w;
    private PtNDArray y;
    private PtNDArray g;
    private Shape stride;
    private Shape padding;
    private Shape dilation;
    private int groups;

    /** Makes the arrays; for a backward pass also the forward pass that it belongs to. */
    @Setup
    public void prepare() {
        ConvolutionCase c = ConvolutionCase.of(shape);
        Libtorch.load(threads);
        manager = NDManager.newBaseManager();
        stride = new Shape(c.stride(), c.stride());
        padding = new Shape(c.padding(), c.padding());
        dilation = new Shape(c.dilation(), c.dilation());
        groups = c.groups();
        x = random(new Shape(c.images(), c.in(), c.height(), c.width()));
        w = random(new Shape(c.out(), c.in() / c.groups(), c.kernel(), c.kernel()));
        g = random(new Shape(c.images(), c.out(), c.outHeight(), c.outWidth()));
        if (pass == Pass.INPUT_GRADIENT) {
            JniUtils.setGradMode(true);
            x.setRequiresGradient(true);
            y = forward();
        } else {
            JniUtils.setGradMode(false);
        }
    }

    private PtNDArray random(Shape shape) {
        return (PtNDArray) manager.randomUniform(-0.5f, 0.5f, shape);
    }

    private PtNDArray forward() {
        return JniUtils.convolution(x, w, null, stride, padding, dilation, groups);
    }

    /** One pass. */
    @Benchmark
    public void run(Clock clock) {
        clock.start();
        switch (pass) {
            case FORWARD -> forward().close();
            case INPUT_GRADIENT -> JniUtils.backward(y, g, true, false);
        }
        clock.stop();
    }

    /** Frees the arrays. */
    @TearDown
    public void close() {
        manager.close();
    }
}
