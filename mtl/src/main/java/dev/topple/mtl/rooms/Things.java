// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import dev.topple.mtl.rooms.Material.Pattern;

/** Small things that stand on furniture or on the floor; each is added to a piece at a point of its frame. */
final class Things {
    private Things() {
    }

    /** Any small thing that fits a radius and a height, with its foot at (x, y, z). */
    static void any(Piece p, Draw draw, double x, double y, double z, double radius, double headroom) {
        switch (draw.below(8)) {
            case 0 -> vase(p, draw, x, y, z, Math.min(radius, 0.09), Math.min(headroom, draw.range(0.12, 0.32)));
            case 1 -> plant(p, draw, x, y, z, radius, Math.min(headroom, draw.range(0.2, 0.45)));
            case 2 -> bookStack(p, draw, x, y, z, headroom);
            case 3 -> carton(p, draw, x, y, z, radius, Math.min(headroom, draw.range(0.06, 0.25)));
            case 4 -> {
                double r = Math.min(Math.min(radius, headroom / 2), draw.range(0.04, 0.11));
                p.ball(x, y + r, z, r, r, r, Rooms.OBJECTS, Palette.coloured(draw).glossy(0.3));
            }
            case 5 -> bottle(p, draw, x, y, z, Math.min(headroom, draw.range(0.16, 0.3)));
            case 6 -> bowl(p, draw, x, y, z, Math.min(radius, draw.range(0.08, 0.16)));
            default -> {
                p.post(x, z, y, y + 0.1, 0.035, 0.045, Rooms.OBJECTS, Palette.coloured(draw));
                p.post(x + 0.02, z - 0.08, y, y + 0.09, 0.04, 0.035, Rooms.OBJECTS, Palette.coloured(draw));
            }
        }
    }

    static void vase(Piece p, Draw draw, double x, double y, double z, double r, double h) {
        Material m = Palette.coloured(draw).glossy(0.3);
        p.post(x, z, y, y + 0.55 * h, 0.5 * r, r, Rooms.OBJECTS, m);
        p.post(x, z, y + 0.55 * h, y + h, r, 0.4 * r, Rooms.OBJECTS, m);
        if (draw.chance(0.5)) {
            Material leaf = leaves(draw);
            p.ball(x, y + h + 0.09, z, 0.11, 0.12, 0.11, Rooms.OBJECTS, draw.chance(0.5) ? leaf
                    : Material.of(Pattern.LEAVES, Palette.vivid(draw), leaf.b(), 0.05, 3));
        }
    }

    private static Material leaves(Draw draw) {
        double[] green = {draw.range(0.03, 0.12), draw.range(0.14, 0.3), draw.range(0.03, 0.1)};
        return Material.of(Pattern.LEAVES, green, Palette.scaled(green, 0.3), draw.range(0.02, 0.06),
                Palette.seed(draw));
    }

    /** A pot with foliage: several lumps, or blades that spread from the middle. */
    static void plant(Piece p, Draw draw, double x, double y, double z, double radius, double h) {
        Material leaf = leaves(draw);
        double pot = Math.min(0.3 * h, 0.32);
        double r = Math.min(radius, 0.5 * h);
        p.post(x, z, y, y + pot, 0.55 * r, 0.75 * r, Rooms.OBJECTS, Palette.coloured(draw));
        if (draw.chance(0.45)) {
            int blades = h > 0.6 ? 9 : 5;
            for (int k = 0; k < blades; k++) {
                double half = draw.range(0.35, 0.5) * (h - pot);
                double lean = draw.range(-0.5, 0.5);
                int axis = (k & 1) * 2;
                double side = (axis == 0 ? 1 : -1) * half * StrictMath.sin(lean);
                p.add(Solid.ellipsoid(x + (axis == 2 ? side : 0), y + pot + half * StrictMath.cos(lean),
                        z + (axis == 0 ? side : 0), 0.07 * h + 0.02, half, 0.02 * h + 0.01, Rooms.OBJECTS, leaf)
                        .turned(axis, lean));
            }
            return;
        }
        int lumps = h > 0.6 ? 9 : 4;
        for (int k = 0; k < lumps; k++) {
            double s = draw.range(0.25, 0.5) * r;
            p.ball(x + draw.range(-0.6, 0.6) * r, y + pot + draw.range(0.1, 0.9) * (h - pot),
                    z + draw.range(-0.6, 0.6) * r, s, s * draw.range(0.8, 1.6), s, Rooms.OBJECTS, leaf);
        }
        p.post(x, z, y + pot, y + 0.8 * h, 0.02, 0.015, Rooms.OBJECTS,
                Material.plain(new double[] {0.12, 0.07, 0.03}));
    }

    static void bottle(Piece p, Draw draw, double x, double y, double z, double h) {
        Material m = Palette.coloured(draw).glossy(0.4);
        p.post(x, z, y, y + 0.65 * h, 0.035, 0.035, Rooms.OBJECTS, m);
        p.post(x, z, y + 0.65 * h, y + h, 0.033, 0.012, Rooms.OBJECTS, m);
    }

    static void bowl(Piece p, Draw draw, double x, double y, double z, double r) {
        p.post(x, z, y, y + 0.45 * r, 0.4 * r, r, Rooms.OBJECTS, Palette.coloured(draw).glossy(0.25));
        for (int k = 0; k < 3; k++) {
            double f = 0.32 * r;
            p.ball(x + draw.range(-0.4, 0.4) * r, y + 0.45 * r + 0.5 * f, z + draw.range(-0.4, 0.4) * r, f, f, f,
                    Rooms.OBJECTS, Material.plain(Palette.vivid(draw)));
        }
    }

    static void carton(Piece p, Draw draw, double x, double y, double z, double r, double h) {
        double a = draw.range(0.5, 0.7) * r;
        double b = draw.range(0.4, 0.7) * r;
        p.add(Solid.box(x, y + h / 2, z, a, h / 2, b, Rooms.OBJECTS, draw.chance(0.4)
                ? Material.plain(Palette.linear(0xB08A5A)) : Palette.coloured(draw)).turned(1, draw.range(-0.5, 0.5)));
    }

    static Material cover(Draw draw, double height) {
        return Material.of(Pattern.SPINE, Palette.vivid(draw), Palette.vivid(draw), 1, 0).sized(1, height)
                .glossy(draw.range(0, 0.1));
    }

    /** A few books lying on each other. */
    static void bookStack(Piece p, Draw draw, double x, double y, double z, double headroom) {
        double at = y;
        int count = draw.between(1, 5);
        for (int k = 0; k < count; k++) {
            double h = draw.range(0.02, 0.05);
            if (at + h > y + headroom) {
                return;
            }
            p.add(Solid.box(x, at + h / 2, z, draw.range(0.08, 0.14), h / 2, draw.range(0.09, 0.12), Rooms.BOOKS,
                    cover(draw, 0.2)).turned(1, draw.range(-0.4, 0.4)));
            at += h;
        }
    }

    /** Upright books between two x, their backs showing to the front; may end early, the last one leaning. */
    static void bookRow(Piece p, Draw draw, double from, double to, double y, double z, double room) {
        double x = from;
        double typical = draw.range(0.62, 0.88) * room;
        while (x < to - 0.03) {
            double w = Math.min(draw.range(0.022, 0.07), to - x);
            double h = Math.min(room * 0.95, typical * draw.range(0.85, 1.12));
            double d = draw.range(0.08, 0.11);
            if (draw.chance(0.05) && to - x > 0.35) {
                p.add(Solid.box(x + 0.09, y + 0.96 * h / 2, z + d, w / 2, h / 2, d, Rooms.BOOKS, cover(draw, h))
                        .turned(2, 0.25));
                x += draw.range(0.2, 0.3);
                continue;
            }
            p.box(x + w / 2, y + h / 2, z + d, w / 2 - 0.001, h / 2, d, Rooms.BOOKS, cover(draw, h));
            x += w;
        }
    }

    /** A lamp with a foot and a shade. */
    static void lamp(Piece p, Draw draw, double x, double y, double z, double h, double r, boolean lit) {
        Material stand = Palette.metal(draw);
        double shadeH = Math.min(0.35 * h, 0.32);
        p.post(x, z, y, y + 0.025, 0.6 * r, 0.5 * r, Rooms.OBJECTS, stand);
        if (h < 0.7 && draw.chance(0.6)) {
            p.ball(x, y + 0.35 * h, z, 0.5 * r, 0.33 * h, 0.5 * r, Rooms.OBJECTS, Palette.coloured(draw).glossy(0.3));
        }
        p.post(x, z, y + 0.02, y + h - 0.8 * shadeH, 0.012, 0.012, Rooms.OBJECTS, stand);
        double[] c = Palette.mix(Palette.linear(0xF3E3C0), Palette.paint(draw), draw.range(0, 0.7));
        Material shade = Material.of(Pattern.PLASTER, c, Palette.scaled(c, 0.9), 0.1, 1).glowing(lit ? 1.6 : 0);
        p.add(Solid.frustum(1, x, y + h - shadeH / 2, z, shadeH / 2, r, draw.range(0.5, 1) * r, Rooms.OBJECTS, shade)
                .translucent());
        if (lit) {
            p.lightAt(x, y + h - shadeH / 2, z);
        }
    }

    /** A flat screen on a foot, or hung; the picture faces the front. */
    static void screen(Piece p, Draw draw, double x, double y, double z, double w, double h, boolean foot) {
        Material frame = Material.plain(new double[] {0.012, 0.012, 0.014}).glossy(0.3);
        double low = foot ? y + 0.07 : y;
        p.box(x, low + h / 2, z, w / 2, h / 2, 0.025, Rooms.TV, frame);
        double[] dark = {0.015, 0.017, 0.022};
        Material picture = draw.chance(0.55)
                ? Material.of(Pattern.SCREEN, dark, Palette.scaled(new double[] {0.06, 0.07, 0.09}, 1), 1, 0)
                        .sized(w, h).glossy(0.6)
                : Palette.art(draw, w - 0.04, h - 0.04).glowing(draw.range(0.5, 0.95));
        p.box(x, low + h / 2, z + 0.026, w / 2 - 0.02, h / 2 - 0.02, 0.003, Rooms.TV, picture);
        if (foot) {
            p.box(x, y + 0.04, z, 0.04, 0.04, 0.02, Rooms.TV, frame);
            p.box(x, y + 0.008, z, 0.22 * w, 0.008, 0.09, Rooms.TV, frame);
        }
    }

    /** A laptop, opened towards the front. */
    static void laptop(Piece p, Draw draw, double x, double y, double z) {
        Material m = Palette.metal(draw);
        p.box(x, y + 0.01, z + 0.05, 0.17, 0.01, 0.12, Rooms.OBJECTS, m);
        p.add(Solid.box(x, y + 0.12, z - 0.09, 0.17, 0.11, 0.006, Rooms.OBJECTS,
                Palette.art(draw, 0.34, 0.22).glowing(0.6)).turned(0, -0.25));
    }

    static void cushion(Piece p, Draw draw, double x, double y, double z, double size, double lean) {
        Material cloth = Palette.fabric(draw).glossy(0);
        double w = size * draw.range(1, 1.35);
        double at = y + 0.9 * size;
        p.add(Solid.box(x, at, z, w, size, 0.2 * size, Rooms.OBJECTS, cloth).turned(0, lean));
        p.add(Solid.ellipsoid(x, at, z, 0.99 * w, 0.99 * size, 0.38 * size, Rooms.OBJECTS, cloth).turned(0, lean));
    }
}
