// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import java.util.Arrays;

/** The inner loops of pooling without the Vector API. */
final class PlainPool implements PoolLanes {

    private static final int W = Blocks.WIDTH;

    @Override
    public void max(PoolGeometry s, int from, int to, float[] x, int xo, float[] y, int yo, int[] indices, int io) {
        int outWidth = s.columns().out();
        for (int oy = from; oy < to; oy++) {
            for (int ox = 0; ox < outWidth; ox++) {
                int at = (oy * outWidth + ox) * W;
                for (int l = 0; l < W; l++) {
                    int best = s.rows().first()[oy] * s.width() + s.columns().first()[ox];
                    float largest = x[xo + best * W + l];
                    for (int iy = s.rows().first()[oy]; iy < s.rows().end()[oy]; iy++) {
                        for (int ix = s.columns().first()[ox]; ix < s.columns().end()[ox]; ix++) {
                            float value = x[xo + (iy * s.width() + ix) * W + l];
                            if (value > largest || (value != value && largest == largest)) {
                                largest = value;
                                best = iy * s.width() + ix;
                            }
                        }
                    }
                    y[yo + at + l] = largest;
                    indices[io + at + l] = best;
                }
            }
        }
    }

    @Override
    public void maxGradient(PoolGeometry s, int from, int to, float[] g, int go, int[] indices, int io, float[] y,
            int yo, float[] mask, int mo, int[] bits, int bo) {
        int outWidth = s.columns().out();
        for (int iy = from; iy < to; iy++) {
            for (int ix = 0; ix < s.width(); ix++) {
                int pixel = iy * s.width() + ix;
                for (int l = 0; l < W; l++) {
                    float sum = 0f;
                    for (int oy = s.rows().firstOver()[iy]; oy < s.rows().endOver()[iy]; oy++) {
                        for (int ox = s.columns().firstOver()[ix]; ox < s.columns().endOver()[ix]; ox++) {
                            int at = (oy * outWidth + ox) * W + l;
                            sum += indices[io + at] == pixel ? g[go + at] : 0f;
                        }
                    }
                    boolean closed = mask.length > 0 && !(mask[mo + pixel * W + l] > 0f)
                            || bits.length > 0 && (bits[bo + pixel] >> l & 1) == 0;
                    y[yo + pixel * W + l] = closed ? 0f : sum;
                }
            }
        }
    }

    @Override
    public void average(PoolGeometry s, int from, int to, float[] x, int xo, float[] y, int yo) {
        int outWidth = s.columns().out();
        for (int oy = from; oy < to; oy++) {
            for (int ox = 0; ox < outWidth; ox++) {
                int at = yo + (oy * outWidth + ox) * W;
                float share = s.share(oy, ox);
                for (int l = 0; l < W; l++) {
                    float sum = 0f;
                    for (int iy = s.rows().first()[oy]; iy < s.rows().end()[oy]; iy++) {
                        for (int ix = s.columns().first()[ox]; ix < s.columns().end()[ox]; ix++) {
                            sum += x[xo + (iy * s.width() + ix) * W + l];
                        }
                    }
                    y[at + l] = sum / share;
                }
            }
        }
    }

    @Override
    public void averageGradient(PoolGeometry s, int from, int to, float[] g, int go, float[] y, int yo) {
        Arrays.fill(y, yo + from * s.width() * W, yo + to * s.width() * W, 0f);
        int outWidth = s.columns().out();
        int last = s.rows().endOver()[to - 1];
        for (int oy = s.rows().firstOver()[from]; oy < last; oy++) {
            int top = Math.max(from, s.rows().first()[oy]);
            int bottom = Math.min(to, s.rows().end()[oy]);
            for (int ox = 0; ox < outWidth; ox++) {
                float share = s.share(oy, ox);
                for (int l = 0; l < W; l++) {
                    float each = g[go + (oy * outWidth + ox) * W + l] / share;
                    for (int iy = top; iy < bottom; iy++) {
                        for (int ix = s.columns().first()[ox]; ix < s.columns().end()[ox]; ix++) {
                            y[yo + (iy * s.width() + ix) * W + l] += each;
                        }
                    }
                }
            }
        }
    }
}
