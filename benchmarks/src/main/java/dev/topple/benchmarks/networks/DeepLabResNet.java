// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.benchmarks.networks.Layers.Filter;
import java.util.List;

/**
 * An encoder of basic blocks as AdaShare and TreeMTL have it: a 7x7 stem with stride 2, max pooling, four stages.
 *
 * @param blocks how many blocks each stage has
 * @param strides of each stage's first block
 * @param dilations of each stage
 */
record DeepLabResNet(List<Integer> blocks, List<Integer> strides, List<Integer> dilations) implements DeepLab.Encoder {

    /** ResNet-34 whose third and fourth stages keep the size: features have an eighth of the image's size. */
    static final DeepLabResNet DILATED_34 =
            new DeepLabResNet(List.of(3, 4, 6, 3), List.of(1, 2, 1, 1), List.of(1, 1, 2, 4));

    /** ResNet-18: features have a thirty-second of the image's size. */
    static final DeepLabResNet PLAIN_18 =
            new DeepLabResNet(List.of(2, 2, 2, 2), List.of(1, 2, 2, 2), List.of(1, 1, 1, 1));

    private static final int[] WIDTHS = {64, 128, 256, 512};

    @Override
    public int channels() {
        return WIDTHS[WIDTHS.length - 1];
    }

    @Override
    public <T> T encode(Layers<T> layers, T images) {
        T x = layers.relu(layers.normalised("stem", images, Filter.of(3, WIDTHS[0], 7).by(2), 1));
        x = layers.maxPool(x);
        int in = WIDTHS[0];
        for (int stage = 0; stage < WIDTHS.length; stage++) {
            int out = WIDTHS[stage];
            int dilation = dilations.get(stage);
            for (int block = 0; block < blocks.get(stage); block++) {
                String name = "stage" + stage + ".block" + block;
                int stride = block == 0 ? strides.get(stage) : 1;
                Filter first = Filter.of(in, out, 3).by(stride).dilated(dilation);
                Filter second = Filter.of(out, out, 3).dilated(dilation);
                T y = layers.relu(layers.normalised(name + ".first", x, first, 1));
                y = layers.normalised(name + ".second", y, second, 0.4);
                T around = in == out && stride == 1
                        ? x
                        : layers.normalised(name + ".shortcut", x, Filter.of(in, out, 1).by(stride), 0.7);
                x = layers.relu(layers.add(y, around));
                in = out;
            }
        }
        return x;
    }
}
