// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/** Tables, shelves and cabinets with what stands on them. Back at z = 0, front towards positive z, x centred. */
final class Furniture {
    private Furniture() {
    }

    /** A table of the given half width, depth and height; things may stand on it. */
    private static Piece table(Draw draw, double w, double d, double h) {
        Piece p = new Piece();
        int label = Rooms.TABLE;
        Material top = Palette.wood(draw);
        Material leg = draw.chance(0.6) ? top : Palette.metal(draw);
        double thick = draw.range(0.012, 0.03);
        boolean round = draw.chance(0.25) && w < 0.75;
        if (round) {
            double r = Math.max(w, d / 2);
            p.post(0, d / 2, h - 2 * thick, h, r, r, label, top);
            if (draw.chance(0.5)) {
                p.post(0, d / 2, 0.03, h, 0.06, 0.04, label, leg);
                p.post(0, d / 2, 0, 0.035, 0.5 * r, 0.4 * r, label, leg);
                return p;
            }
            w = 0.7 * r;
        } else {
            p.box(0, h - thick, d / 2, w, thick, d / 2, label, top);
            if (draw.chance(0.5)) {
                p.box(0, h - 0.07, d / 2, w - 0.06, 0.045, d / 2 - 0.06, label, leg);
            }
        }
        double r = draw.range(0.018, 0.04);
        double inset = round ? d / 2 - 0.7 * Math.max(w / 0.7, d / 2) * 0.7 : 0.05;
        boolean posts = draw.chance(0.4);
        for (int k = 0; k < 4; k++) {
            double x = ((k & 1) == 0 ? -1 : 1) * (w - 0.05);
            double z = k < 2 ? inset : d - inset;
            if (posts) {
                p.post(x, z, 0, h - 2 * thick, 0.6 * r, r, label, leg);
            } else {
                p.box(x, (h - 2 * thick) / 2, z, r, (h - 2 * thick) / 2, r, label, leg);
            }
        }
        if (!posts && h < 0.55 && draw.chance(0.5)) {
            p.box(0, 0.16, d / 2, w - 0.05, 0.012, d / 2 - 0.05, label, top);
        }
        return p;
    }

    private static void clutter(Piece p, Draw draw, double w, double d, double y, int most, double headroom) {
        int count = draw.below(most + 1);
        p.group();
        for (int k = 0; k < count; k++) {
            double slot = 2 * w / count;
            double x = -w + slot * (k + 0.5) + draw.range(-0.15, 0.15) * slot;
            double r = Math.min(0.45 * slot, Math.min(0.16, d / 2 - 0.02));
            Things.any(p, draw, x, y, d / 2 + draw.range(-0.5, 0.5) * (d / 2 - r), r, headroom);
        }
    }

    static Piece coffeeTable(Draw draw) {
        double w = draw.range(0.35, 0.6);
        double d = draw.range(0.45, 0.7);
        double h = draw.range(0.36, 0.48);
        Piece p = table(draw, w, d, h);
        clutter(p, draw, 0.8 * w, d, h, 3, 0.4);
        return p;
    }

    static Piece diningTable(Draw draw) {
        double w = draw.range(0.55, 0.95);
        double d = draw.range(0.75, 0.95);
        double h = draw.range(0.71, 0.77);
        Piece p = table(draw, w, d, h);
        clutter(p, draw, 0.7 * w, d, h, 4, 0.4);
        return p;
    }

    static Piece desk(Draw draw) {
        double w = draw.range(0.5, 0.8);
        double d = draw.range(0.55, 0.75);
        double h = draw.range(0.7, 0.76);
        Piece p = new Piece();
        Material m = Palette.wood(draw);
        p.box(0, h - 0.015, d / 2, w, 0.015, d / 2, Rooms.TABLE, m);
        p.box(-w + 0.02, (h - 0.03) / 2, d / 2, 0.018, (h - 0.03) / 2, d / 2 - 0.03, Rooms.TABLE, m);
        if (draw.chance(0.5)) {
            drawers(p, draw, w - 0.21, 0.2, d - 0.04, 0.02, h - 0.03, 3, 1, Rooms.TABLE, m);
        } else {
            p.box(w - 0.02, (h - 0.03) / 2, d / 2, 0.018, (h - 0.03) / 2, d / 2 - 0.03, Rooms.TABLE, m);
            p.box(0, h - 0.2, 0.04, w - 0.04, 0.15, 0.01, Rooms.TABLE, m);
        }
        p.group();
        if (draw.chance(0.6)) {
            double s = draw.range(0.48, 0.62);
            Things.screen(p, draw, draw.range(-0.2, 0.2), h, 0.18, s, 0.58 * s, true);
            p.box(0, h + 0.01, 0.42, 0.2, 0.01, 0.06, Rooms.OBJECTS, Palette.coloured(draw));
        } else {
            Things.laptop(p, draw, draw.range(-0.15, 0.15), h, 0.35);
        }
        if (draw.chance(0.6)) {
            Things.lamp(p, draw, -w + 0.15, h, 0.18, draw.range(0.35, 0.5), 0.11, false);
        }
        if (draw.chance(0.7)) {
            Things.bookStack(p, draw, w - 0.18, h, 0.25, 0.3);
        }
        if (draw.chance(0.4)) {
            Things.any(p, draw, -w + 0.2, h, d - 0.2, 0.1, 0.3);
        }
        return p;
    }

    static Piece bookcase(Draw draw) {
        Piece p = new Piece();
        int label = Rooms.FURNITURE;
        Material m = Palette.wood(draw);
        double w = draw.range(0.35, 0.75);
        double d = draw.range(0.26, 0.36);
        double h = draw.range(0.9, 2.1);
        double t = draw.range(0.01, 0.016);
        int rows = Math.max(2, (int) (h / draw.range(0.31, 0.4)));
        double pitch = (h - 0.08) / rows;
        p.box(-w, h / 2, d / 2, t, h / 2, d / 2, label, m);
        p.box(w, h / 2, d / 2, t, h / 2, d / 2, label, m);
        p.box(0, h / 2, 0.006, w, h / 2, 0.006, label, m);
        p.box(0, 0.035, d / 2 - 0.01, w, 0.035, d / 2 - 0.01, label, m);
        for (int k = 0; k <= rows; k++) {
            p.box(0, 0.07 + k * pitch - (k == rows ? t : 0), d / 2, w, t, d / 2 - 0.003, label, m);
        }
        double full = draw.range(0.5, 1);
        for (int k = 0; k < rows; k++) {
            p.group();
            double y = 0.07 + k * pitch + t;
            double room = pitch - 2.5 * t;
            if (draw.chance(full)) {
                double to = draw.chance(0.5) ? w : draw.range(-0.2, 0.8) * w;
                Things.bookRow(p, draw, -w + t + 0.003, to - t, y, 0.05, room);
                if (to < 0.5 * w) {
                    Things.any(p, draw, (to + w) / 2, y, d / 2 + 0.03, Math.min(0.1, (w - to) / 2.5), 0.8 * room);
                }
            } else {
                for (int s = 0; s < 3; s++) {
                    if (draw.chance(0.7)) {
                        Things.any(p, draw, (s - 1) * 0.6 * w, y, d / 2, Math.min(0.1, 0.25 * w), 0.85 * room);
                    }
                }
            }
        }
        clutter(p, draw, 0.8 * w, d, h + t, h < 1.4 ? 3 : 1, 0.35);
        return p;
    }

    /** A body with a grid of drawers or doors, centred at x, of half width w. */
    private static void drawers(Piece p, Draw draw, double x, double w, double d, double low, double high, int rows,
            int columns, int label, Material m) {
        p.box(x, (low + high) / 2, d / 2, w, (high - low) / 2, d / 2, label, m);
        Material front = draw.chance(0.3) ? Palette.wood(draw) : m;
        Material knob = Palette.metal(draw);
        double ph = (high - low) / rows;
        double pw = 2 * w / columns;
        boolean bar = draw.chance(0.4);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                double cx = x - w + (c + 0.5) * pw;
                double cy = low + (r + 0.5) * ph;
                p.box(cx, cy, d + 0.006, pw / 2 - 0.01, ph / 2 - 0.01, 0.008, label, front);
                boolean door = ph > pw;
                double kx = door ? cx + (c % 2 == 0 ? 1 : -1) * (pw / 2 - 0.05) : cx;
                if (bar) {
                    p.box(kx, cy, d + 0.03, door ? 0.008 : 0.06, door ? 0.06 : 0.008, 0.008, label, knob);
                } else {
                    p.ball(kx, cy, d + 0.025, 0.015, 0.015, 0.015, label, knob);
                }
            }
        }
    }

    private static Piece chest(Draw draw, double w, double d, double h, int rows, int columns) {
        Piece p = new Piece();
        Material m = Palette.wood(draw);
        double low = draw.chance(0.5) ? 0 : draw.range(0.06, 0.16);
        if (low > 0) {
            for (int k = 0; k < 4; k++) {
                p.post(((k & 1) == 0 ? -1 : 1) * (w - 0.04), k < 2 ? 0.05 : d - 0.05, 0, low, 0.015, 0.025,
                        Rooms.FURNITURE, m);
            }
        }
        drawers(p, draw, 0, w, d, low, h - 0.025, rows, columns, Rooms.FURNITURE, m);
        p.box(0, h - 0.0125, d / 2 + 0.01, w + 0.015, 0.0125, d / 2 + 0.015, Rooms.FURNITURE, m);
        return p;
    }

    static Piece wardrobe(Draw draw) {
        int doors = draw.between(2, 3);
        return chest(draw, doors * draw.range(0.22, 0.28), draw.range(0.5, 0.62), draw.range(1.75, 2.15), 1, doors);
    }

    static Piece dresser(Draw draw) {
        double w = draw.range(0.35, 0.75);
        double d = draw.range(0.4, 0.5);
        double h = draw.range(0.7, 1.1);
        Piece p = chest(draw, w, d, h, draw.between(3, 4), w > 0.55 ? 2 : 1);
        clutter(p, draw, 0.8 * w, d, h, 4, 0.45);
        return p;
    }

    static Piece sideboard(Draw draw) {
        double w = draw.range(0.6, 0.95);
        double d = draw.range(0.38, 0.48);
        double h = draw.range(0.68, 0.95);
        Piece p = chest(draw, w, d, h, 1, draw.between(3, 4));
        clutter(p, draw, 0.85 * w, d, h, 5, 0.45);
        return p;
    }

    /** A bedside cabinet; its lamp is lit on request. */
    static Piece nightstand(Draw draw) {
        double w = draw.range(0.2, 0.26);
        double h = draw.range(0.45, 0.6);
        Piece p = chest(draw, w, 0.38, h, 2, 1);
        p.group();
        if (draw.chance(0.75)) {
            Things.lamp(p, draw, 0, h, 0.17, draw.range(0.36, 0.5), draw.range(0.11, 0.15), draw.chance(0.5));
        }
        if (draw.chance(0.5)) {
            Things.bookStack(p, draw, 0.08, h, 0.25, 0.12);
        }
        return p;
    }

    /** A low cabinet with a television on it. */
    static Piece televisionStand(Draw draw) {
        double w = draw.range(0.6, 0.9);
        double h = draw.range(0.4, 0.6);
        Piece p = chest(draw, w, 0.42, h, 1, draw.between(2, 4));
        double tv = draw.range(0.8, Math.min(1.35, 1.8 * w));
        p.group();
        Things.screen(p, draw, 0, h, 0.2, tv, 0.57 * tv, true);
        if (w - tv / 2 > 0.17) {
            Things.any(p, draw, -w + 0.1, h, 0.25, 0.08, 0.35);
        }
        return p;
    }

    /** A radiator under a window. */
    static Piece radiator(Draw draw) {
        Piece p = new Piece();
        Material m = Material.plain(Palette.linear(0xEFEDE8)).glossy(0.1);
        int ribs = draw.between(7, 11);
        for (int k = 0; k < ribs; k++) {
            p.box((k - (ribs - 1) / 2.0) * 0.08, 0.4, 0.07, 0.032, 0.27, 0.045, Rooms.FURNITURE, m);
        }
        p.box(0, 0.62, 0.07, ribs * 0.04, 0.02, 0.02, Rooms.FURNITURE, m);
        return p;
    }
}
