// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import dev.topple.mtl.rooms.Material.Pattern;

/**
 * What belongs to the walls, the floor and the ceiling: window frames, curtains, doors, pictures, mirrors, hung
 * televisions, wall shelves, rugs, lamps. On a wall, x runs along it, z into the room and y up from the floor.
 */
final class Fittings {
    private Fittings() {
    }

    private static void surround(Piece p, double w, double low, double high, double wide, double out, int label,
            Material m, boolean sill) {
        p.box(0, high + wide / 2, out / 2, w + wide, wide / 2, out / 2, label, m);
        for (int s = -1; s <= 1; s += 2) {
            p.box(s * (w + wide / 2), (low + high) / 2, out / 2, wide / 2, (high - low) / 2, out / 2, label, m);
        }
        if (sill) {
            p.box(0, low - wide / 2, out, w + wide, wide / 2, out, label, m);
        }
    }

    /** Frame and bars of a window of half width w. */
    static Piece windowFrame(Draw draw, double w, double low, double high, double depth) {
        Piece p = new Piece();
        int label = Rooms.WINDOW;
        Material m = draw.chance(0.6) ? Material.plain(Palette.linear(0xECEAE4)) : Palette.wood(draw);
        surround(p, w, low, high, draw.range(0.04, 0.08), 0.025, label, m, true);
        double mid = (low + high) / 2;
        double z = -depth + 0.025;
        double b = draw.range(0.018, 0.03);
        p.group();
        p.box(-w + b, mid, z, b, mid - low, 0.02, label, m);
        p.box(w - b, mid, z, b, mid - low, 0.02, label, m);
        p.box(0, low + b, z, w, b, 0.02, label, m);
        p.box(0, high - b, z, w, b, 0.02, label, m);
        int columns = draw.between(1, w > 0.55 ? 3 : 2);
        for (int k = 1; k < columns; k++) {
            p.box(-w + 2 * w * k / columns, mid, z, b, mid - low, 0.018, label, m);
        }
        if (draw.chance(0.5)) {
            p.box(0, low + draw.range(0.5, 0.7) * (high - low), z, w, 0.7 * b, 0.018, label, m);
        }
        return p;
    }

    /** Two curtains at the sides of a window under a rod. */
    static Piece curtains(Draw draw, double w, double low, double high) {
        Piece p = new Piece();
        Material cloth = Palette.fabric(draw);
        double bottom = draw.chance(0.6) ? 0.03 : low - 0.15;
        double top = high + 0.12;
        double share = draw.range(0.25, 0.6);
        p.add(Solid.frustum(0, 0, top, 0.09, w + 0.35, 0.014, 0.014, Rooms.WINDOW, Palette.metal(draw)));
        double r = draw.range(0.035, 0.05);
        int folds = Math.max(3, (int) (share * w / (1.5 * r)));
        for (int s = -1; s <= 1; s += 2) {
            p.group();
            for (int k = 0; k < folds; k++) {
                double x = s * (w + 0.25 - 1.5 * r * k);
                p.post(x, 0.09 + (k & 1) * 0.02, bottom, top, r * draw.range(0.95, 1.15), r * 0.9, Rooms.WINDOW,
                        cloth);
            }
        }
        return p;
    }

    /** A closed door of half width w, which is part of the wall. */
    static Piece door(Draw draw, double w, double h) {
        Piece p = new Piece();
        Material m = draw.chance(0.5) ? Material.plain(Palette.linear(0xEDEAE2)) : Palette.wood(draw);
        surround(p, w, 0, h, draw.range(0.05, 0.09), 0.03, Rooms.WALL, m, false);
        p.box(0, h / 2, 0.006, w, h / 2, 0.006, Rooms.WALL, m);
        int panels = draw.between(0, 3);
        for (int k = 0; k < panels; k++) {
            double ph = (h - 0.3) / panels;
            for (int s = -1; s <= 1; s += 2) {
                p.box(s * 0.46 * w, 0.15 + (k + 0.5) * ph, 0.016, 0.36 * w, ph / 2 - 0.06, 0.006, Rooms.WALL, m);
            }
        }
        p.ball(0.85 * w, 1.0, 0.05, 0.03, 0.03, 0.03, Rooms.WALL, Palette.metal(draw));
        return p;
    }

    static Piece doorway(Draw draw, double w, double h) {
        Piece p = new Piece();
        surround(p, w, 0, h, draw.range(0.05, 0.09), 0.025, Rooms.WALL,
                draw.chance(0.6) ? Material.plain(Palette.linear(0xEDEAE2)) : Palette.wood(draw), false);
        return p;
    }

    static Piece picture(Draw draw, double w, double h, double y) {
        Piece p = new Piece();
        double f = draw.range(0.012, 0.035);
        Material frame = draw.chance(0.3) ? Palette.metal(draw) : Palette.wood(draw);
        p.box(0, y, 0.012, w, h, 0.012, Rooms.PICTURE, frame);
        p.box(0, y, 0.018, w - f, h - f, 0.008, Rooms.PICTURE, Palette.art(draw, 2 * (w - f), 2 * (h - f)));
        return p;
    }

    static Piece hungTelevision(Draw draw, double y) {
        Piece p = new Piece();
        double w = draw.range(0.8, 1.4);
        Things.screen(p, draw, 0, y, 0.04, w, 0.57 * w, false);
        return p;
    }

    static Piece wallShelf(Draw draw, double y) {
        Piece p = new Piece();
        double w = draw.range(0.35, 0.65);
        Material m = Palette.wood(draw);
        p.box(0, y, 0.12, w, 0.014, 0.12, Rooms.FURNITURE, m);
        double to = draw.range(-0.3, 0.8) * w;
        Things.bookRow(p, draw, -w + 0.02, to, y + 0.014, 0.01, 0.28);
        if (to < 0.4 * w) {
            Things.any(p, draw, (to + w) / 2 + 0.05, y + 0.014, 0.12, 0.09, 0.28);
        }
        return p;
    }

    static Piece clock(Draw draw, double y) {
        Piece p = new Piece();
        double r = draw.range(0.12, 0.2);
        p.add(Solid.frustum(2, 0, y, 0.015, 0.015, r, r, Rooms.OBJECTS, Palette.coloured(draw)));
        p.add(Solid.frustum(2, 0, y, 0.02, 0.015, 0.88 * r, 0.88 * r, Rooms.OBJECTS,
                Material.plain(new double[] {0.8, 0.79, 0.75})));
        Material hand = Material.plain(new double[] {0.02, 0.02, 0.02});
        p.add(Solid.box(0, y, 0.037, 0.007, 0.6 * r, 0.002, Rooms.OBJECTS, hand).turned(2, draw.range(0, 3)));
        p.add(Solid.box(0, y, 0.038, 0.006, 0.8 * r, 0.002, Rooms.OBJECTS, hand).turned(2, draw.range(0, 3)));
        return p;
    }

    static Piece rug(Draw draw, double w, double d) {
        Piece p = new Piece();
        Material m = Material.of(Pattern.RUG, Palette.fabricColour(draw),
                draw.chance(0.5) ? Palette.vivid(draw) : Palette.paint(draw), 1, Palette.seed(draw));
        if (draw.chance(0.2)) {
            double r = Math.min(w, d);
            p.post(0, 0, 0, 0.01, r, r, Rooms.FLOOR, m.sized(2 * r, 2 * r));
        } else {
            p.box(0, 0.005, 0, w, 0.005, d, Rooms.FLOOR, m.sized(2 * w, 2 * d));
        }
        return p;
    }

    /** A lamp under the ceiling at height 0 of its frame: a flat dish, or a shade on a cord. */
    static Piece ceilingLamp(Draw draw, boolean pendant, boolean lit) {
        Piece p = new Piece();
        Material glass = Material.plain(new double[] {0.9, 0.85, 0.74}).glowing(lit ? 2.2 : 0);
        double r = draw.range(0.14, 0.24);
        if (pendant) {
            double drop = draw.range(0.3, 0.6);
            p.post(0, 0, -drop, 0, 0.008, 0.008, Rooms.OBJECTS, Palette.metal(draw));
            Material shade = draw.chance(0.5) ? glass : Palette.coloured(draw);
            p.add(Solid.frustum(1, 0, -drop, 0, 0.11, r, draw.range(0.3, 0.9) * r, Rooms.OBJECTS, shade)
                    .translucent());
            p.add(Solid.ellipsoid(0, -drop - 0.1, 0, 0.07, 0.06, 0.07, Rooms.OBJECTS, glass).translucent());
        } else {
            p.post(0, 0, -0.02, 0, 1.05 * r, 1.05 * r, Rooms.OBJECTS, Palette.metal(draw));
            p.add(Solid.frustum(1, 0, -0.05, 0, 0.035, 0.75 * r, r, Rooms.OBJECTS, glass).translucent());
        }
        return p;
    }
}
