// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A convolution written as {@code 4x64x72x96-128k3s2d1g1}: images, channels, height, width; channels of the result,
 * kernel, stride, dilation, groups. Padding is such that stride 1 keeps the size.
 */
record ConvolutionCase(int images, int in, int height, int width, int out, int kernel, int stride, int dilation,
        int groups) {

    /** ResNet-34 as DeepLab has it (at output stride 8 and 16), the first layer of its heads, MobileNetV2. */
    static final List<String> ALL = List.of(
            "1x3x288x384-64k7s2d1g1", "4x64x72x96-64k3s1d1g1", "4x64x72x96-128k3s2d1g1", "4x128x36x48-128k3s1d1g1",
            "4x256x18x24-256k3s1d2g1", "4x512x18x24-512k3s1d4g1", "1x256x37x49-256k3s1d2g1", "1x512x37x49-512k3s1d4g1",
            "4x256x18x24-1024k1s1d1g1", "1x512x29x29-1024k3s1d12g1", "1x512x29x29-1024k3s1d24g1",
            "4x24x56x56-144k1s1d1g1", "4x144x56x56-24k1s1d1g1", "4x96x14x14-576k1s1d1g1", "4x576x14x14-96k1s1d1g1",
            "4x144x56x56-144k3s1d1g144", "4x96x112x112-96k3s2d1g96", "4x576x14x14-576k3s1d1g576");

    private static final Pattern TEXT =
            Pattern.compile("(\\d+)x(\\d+)x(\\d+)x(\\d+)-(\\d+)k(\\d+)s(\\d+)d(\\d+)g(\\d+)");

    /** Those of {@link #ALL} whose text holds another. */
    static List<String> matching(String text) {
        return ALL.stream().filter(shape -> shape.contains(text)).toList();
    }

    static ConvolutionCase of(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("no convolution: " + text);
        }
        int[] n = new int[9];
        for (int i = 0; i < n.length; i++) {
            n[i] = Integer.parseInt(m.group(i + 1));
        }
        return new ConvolutionCase(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8]);
    }

    int padding() {
        return dilation * (kernel - 1) / 2;
    }

    private int outSize(int size) {
        return (size + 2 * padding() - dilation * (kernel - 1) - 1) / stride + 1;
    }

    int outHeight() {
        return outSize(height);
    }

    int outWidth() {
        return outSize(width);
    }

    /** Floating-point operations of a direct convolution, multiplications by padding included. */
    double flops() {
        return 2.0 * images * out * outHeight() * outWidth() * (in / groups) * kernel * kernel;
    }
}
