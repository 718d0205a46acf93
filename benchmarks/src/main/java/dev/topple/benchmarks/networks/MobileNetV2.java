// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.benchmarks.networks.Layers.Filter;

/**
 * MobileNetV2 (Sandler et al., 2018) as TreeMTL has it: plain ReLU, output stride 32. Its inverted residuals widen by
 * 1x1, filter each channel by 3x3, and narrow by 1x1 without a ReLU.
 */
record MobileNetV2() implements DeepLab.Encoder {

    private static final int CHANNELS = 1280;

    /** Of each stage: how many times wider inside, channels, blocks, stride of the first. */
    private static final int[][] STAGES = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1},
        {6, 160, 3, 2}, {6, 320, 1, 1}};

    @Override
    public int channels() {
        return CHANNELS;
    }

    @Override
    public <T> T encode(Layers<T> layers, T images) {
        T x = layers.relu(layers.normalised("stem", images, Filter.of(3, 32, 3).by(2), 1));
        int in = 32;
        for (int stage = 0; stage < STAGES.length; stage++) {
            int out = STAGES[stage][1];
            for (int block = 0; block < STAGES[stage][2]; block++) {
                String name = "stage" + stage + ".block" + block;
                int stride = block == 0 ? STAGES[stage][3] : 1;
                int inside = in * STAGES[stage][0];
                T y = x;
                if (inside != in) {
                    y = layers.relu(layers.normalised(name + ".expand", y, Filter.of(in, inside, 1), 1));
                }
                y = layers.relu(layers.normalised(name + ".depthwise", y, Filter.depthwise(inside, stride), 1));
                boolean residual = in == out && stride == 1;
                y = layers.normalised(name + ".project", y, Filter.of(inside, out, 1), residual ? 0.3 : 0.8);
                x = residual ? layers.add(x, y) : y;
                in = out;
            }
        }
        return layers.relu(layers.normalised("last", x, Filter.of(in, CHANNELS, 1), 1));
    }
}
