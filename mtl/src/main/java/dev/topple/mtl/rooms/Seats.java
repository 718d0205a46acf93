// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import dev.topple.mtl.rooms.Material.Pattern;

/** Chairs, sofas and beds. The back is at z = 0, the front towards positive z, x is centred; feet at y = 0. */
final class Seats {
    private Seats() {
    }

    private static void legs(Piece p, Draw draw, double x, double z0, double z1, double h, int label, Material m) {
        boolean round = draw.chance(0.5);
        double r = draw.range(0.015, 0.028);
        for (int k = 0; k < 4; k++) {
            double lx = (k & 1) == 0 ? -x : x;
            double lz = k < 2 ? z0 : z1;
            if (round) {
                p.post(lx, lz, 0, h, 0.8 * r, 1.1 * r, label, m);
            } else {
                p.box(lx, h / 2, lz, r, h / 2, r, label, m);
            }
        }
    }

    static Piece chair(Draw draw) {
        return draw.chance(0.25) ? swivel(draw) : plainChair(draw);
    }

    private static Piece plainChair(Draw draw) {
        Piece p = new Piece();
        int label = Rooms.CHAIR;
        Material frame = draw.chance(0.2) ? Palette.metal(draw) : Palette.wood(draw);
        Material seat = draw.chance(0.5) ? Palette.fabric(draw) : frame;
        double w = draw.range(0.2, 0.25);
        double d = draw.range(0.4, 0.48);
        double h = draw.range(0.43, 0.48);
        double top = draw.range(0.82, 1.05);
        legs(p, draw, w - 0.03, 0.05, d - 0.03, h - 0.02, label, frame);
        p.box(0, h, d / 2 + 0.01, w, 0.025, d / 2, label, seat);
        double lean = draw.range(0.05, 0.16);
        double mid = (h + top) / 2;
        double half = (top - h) / 2;
        switch (draw.below(3)) {
            case 0 -> p.add(Solid.box(0, mid + 0.03, 0.02, w - 0.01, half - 0.03, 0.018, label, seat)
                    .turned(0, -lean));
            case 1 -> {
                for (int k = 0; k < 5; k++) {
                    p.add(Solid.box((k - 2) * 0.42 * w, mid, 0.02, 0.014, half, 0.012, label, frame)
                            .turned(0, -lean));
                }
                p.add(Solid.box(0, top - 0.04, -0.02, w, 0.04, 0.016, label, frame).turned(0, -lean));
            }
            default -> {
                p.add(Solid.box(-w + 0.02, mid, 0.02, 0.018, half, 0.016, label, frame).turned(0, -lean));
                p.add(Solid.box(w - 0.02, mid, 0.02, 0.018, half, 0.016, label, frame).turned(0, -lean));
                for (int k = 0; k < 3; k++) {
                    p.add(Solid.box(0, h + (0.35 + 0.28 * k) * (top - h), 0.02 - lean * (k - 1) * 0.13, w, 0.035,
                            0.012, label, frame).turned(0, -lean));
                }
            }
        }
        if (draw.chance(0.2)) {
            for (int s = -1; s <= 1; s += 2) {
                p.box(s * w, h + 0.2, d / 2, 0.02, 0.015, d / 2 - 0.02, label, frame);
                p.box(s * w, h + 0.1, d - 0.04, 0.015, 0.1, 0.015, label, frame);
            }
        }
        return p;
    }

    private static Piece swivel(Draw draw) {
        Piece p = new Piece();
        int label = Rooms.CHAIR;
        Material metal = Palette.metal(draw);
        Material seat = Palette.fabric(draw);
        double h = draw.range(0.44, 0.52);
        for (int k = 0; k < 5; k++) {
            double a = 1.2566 * k;
            p.add(Solid.box(0.15 * StrictMath.sin(a), 0.07, 0.27 + 0.15 * StrictMath.cos(a), 0.018, 0.018, 0.15,
                    label, metal).turned(1, a));
            p.ball(0.29 * StrictMath.sin(a), 0.03, 0.27 + 0.29 * StrictMath.cos(a), 0.03, 0.03, 0.03, label, metal);
        }
        p.post(0, 0.27, 0.06, h, 0.03, 0.025, label, metal);
        p.box(0, h + 0.03, 0.28, 0.24, 0.04, 0.23, label, seat);
        p.add(Solid.box(0, h + 0.38, 0.03, 0.22, draw.range(0.22, 0.32), 0.03, label, seat).turned(0, -0.12));
        p.box(0, h + 0.1, 0.03, 0.03, 0.12, 0.015, label, metal);
        if (draw.chance(0.6)) {
            for (int s = -1; s <= 1; s += 2) {
                p.box(s * 0.27, h + 0.23, 0.26, 0.025, 0.015, 0.13, label, metal);
                p.box(s * 0.27, h + 0.12, 0.26, 0.015, 0.11, 0.02, label, metal);
            }
        }
        return p;
    }

    static Piece stool(Draw draw) {
        Piece p = new Piece();
        Material m = Palette.wood(draw);
        double h = draw.range(0.42, 0.65);
        legs(p, draw, 0.13, 0.06, 0.32, h, Rooms.CHAIR, m);
        p.post(0, 0.19, h, h + 0.05, 0.18, 0.17, Rooms.CHAIR, draw.chance(0.5) ? Palette.fabric(draw) : m);
        return p;
    }

    /** A sofa of two or three seats, or an armchair, which counts as a chair. */
    static Piece sofa(Draw draw, int seats) {
        Piece p = new Piece();
        int label = seats == 1 ? Rooms.CHAIR : Rooms.SOFA;
        Material cloth = Palette.fabric(draw);
        Material foot = Palette.wood(draw);
        double seat = draw.range(0.56, 0.68);
        double w = seats * seat / 2;
        double d = draw.range(0.78, 0.95);
        double arm = draw.range(0.07, 0.12);
        double armH = draw.range(0.52, 0.66);
        double base = draw.range(0.06, 0.16);
        double seatH = draw.range(0.4, 0.46);
        double backH = draw.range(0.72, 0.92);
        legs(p, draw, w + arm, 0.08, d - 0.06, base, label, foot);
        p.box(0, (base + seatH - 0.1) / 2, d / 2, w + arm, (seatH - 0.1 - base) / 2, d / 2, label, cloth);
        p.add(Solid.box(0, (seatH + backH) / 2 - 0.05, 0.12, w + arm, (backH - seatH) / 2 + 0.05, 0.09, label, cloth)
                .turned(0, -0.08));
        boolean rolled = draw.chance(0.4);
        for (int s = -1; s <= 1; s += 2) {
            double x = s * (w + arm);
            p.box(x, (base + armH) / 2, d / 2 + 0.02, arm, (armH - base) / 2, d / 2 - 0.03, label, cloth);
            if (rolled) {
                p.add(Solid.frustum(2, x, armH, d / 2 + 0.03, d / 2 - 0.02, 1.15 * arm, 1.15 * arm, label, cloth));
            }
        }
        double x0 = -w + seat / 2;
        for (int k = 0; k < seats; k++) {
            p.box(x0 + k * seat, seatH - 0.04, d / 2 + 0.11, seat / 2 - 0.006, 0.07, d / 2 - 0.1, label, cloth);
            p.add(Solid.ellipsoid(x0 + k * seat, seatH + 0.19, 0.25, 0.56 * seat, 0.3, 0.13, label, cloth)
                    .turned(0, -0.18));
        }
        int cushions = draw.below(seats + 1);
        for (int k = 0; k < cushions; k++) {
            Things.cushion(p, draw, x0 + k * seat + draw.range(-0.1, 0.1), seatH + 0.02, 0.44, draw.range(0.15, 0.2),
                    -0.45);
        }
        return p;
    }

    static Piece bed(Draw draw) {
        Piece p = new Piece();
        int label = Rooms.BED;
        Material frame = Palette.wood(draw);
        Material sheet = Material.of(Pattern.PLAIN, Palette.paint(draw), Palette.paint(draw), 1, Palette.seed(draw));
        Material quilt = Palette.fabric(draw);
        boolean wide = draw.chance(0.6);
        double w = wide ? draw.range(0.7, 0.9) : draw.range(0.45, 0.55);
        double length = draw.range(1.95, 2.1);
        double h = draw.range(0.4, 0.58);
        double low = draw.chance(0.5) ? 0.03 : draw.range(0.1, 0.2);
        double head = draw.range(0.8, 1.25);
        Material board = draw.chance(0.4) ? Palette.fabric(draw) : frame;
        p.box(0, head / 2, 0.03, w + 0.03, head / 2, 0.03, label, board);
        p.box(0, (low + h - 0.2) / 2, 0.06 + length / 2, w + 0.02, (h - 0.2 - low) / 2, length / 2, label, frame);
        for (int s = -1; s <= 1; s += 2) {
            p.box(s * (w - 0.04), low / 2, length - 0.02, 0.03, low / 2, 0.03, label, frame);
        }
        p.box(0, h - 0.1, 0.06 + length / 2, w, 0.1, length / 2 - 0.02, label, sheet);
        double from = draw.range(0.5, 0.85);
        double hang = draw.range(0.12, h - low - 0.03);
        p.box(0, h + 0.02 - hang / 2, (0.06 + from + length) / 2 + 0.02, w + 0.03, hang / 2 + 0.025,
                (length - from) / 2, label, quilt);
        p.box(0, h + 0.05, from + 0.16, w + 0.032, 0.022, 0.12, label, sheet);
        if (draw.chance(0.35)) {
            p.box(0, h + 0.03 - hang / 3, length - 0.3, w + 0.04, hang / 3 + 0.03, draw.range(0.15, 0.3), label,
                    Palette.fabric(draw));
        }
        if (draw.chance(0.3)) {
            p.box(0, 0.3 + low / 2, length + 0.07, w + 0.03, 0.3 + low / 2, 0.025, label, frame);
        }
        Material pillow = draw.chance(0.6) ? sheet : Palette.fabric(draw);
        int pillows = wide ? 2 : 1;
        for (int k = 0; k < pillows; k++) {
            double x = wide ? (k - 0.5) * w : 0;
            p.add(Solid.ellipsoid(x, h + 0.11, 0.3, 0.34, 0.11, 0.22, Rooms.OBJECTS, pillow)
                    .turned(0, draw.range(-0.5, 0.05)));
            if (draw.chance(0.4)) {
                Things.cushion(p, draw, x, h, 0.5, draw.range(0.14, 0.2), -0.6);
            }
        }
        return p;
    }
}
