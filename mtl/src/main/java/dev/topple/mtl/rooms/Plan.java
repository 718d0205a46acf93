// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import dev.topple.mtl.rooms.Material.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Draws the shell of a room with its windows, doors and niches, and keeps account of the space that is taken. */
final class Plan {
    private final Draw draw;
    final Shell shell;
    final boolean night;
    final List<Piece> pieces = new ArrayList<>();
    /** World boxes that nothing else may enter. */
    private final List<double[]> taken = new ArrayList<>();
    private final List<List<Opening>> openings = new ArrayList<>();

    Plan(Draw draw) {
        this.draw = draw;
        night = draw.chance(0.15);
        double w = draw.range(3.1, 5.6);
        double d = draw.range(3.0, Math.min(5.2, Math.sqrt(7.3 * 7.3 - w * w)));
        double height = draw.range(2.35, 2.9);
        double[] xs = {0, w, w, 0};
        double[] zs = {0, 0, d, d};
        if (draw.chance(0.25) && w > 3.6 && d > 3.6) {
            double a = draw.range(0.7, w - 2.6);
            double b = draw.range(0.7, d - 2.6);
            xs = new double[] {0, w, w, w - a, w - a, 0};
            zs = new double[] {0, 0, d - b, d - b, d, d};
        }
        Material[] surface = new Material[xs.length];
        Material paper = Palette.wall(draw);
        Material accent = draw.chance(0.25) ? Palette.wall(draw) : paper;
        int special = draw.below(surface.length);
        for (int i = 0; i < surface.length; i++) {
            openings.add(new ArrayList<>());
            surface[i] = i == special ? accent : paper;
        }
        double[] c = Palette.mix(Palette.linear(0xF1EFEA), Palette.paint(draw), draw.range(0, 0.5));
        Material ceiling = draw.chance(0.08) ? Palette.wall(draw)
                : Material.of(Pattern.PLASTER, c, Palette.scaled(c, 0.95), draw.range(0.3, 1), Palette.seed(draw));
        Material skirting = draw.chance(0.5) ? Material.plain(Palette.linear(0xE9E6DF)) : Palette.wood(draw);
        shell = new Shell(xs, zs, height, openings, surface, Palette.floor(draw), ceiling, skirting,
                draw.chance(0.85) ? draw.range(0.05, 0.12) : 0);
        openings();
    }

    private void openings() {
        double h = Math.min(shell.height - 0.25, draw.range(1.98, 2.15));
        double half = draw.range(0.38, 0.48);
        opening(half + 0.1, -0.1, h, 0.95, (wall, u) -> door(wall, u, half, h));
        double[] sky = night ? new double[] {0.01, 0.015, 0.035}
                : Palette.mix(new double[] {0.25, 0.45, 0.85}, new double[] {0.75, 0.78, 0.8}, draw.uniform());
        double[] ground = night ? new double[] {0.01, 0.01, 0.01}
                : draw.chance(0.6) ? new double[] {0.16, 0.24, 0.08} : new double[] {0.3, 0.29, 0.27};
        Material view = Material.of(Pattern.OUTSIDE, sky, ground, 1, Palette.seed(draw) & 0xFFFF)
                .glowing(night ? 1 : draw.range(1.6, 4.5));
        int windows = draw.chance(0.15) ? 3 : draw.between(1, 2);
        for (int k = 0; k < windows; k++) {
            boolean tall = draw.chance(0.12);
            double low = tall ? 0.08 : draw.range(0.75, 1.05);
            double high = Math.min(shell.height - 0.22, low + (tall ? 2.1 : draw.range(1.0, 1.45)));
            double w = draw.range(0.35, 0.85);
            opening(w + 0.3, low - 0.08, high + 0.16, 0.3, (wall, u) -> window(wall, u, w, low, high, view));
        }
        if (draw.chance(0.2)) {
            double w = draw.range(0.25, 0.5);
            double low = draw.range(0.6, 1.1);
            double high = low + draw.range(0.4, 0.9);
            opening(w + 0.05, low, high, 0.3, (wall, u) -> niche(wall, u, w, low, high));
        }
    }

    /** Builds an opening into a wall. */
    private interface Builder {
        void build(int wall, double u);
    }

    /** Finds a stretch of wall for an opening of half width w and keeps the space before it free. */
    private void opening(double w, double low, double high, double space, Builder builder) {
        for (int attempt = 0; attempt < 12; attempt++) {
            int wall = draw.below(shell.walls);
            double room = shell.length[wall] - 2 * w - 0.1;
            double u = w + 0.05 + draw.uniform() * room;
            if (room <= 0) {
                continue;
            }
            double[] box = before(wall, u, w, low, high, space);
            if (free(box, 0)) {
                taken.add(box);
                builder.build(wall, u);
                return;
            }
        }
    }

    private double[] before(int wall, double u, double w, double low, double high, double space) {
        double[] a = shell.at(wall, u - w, 0.0);
        double[] b = shell.at(wall, u + w, space);
        return new double[] {Math.min(a[0], b[0]), low, Math.min(a[1], b[1]), Math.max(a[0], b[0]), high,
            Math.max(a[1], b[1])};
    }

    private void door(int wall, double u, double w, double h) {
        if (draw.chance(0.35)) {
            double[] c = Palette.paint(draw);
            Material hall = Material.of(Pattern.PLASTER, c, Palette.scaled(c, 0.9), 0.5, Palette.seed(draw))
                    .glowing(draw.range(0.05, 0.5));
            openings.get(wall).add(new Opening(u - w, u + w, 0, h, draw.range(0.5, 1.2), hall, hall, Rooms.WALL, 0.3));
            hang(Fittings.doorway(draw, w, h), wall, u);
        } else {
            hang(Fittings.door(draw, w, h), wall, u);
        }
    }

    private void window(int wall, double u, double w, double low, double high, Material view) {
        double depth = draw.range(0.08, 0.2);
        Material reveal = Material.plain(Palette.linear(0xE8E5DE));
        openings.get(wall).add(new Opening(u - w, u + w, low, high, depth, view, reveal, Rooms.WINDOW, 0.7));
        hang(Fittings.windowFrame(draw, w, low, high, depth), wall, u);
        if (draw.chance(0.55)) {
            hang(Fittings.curtains(draw, w, low, high), wall, u);
        } else if (low > 0.7 && draw.chance(0.5)) {
            onWall(Furniture.radiator(draw), wall, u, 0);
        }
    }

    private void niche(int wall, double u, double w, double low, double high) {
        double depth = draw.range(0.18, 0.28);
        Material m = shell.surface[wall];
        openings.get(wall).add(new Opening(u - w, u + w, low, high, depth, m, m, Rooms.WALL, 0.55));
        Piece p = new Piece();
        Things.any(p, draw, -0.5 * w, low, -depth / 2, 0.08, high - low - 0.05);
        Things.any(p, draw, 0.4 * w, low, -depth / 2, 0.08, high - low - 0.05);
        hang(p, wall, u);
    }

    /** Puts a piece on a wall where it stands, without looking for space. */
    private void hang(Piece piece, int wall, double u) {
        double[] at = shell.at(wall, u, 0);
        pieces.add(piece.place(at[0], 0, at[1], shell.nx[wall], shell.nz[wall]));
    }

    private boolean free(double[] b, double margin) {
        for (double[] t : taken) {
            if (b[0] - margin < t[3] && b[3] + margin > t[0] && b[1] < t[4] && b[4] > t[1] && b[2] - margin < t[5]
                    && b[5] + margin > t[2]) {
                return false;
            }
        }
        return true;
    }

    /** Adds the piece if its place is inside the room and free. */
    boolean put(Piece piece, double margin) {
        double[] b = piece.worldBounds();
        if (b[4] > shell.height || !shell.contains(b[0], b[2], b[3], b[5]) || !free(b, margin)) {
            return false;
        }
        taken.add(b);
        pieces.add(piece);
        return true;
    }

    /** Adds the piece if it is clear of everything but {@code other}, under which it may reach. */
    boolean putExcept(Piece piece, Piece other) {
        double[] own = other.worldBounds();
        taken.removeIf(t -> Arrays.equals(t, own));
        boolean done = put(piece, 0);
        taken.add(own);
        return done;
    }

    /** Adds a thing that others may stand on or reach over, such as a rug. */
    void lay(Piece piece) {
        pieces.add(piece);
    }

    /** Tries to stand or hang the piece against a given wall. */
    boolean onWall(Piece piece, int wall, double u, double margin) {
        double[] at = shell.at(wall, u, 0.012 - Math.min(0, piece.bound(2)));
        return put(piece.place(at[0], 0, at[1], shell.nx[wall], shell.nz[wall]), margin);
    }

    /** A place against some wall that took the piece: {wall, u}, or empty if none was found. */
    double[] againstWall(Piece piece, double margin) {
        double w = Math.max(-piece.bound(0), piece.bound(3)) + 0.01;
        for (int attempt = 0; attempt < 24; attempt++) {
            int wall = draw.below(shell.walls);
            double room = shell.length[wall] - 2 * w;
            double s = draw.uniform();
            // A third of the pieces stand in a corner.
            double u = w + room * (draw.chance(0.35) ? Math.round(s) : s);
            if (room > 0 && onWall(piece, wall, u, margin)) {
                return new double[] {wall, u};
            }
        }
        return new double[0];
    }

    /** Stands the piece somewhere on the free floor. */
    boolean somewhere(Piece piece, double margin) {
        for (int attempt = 0; attempt < 12; attempt++) {
            double x = draw.uniform() * shell.x[1];
            double z = draw.uniform() * shell.z[shell.walls - 1];
            if (put(piece.place(x, 0, z, draw.range(-3.14, 3.14)), margin)) {
                return true;
            }
        }
        return false;
    }
}
