// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * The colour of a material at a point of its surface. Coordinates u and v are metres along the surface; {@code
 * footprint} is the size of a sample there, and detail finer than it fades into the mean, which keeps distant
 * textures from shimmering.
 */
final class Textures {
    private Textures() {
    }

    static void colour(Material m, double u, double v, double footprint, double[] out) {
        double detail = Math.min(1, Math.max(0, 1.5 - footprint / m.scale()));
        switch (m.pattern()) {
            case PLAIN -> blend(m, 0, 0.96 + 0.08 * Noise.smooth(u * 5, v * 5, m.seed()), out);
            case PLASTER -> blend(m, Noise.cloud(u / m.scale(), v / m.scale(), m.seed()),
                    0.985 + 0.03 * Noise.smooth(u * 60, v * 60, m.seed() + 9), out);
            case WOOD -> wood(m, u, v, detail, 1, 0, out);
            case PLANKS -> planks(m, u, v, footprint, detail, out);
            case PARQUET -> parquet(m, u, v, detail, out);
            case TILES -> tiles(m, u, v, footprint, out);
            case CHECKER -> {
                int odd = (Noise.floor(u / m.scale()) + Noise.floor(v / m.scale())) & 1;
                blend(m, odd, 0.94 + 0.12 * Noise.cloud(u * 4, v * 4, m.seed()), out);
            }
            case STRIPES -> {
                double s = Noise.fraction(u / m.scale());
                double band = s < 0.45 ? 1 : s > 0.5 && s < 0.55 || s > 0.9 && s < 0.95 ? 0.7 : 0;
                blend(m, 0.5 + (band - 0.5) * detail, weave(u, v, m.seed()), out);
            }
            case DOTS -> dots(m, u / m.scale(), v / m.scale(), out);
            case DAMASK -> damask(m, u / m.scale(), v / m.scale(), out);
            case WEAVE -> {
                double w = Noise.smooth(u / m.scale(), v / m.scale() * 0.7, m.seed());
                blend(m, 0.5 + (w - 0.5) * detail, 0.96 + 0.08 * Noise.smooth(u * 3, v * 3, m.seed() + 5), out);
            }
            case PLAID -> {
                double p = Noise.fraction(u / m.scale());
                double q = Noise.fraction(v / m.scale());
                double w = (p < 0.4 ? 0.45 : p > 0.65 && p < 0.72 ? 0.3 : 0)
                        + (q < 0.4 ? 0.45 : q > 0.65 && q < 0.72 ? 0.3 : 0);
                blend(m, 0.35 + (w - 0.35) * detail, weave(u, v, m.seed()), out);
            }
            case CARPET -> {
                double fine = Noise.smooth(u / m.scale(), v / m.scale(), m.seed());
                double patch = Noise.cloud(u * 1.7, v * 1.7, m.seed() + 3);
                blend(m, 0.5 + (fine - 0.5) * 1.6 * detail, 0.85 + 0.3 * patch, out);
            }
            case MARBLE -> {
                double x = u / m.scale();
                double y = v / m.scale();
                double warp = Noise.cloud(x * 1.5, y * 1.5, m.seed()) * 4;
                double vein = Math.abs(Noise.fraction(x + 0.6 * y + warp) - 0.5) * 2;
                vein *= vein;
                blend(m, vein * vein, 0.92 + 0.16 * Noise.smooth(x, y, m.seed() + 7), out);
            }
            case BRICK -> brick(m, u, v, footprint, out);
            case RUG -> Pictures.rug(m, u, v, out);
            case LANDSCAPE -> Pictures.landscape(m, u / m.width() + 0.5, v / m.height() + 0.5, out);
            case BLOCKS -> Pictures.blocks(m, u / m.width() + 0.5, v / m.height() + 0.5, out);
            case DISCS -> Pictures.discs(m, u / m.width() + 0.5, v / m.height() + 0.5, out);
            case PORTRAIT -> Pictures.portrait(m, u / m.width() + 0.5, v / m.height() + 0.5, out);
            case SCREEN -> blend(m, Math.max(0, Math.min(1, 0.5 + u / m.width() + 0.8 * v / m.height())), 1, out);
            case SPINE -> {
                double y = v / m.height() + 0.5;
                blend(m, y > 0.12 && y < 0.18 || y > 0.62 && y < 0.86 ? 1 : 0, 1, out);
            }
            case LEAVES -> blend(m, Noise.smooth(u / m.scale(), v / m.scale(), m.seed()),
                    0.45 + 0.9 * Noise.smooth(u / m.scale() * 2.3, v / m.scale() * 2.3, m.seed() + 1), out);
            case OUTSIDE -> Pictures.outside(m, u, v, out);
        }
    }

    /** Mixes the two colours of the material and scales the result. */
    static void blend(Material m, double weight, double factor, double[] out) {
        double[] a = m.a();
        double[] b = m.b();
        out[0] = (a[0] + (b[0] - a[0]) * weight) * factor;
        out[1] = (a[1] + (b[1] - a[1]) * weight) * factor;
        out[2] = (a[2] + (b[2] - a[2]) * weight) * factor;
    }

    private static double weave(double u, double v, int seed) {
        return 0.94 + 0.12 * Noise.smooth(u * 40, v * 40, seed + 11);
    }

    private static void wood(Material m, double u, double v, double detail, double factor, int piece, double[] out) {
        double across = v / m.scale() * 3;
        double bend = Noise.smooth(u * 1.3, across * 0.5, m.seed() + piece) * 3;
        double ring = Math.abs(Noise.fraction(across * 0.6 + bend) - 0.5) * 2;
        double fibre = Noise.smooth(u * 5, across * 7, m.seed() + piece + 1);
        double w = 0.6 * ring + 0.4 * fibre;
        blend(m, 0.5 + (w - 0.5) * detail, factor, out);
    }

    private static void planks(Material m, double u, double v, double footprint, double detail, double[] out) {
        double row = v / m.scale();
        int i = Noise.floor(row);
        double length = 8 * m.scale();
        double along = u / length + Noise.at(i, 5, m.seed());
        int j = Noise.floor(along);
        double tone = Noise.at(i, j, m.seed());
        wood(m, u, v, detail, 0.78 + 0.4 * tone, i * 31 + j * 7, out);
        double gap = Math.max(0.004, footprint * 0.5);
        double edge = Math.min((row - i) * m.scale(), (along - j) * length);
        if (edge < gap) {
            darken(out, 1 - 0.55 * 0.004 / gap);
        }
    }

    private static void parquet(Material m, double u, double v, double detail, double[] out) {
        double x = u / m.scale();
        double y = v / m.scale();
        int i = Noise.floor(x);
        int j = Noise.floor(y);
        boolean turned = ((i + j) & 1) == 0;
        double across = turned ? x - i : y - j;
        int strip = (int) (across * 4);
        double tone = Noise.at(i * 4 + strip, j, m.seed());
        wood(m, turned ? v : u, turned ? u : v, detail, 0.75 + 0.4 * tone, strip + i * 13 + j * 29, out);
        if (across * 4 - strip < 0.06 || (turned ? y - j : x - i) < 0.015) {
            darken(out, 0.65);
        }
    }

    private static void tiles(Material m, double u, double v, double footprint, double[] out) {
        double x = u / m.scale();
        double y = v / m.scale();
        int i = Noise.floor(x);
        int j = Noise.floor(y);
        double edge = Math.min(Math.min(x - i, i + 1 - x), Math.min(y - j, j + 1 - y)) * m.scale();
        double grout = Math.max(0.005, footprint * 0.4);
        double tone = 0.86 + 0.22 * Noise.at(i, j, m.seed()) + 0.1 * (Noise.cloud(u * 5, v * 5, m.seed()) - 0.5);
        blend(m, edge < grout ? 0.005 / grout : 0, tone, out);
    }

    private static void dots(Material m, double x, double y, double[] out) {
        int j = Noise.floor(y);
        double dx = Noise.fraction(x + 0.5 * (j & 1)) - 0.5;
        double dy = y - j - 0.5;
        double r = dx * dx + dy * dy;
        blend(m, r < 0.06 ? 1 : 0, 0.95 + 0.1 * Noise.smooth(x * 4, y * 4, m.seed()), out);
    }

    private static void damask(Material m, double x, double y, double[] out) {
        int j = Noise.floor(y);
        double dx = Math.abs(Noise.fraction(x + 0.5 * (j & 1)) - 0.5);
        double dy = Math.abs(y - j - 0.5);
        double leaf = dx * (1.6 + 2 * dy) + dy;
        boolean figure = leaf < 0.42 && !(leaf > 0.22 && leaf < 0.29) || dx * dx + dy * dy < 0.006;
        blend(m, figure ? 1 : 0, 0.97 + 0.06 * Noise.smooth(x * 3, y * 3, m.seed()), out);
    }

    private static void brick(Material m, double u, double v, double footprint, double[] out) {
        double y = v / (m.scale() * 0.33);
        int j = Noise.floor(y);
        double x = u / m.scale() + 0.5 * (j & 1);
        int i = Noise.floor(x);
        double edge = Math.min((x - i) * m.scale(), (y - j) * m.scale() * 0.33);
        double joint = Math.max(0.012, footprint * 0.4);
        double tone = 0.75 + 0.45 * Noise.at(i, j, m.seed());
        blend(m, edge < joint ? 0.012 / joint : 0, tone * (0.9 + 0.2 * Noise.smooth(u * 30, v * 30, m.seed())), out);
    }

    private static void darken(double[] out, double factor) {
        out[0] *= factor;
        out[1] *= factor;
        out[2] *= factor;
    }
}
