// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/**
 * The sums over images that batch normalisation and its gradient need; what happens to each pixel then is elementwise
 * (see {@link dev.topple.engine.compile.Passes#decompose}). Planes are summed in lanes, images in ascending order in
 * float64. An item of work is one channel.
 */
final class BatchNormInstruction extends CpuInstruction {

    private final BatchNorm op;
    private final List<Slot> in;
    private final Slot first;
    private final Slot second;
    private final Shape shape;
    private final LaneKernels lanes;
    private final Scratch scratch;

    /**
     * Mean and variance, or the gradients of gamma and beta.
     *
     * @param in operands of the op
     * @param shape of the images
     */
    BatchNormInstruction(BatchNorm op, List<Slot> in, Shape shape, Slot first, Slot second, LaneKernels lanes,
            Scratch scratch) {
        super(in, List.of(first, second));
        this.op = op;
        this.in = in;
        this.shape = shape;
        this.first = first;
        this.second = second;
        this.lanes = lanes;
        this.scratch = scratch;
    }

    @Override
    int items() {
        return shape.dim(1);
    }

    @Override
    long steps() {
        return shape.size();
    }

    @Override
    public void item(int channel, int worker) {
        switch (op) {
            case BatchNorm.Training training -> statistics(channel, scratch.lanes(worker));
            case BatchNorm.Gradient gradient -> gradients(channel, gradient.epsilon(), scratch.lanes(worker));
        }
    }

    private int plane(int image, int channel) {
        return (image * shape.dim(1) + channel) * shape.dim(2) * shape.dim(3);
    }

    private void statistics(int channel, float[] memory) {
        float[] x = in.get(0).floats();
        int pixels = shape.dim(2) * shape.dim(3);
        double count = (double) shape.dim(0) * pixels;
        double sum = 0;
        for (int image = 0; image < shape.dim(0); image++) {
            sum += lanes.sum(x, in.get(0).offset() + plane(image, channel), pixels, memory);
        }
        float mean = (float) (sum / count);
        double squares = 0;
        for (int image = 0; image < shape.dim(0); image++) {
            squares += lanes.sumSquares(x, in.get(0).offset() + plane(image, channel), pixels, mean, memory);
        }
        first.floats()[first.offset() + channel] = mean;
        second.floats()[second.offset() + channel] = (float) (squares / count);
    }

    private void gradients(int channel, float epsilon, float[] memory) {
        float[] x = in.get(0).floats();
        float[] g = in.get(4).floats();
        float mean = in.get(2).floats()[in.get(2).offset() + channel];
        float variance = in.get(3).floats()[in.get(3).offset() + channel];
        int pixels = shape.dim(2) * shape.dim(3);
        double products = 0;
        double sum = 0;
        for (int image = 0; image < shape.dim(0); image++) {
            int plane = plane(image, channel);
            sum += lanes.sum(g, in.get(4).offset() + plane, pixels, memory);
            products += lanes.sumProducts(g, in.get(4).offset() + plane, x, in.get(0).offset() + plane, pixels, mean,
                    memory);
        }
        double scale = 1 / Math.sqrt((double) variance + epsilon);
        first.floats()[first.offset() + channel] = (float) (products * scale);
        second.floats()[second.offset() + channel] = (float) sum;
    }

    @Override
    String describe() {
        return (op instanceof BatchNorm.Training ? "BatchNorm statistics " : "BatchNorm gradient sums ") + shape;
    }
}
