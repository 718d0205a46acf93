// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/** Patterns that are laid out once over a surface: pictures, rugs, and the world behind a window. */
final class Pictures {
    private Pictures() {
    }

    private static void set(double[] out, double r, double g, double b) {
        out[0] = r;
        out[1] = g;
        out[2] = b;
    }

    /** A margin around the picture, in the colour of paper; true where the point lies on it. */
    private static boolean mount(Material m, double x, double y, double[] out) {
        double margin = 0.1 * Noise.at(3, 1, m.seed());
        if (margin > 0.04 && (x < margin || x > 1 - margin || y < margin || y > 1 - margin)) {
            set(out, 0.8, 0.78, 0.73);
            return true;
        }
        return false;
    }

    static void landscape(Material m, double x, double y, double[] out) {
        if (mount(m, x, y, out)) {
            return;
        }
        int s = m.seed();
        double horizon = 0.3 + 0.3 * Noise.at(1, 1, s);
        double hills = horizon + 0.35 * (Noise.cloud(x * 2.5, 0.5, s) - 0.35);
        double sunX = x - 0.2 - 0.6 * Noise.at(2, 2, s);
        double sunY = y - 0.75;
        if (y < horizon * 0.8) {
            double w = Noise.cloud(x * 5, y * 22, s + 4);
            Textures.blend(m, 0.3 * w, 0.35 + 0.8 * w, out);
        } else if (y < hills) {
            Textures.blend(m, 1, 0.35 + 0.4 * Noise.smooth(x * 9, y * 9, s + 2), out);
        } else if (sunX * sunX + sunY * sunY < 0.006) {
            set(out, 0.9, 0.8, 0.45);
        } else {
            double h = (y - horizon) / (1 - horizon);
            double cloud = Math.max(0, Noise.cloud(x * 4, y * 8, s + 3) - 0.5);
            set(out, 0.62 - 0.4 * h + cloud, 0.6 - 0.25 * h + cloud, 0.55 + 0.1 * h + cloud);
        }
    }

    /** Rectangles of a recursively divided canvas with dark lines. */
    static void blocks(Material m, double x, double y, double[] out) {
        if (mount(m, x, y, out)) {
            return;
        }
        double left = 0;
        double right = 1;
        double low = 0;
        double high = 1;
        int cell = m.seed();
        for (int level = 0; level < 4; level++) {
            double cut = 0.25 + 0.5 * Noise.at(level, cell, m.seed());
            if ((level & 1) == 0) {
                double at = left + (right - left) * cut;
                if (x < at) {
                    right = at;
                    cell = cell * 2 + 1;
                } else {
                    left = at;
                    cell = cell * 2 + 2;
                }
            } else {
                double at = low + (high - low) * cut;
                if (y < at) {
                    high = at;
                    cell = cell * 2 + 1;
                } else {
                    low = at;
                    cell = cell * 2 + 2;
                }
            }
        }
        double hue = Noise.at(cell, 7, m.seed());
        if (Math.min(Math.min(x - left, right - x), Math.min(y - low, high - y)) < 0.012) {
            set(out, 0.03, 0.03, 0.03);
        } else if (hue < 0.35) {
            set(out, 0.8, 0.78, 0.72);
        } else {
            Textures.blend(m, hue < 0.65 ? 0 : 1, 0.6 + 0.7 * Noise.at(cell, 8, m.seed()), out);
        }
    }

    static void discs(Material m, double x, double y, double[] out) {
        if (mount(m, x, y, out)) {
            return;
        }
        int s = m.seed();
        double w = Noise.cloud(x * 2, y * 2, s);
        set(out, 0.75 - 0.3 * w, 0.7 - 0.25 * w, 0.62 - 0.2 * w);
        for (int k = 0; k < 6; k++) {
            double dx = (x - Noise.at(k, 10, s)) * m.width() / m.height();
            double dy = y - Noise.at(k, 11, s);
            double r = 0.08 + 0.25 * Noise.at(k, 12, s);
            double d = dx * dx + dy * dy;
            if (d < r * r && (k % 3 != 0 || d > 0.5 * r * r)) {
                Textures.blend(m, Noise.at(k, 13, s), 0.5 + 0.8 * Noise.at(k, 14, s), out);
            }
        }
    }

    static void portrait(Material m, double x, double y, double[] out) {
        if (mount(m, x, y, out)) {
            return;
        }
        int s = m.seed();
        double dx = (x - 0.5) * m.width() / m.height();
        double head = dx * dx * 1.7 + (y - 0.62) * (y - 0.62);
        double hair = dx * dx * 1.4 + (y - 0.68) * (y - 0.68);
        double shoulders = dx * dx * 0.9 + (y - 0.02) * (y - 0.02);
        double light = 0.7 + 0.5 * (x - y);
        if (head < 0.024) {
            double tone = 0.25 + 0.5 * Noise.at(1, 2, s);
            set(out, tone * light * 1.1, tone * light * 0.75, tone * light * 0.58);
        } else if (hair < 0.034) {
            double tone = 0.02 + 0.2 * Noise.at(2, 2, s);
            set(out, tone, tone * 0.7, tone * 0.45);
        } else if (shoulders < 0.14) {
            Textures.blend(m, 1, light * 0.8, out);
        } else {
            Textures.blend(m, 0, 0.3 + 0.7 * Noise.cloud(x * 3, y * 3, s), out);
        }
    }

    /** A rug: borders around a field of diamonds. */
    static void rug(Material m, double u, double v, double[] out) {
        int s = m.seed();
        double edge = Math.min(m.width() / 2 - Math.abs(u), m.height() / 2 - Math.abs(v));
        double nap = 0.85 + 0.3 * Noise.smooth(u * 45, v * 45, s);
        boolean plain = Noise.at(0, 1, s) < 0.3;
        if (edge < 0.05 || edge > 0.16 && edge < 0.2) {
            Textures.blend(m, 1, nap, out);
        } else if (edge < 0.2) {
            Textures.blend(m, 0.5 + 0.5 * Math.abs(Noise.fraction((u + v) * 5) - 0.5), nap, out);
        } else if (plain) {
            Textures.blend(m, 0.1, nap, out);
        } else {
            double p = 0.18 + 0.25 * Noise.at(2, 1, s);
            double d = Math.abs(Noise.fraction(u / p) - 0.5) + Math.abs(Noise.fraction(v / p * 0.8) - 0.5);
            Textures.blend(m, d < 0.2 ? 1 : d < 0.45 ? 0 : d < 0.55 ? 0.8 : 0.25, nap, out);
        }
    }

    /**
     * What is behind a window: u is metres sideways, v metres above the horizon on a backdrop 15 m away. Night has a
     * first colour darker than 0.1.
     */
    static void outside(Material m, double u, double v, double[] out) {
        int s = m.seed();
        boolean night = m.a()[2] < 0.1;
        double roof = -1 + 7 * Noise.at(Noise.floor(u / 5.5), 1, s) * Noise.at(0, 0, s);
        double trees = -1.5 + 5 * (Noise.cloud(u * 0.25, 0.3, s + 1) - 0.2) * Noise.at(0, 2, s);
        if (v < -2.5) {
            Textures.blend(m, 1, 0.5 + 0.4 * Noise.cloud(u, v, s), out);
        } else if (v < trees) {
            double leaf = (night ? 0.02 : 0.16) * (0.4 + 1.2 * Noise.cloud(u * 1.5, v * 1.5, s + 2));
            set(out, leaf * 0.75, leaf, leaf * 0.45);
        } else if (v < roof) {
            double wall = (night ? 0.04 : 0.45) * (0.5 + 0.7 * Noise.at(Noise.floor(u / 5.5), 2, s));
            boolean pane = Noise.fraction(u * 0.6) > 0.55 && Noise.fraction(v * 0.45) > 0.45;
            boolean lit = night && Noise.at(Noise.floor(u * 0.6), Noise.floor(v * 0.45), s) < 0.4;
            double p = pane ? lit ? 14 : 0.35 : 1;
            set(out, wall * p, wall * p * 0.92, wall * p * 0.8);
        } else {
            double h = Math.min(1, Math.max(0, v / 12));
            double cloud = Math.max(0, Noise.cloud(u * 0.12, v * 0.25, s + 3) - 0.45) * 1.4 * (night ? 0.1 : 1);
            Textures.blend(m, 0, 1.15 - 0.4 * h, out);
            out[0] += cloud;
            out[1] += cloud;
            out[2] += cloud;
        }
    }
}
