// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.Arrays;
import java.util.List;

/**
 * The light that arrives at a point: ambient light dimmed by what is near, and each lamp and window through one shadow
 * ray to a chosen part of it. The sun is apart ({@link #sun}), since its shadows are sharp.
 */
final class Lighting {
    /** Values a point has: red, green, blue, and the highlight. */
    static final int VALUES = 4;
    /** A light is cut into this many parts along each side. */
    static final int PARTS = 5;
    private final Scene scene;
    private final List<Light> lights;
    private final Trace scratch = new Trace();
    /** The piece that last blocked each light, which often blocks it again; the last entry is the sun's. */
    private final int[] hints;

    Lighting(Scene scene) {
        this.scene = scene;
        lights = scene.lights();
        hints = new int[lights.size() + 1];
        Arrays.fill(hints, -1);
    }

    /**
     * Light at the traced point.
     *
     * @param part which of the PARTS * PARTS parts of each light to look at, -1 for its centre
     * @param out  where the values go, from {@code at}, {@code plane} apart
     */
    void at(Trace trace, int part, float[] out, int at, int plane) {
        double open = scene.openness(trace.px, trace.py, trace.pz, trace.piece);
        // More ambient light comes from above, where lamps and bright ceilings are, than from below.
        double fill = open * (0.85 + 0.15 * trace.ny);
        double[] ambient = scene.ambient();
        double r = ambient[0] * fill;
        double g = ambient[1] * fill;
        double b = ambient[2] * fill;
        double gloss = 0;
        double px = trace.px + 1e-3 * trace.nx;
        double py = trace.py + 1e-3 * trace.ny;
        double pz = trace.pz + 1e-3 * trace.nz;
        double share = (trace.opening == null ? 1 : trace.opening.light()) * (0.6 + 0.4 * open);
        for (int l = 0; l < lights.size(); l++) {
            Light light = lights.get(l);
            // Lights use the parts in different orders, so that their shadows do not share a pattern.
            int own = part < 0 ? PARTS * PARTS / 2 : part * (l == 1 ? 7 : 1) % (PARTS * PARTS);
            double a = (own % PARTS - (PARTS - 1) / 2) * (2.0 / PARTS);
            double c = (own / PARTS - (PARTS - 1) / 2) * (2.0 / PARTS);
            double lx = light.centre()[0] + a * light.u()[0] + c * light.v()[0] - px;
            double ly = light.centre()[1] + a * light.u()[1] + c * light.v()[1] - py;
            double lz = light.centre()[2] + a * light.u()[2] + c * light.v()[2] - pz;
            double towards = lx * trace.nx + ly * trace.ny + lz * trace.nz;
            if (towards <= 0) {
                continue;
            }
            double square = lx * lx + ly * ly + lz * lz;
            double inverse = 1 / Math.sqrt(square);
            double sent = 1;
            if (light.directed()) {
                double[] n = light.normal();
                sent = -(lx * n[0] + ly * n[1] + lz * n[2]) * inverse;
                if (sent <= 0) {
                    continue;
                }
            }
            int blocker = scene.blocker(scratch, px, py, pz, lx, ly, lz, 1 - 1e-3, hints[l]);
            if (blocker >= 0) {
                hints[l] = blocker;
                continue;
            }
            double e = sent * towards * inverse / (square + 0.06) * share;
            r += e * light.colour()[0];
            g += e * light.colour()[1];
            b += e * light.colour()[2];
            if (trace.material.gloss() > 0) {
                gloss += e * highlight(trace, lx * inverse, ly * inverse, lz * inverse) * light.colour()[1];
            }
        }
        out[at] = (float) r;
        out[at + plane] = (float) g;
        out[at + 2 * plane] = (float) b;
        out[at + 3 * plane] = (float) gloss;
    }

    /** Share of the sun's irradiance that the traced point gets. */
    double sun(Trace trace) {
        double[] sun = scene.sun();
        double towards = trace.nx * sun[0] + trace.ny * sun[1] + trace.nz * sun[2];
        if (towards <= 0 || trace.opening != null) {
            return 0;
        }
        double px = trace.px + 1e-3 * trace.nx;
        double py = trace.py + 1e-3 * trace.ny;
        double pz = trace.pz + 1e-3 * trace.nz;
        double reach = scene.sunny(scratch, px, py, pz);
        if (reach < 0) {
            return 0;
        }
        int last = hints.length - 1;
        int blocker = scene.blocker(scratch, px, py, pz, sun[0], sun[1], sun[2], reach, hints[last]);
        if (blocker >= 0) {
            hints[last] = blocker;
            return 0;
        }
        return towards;
    }

    /** Blinn's highlight, (n . h)^32. */
    private static double highlight(Trace trace, double lx, double ly, double lz) {
        double length = Math.sqrt(trace.dx * trace.dx + trace.dy * trace.dy + trace.dz * trace.dz);
        double hx = lx - trace.dx / length;
        double hy = ly - trace.dy / length;
        double hz = lz - trace.dz / length;
        double c = (hx * trace.nx + hy * trace.ny + hz * trace.nz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
        c = c * c;
        c = c * c;
        c = c * c;
        c = c * c;
        return 3 * c * c;
    }
}
