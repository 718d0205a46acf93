// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.topple.benchmarks.networks.Layers;
import dev.topple.benchmarks.networks.NetworkWeights;
import dev.topple.engine.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Layers as PyTorch computes them when it is called op by op (eager), images in NCHW. */
final class TorchLayers implements Layers<PtNDArray> {

    private static final double EPSILON = 1e-5;
    private static final double MOMENTUM = 0.1;
    private static final int BILINEAR = 2;

    private final NDManager manager;
    private final DataType type;
    private final boolean weightGradients;
    private final boolean training;
    private final PtNDArray slope;
    private final Map<String, PtNDArray> weights = new LinkedHashMap<>();
    private final Map<String, PtNDArray> parameters = new LinkedHashMap<>();

    /**
     * @param manager what owns the weights
     * @param type float32, or float64 as a judge of both
     * @param weightGradients whether a backward pass also computes the gradients of weights
     * @param training whether batch normalisation takes its statistics from the batch
     */
    TorchLayers(NDManager manager, DataType type, boolean weightGradients, boolean training) {
        this.manager = manager;
        this.type = type;
        this.weightGradients = weightGradients;
        this.training = training;
        this.slope = number(manager, 4, type);
    }

    /** Everything that training would change, so far as it was used. */
    Collection<PtNDArray> parameters() {
        return parameters.values();
    }

    private PtNDArray read(String name, boolean trained, Supplier<Tensor> value) {
        return weights.computeIfAbsent(name, n -> {
            PtNDArray array = array(manager, value.get(), type);
            if (trained) {
                parameters.put(n, array);
                array.setRequiresGradient(weightGradients);
            }
            return array;
        });
    }

    /** A tensor as an array. */
    static PtNDArray array(NDManager manager, Tensor tensor, DataType type) {
        long[] dims = new long[tensor.shape().rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = tensor.shape().dim(i);
        }
        PtNDArray array = switch (tensor.dtype()) {
            case F32 -> (PtNDArray) manager.create(tensor.floats(), new Shape(dims));
            case I32 -> (PtNDArray) manager.create(tensor.ints(), new Shape(dims));
            case BOOL -> (PtNDArray) manager.create(tensor.booleans(), new Shape(dims));
        };
        if (array.getDataType() == type) {
            return array;
        }
        try (array) {
            return (PtNDArray) array.toType(type, true);
        }
    }

    /**
     * A number as an array. (DJL turns a number that is an operand into memory of Java's, which may be gone when a
     * backward pass reads it.)
     */
    static PtNDArray number(NDManager manager, double value, DataType type) {
        return (PtNDArray) manager.full(new Shape(), (float) value, type);
    }

    private PtNDArray convolved(String name, PtNDArray x, Filter filter, PtNDArray bias) {
        PtNDArray weight = read(name + ".weight", true, () -> NetworkWeights.weight(name, filter));
        return JniUtils.convolution(x, weight, bias, square(filter.stride()), square(filter.padding()),
                square(filter.dilation()), filter.groups());
    }

    private static Shape square(int side) {
        return new Shape(side, side);
    }

    @Override
    public PtNDArray biased(String name, PtNDArray x, Filter filter) {
        return convolved(name, x, filter, read(name + ".bias", true, () -> NetworkWeights.bias(name, filter.out())));
    }

    @Override
    public PtNDArray normalised(String name, PtNDArray x, Filter filter, double gain) {
        int channels = filter.out();
        PtNDArray y = convolved(name, x, filter, null);
        PtNDArray gamma = read(name + ".gamma", true, () -> NetworkWeights.gamma(name, channels, gain));
        PtNDArray beta = read(name + ".beta", true, () -> NetworkWeights.beta(name, channels));
        PtNDArray mean = read(name + ".mean", false, () -> NetworkWeights.mean(name, channels));
        PtNDArray variance = read(name + ".variance", false, () -> NetworkWeights.variance(name, channels));
        return JniUtils.batchNorm(y, mean, variance, gamma, beta, training, MOMENTUM, EPSILON);
    }

    @Override
    public PtNDArray relu(PtNDArray x) {
        return JniUtils.relu(x);
    }

    @Override
    public PtNDArray add(PtNDArray a, PtNDArray b) {
        return JniUtils.add(a, b);
    }

    @Override
    public PtNDArray maxPool(PtNDArray x) {
        return JniUtils.maxPool(x, square(3), square(2), square(1), true);
    }

    @Override
    public PtNDArray resize(PtNDArray x, int height, int width) {
        return JniUtils.interpolate(x, new long[] {height, width}, BILINEAR, false);
    }

    @Override
    public PtNDArray normalise(PtNDArray images) {
        return (PtNDArray) images.mul(slope).sub(2);
    }
}
