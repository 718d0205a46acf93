// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Furnishes a room as a bedroom, living room, dining room or study, and lights it. */
final class Layout {
    private static final int MOST_LIGHTS = 3;
    private final Draw draw;
    private final Plan plan;
    private final Shell shell;

    private Layout(Draw draw) {
        this.draw = draw;
        plan = new Plan(draw);
        shell = plan.shell;
    }

    /** A furnished, lit room; {@code furnished} false leaves it bare. */
    static Scene scene(Draw draw, boolean furnished) {
        Layout layout = new Layout(draw);
        if (furnished) {
            layout.furnish();
        }
        return layout.light();
    }

    private void furnish() {
        switch (draw.below(10)) {
            case 0, 1, 2 -> bedroom();
            case 3, 4, 5 -> living();
            case 6 -> dining();
            case 7 -> study();
            default -> {
                if (draw.chance(0.5)) {
                    bedroom();
                    study();
                } else {
                    living();
                    dining();
                }
            }
        }
        storage();
        walls();
        clutter();
    }

    private void bedroom() {
        Piece bed = Seats.bed(draw);
        double[] at = plan.againstWall(bed, 0.02);
        if (at.length > 0) {
            int wall = (int) at[0];
            double w = Math.max(-bed.bound(0), bed.bound(3));
            for (int s = -1; s <= 1; s += 2) {
                if (draw.chance(0.75)) {
                    plan.onWall(Furniture.nightstand(draw), wall, at[1] + s * (w + 0.3), 0);
                }
            }
            if (draw.chance(0.5)) {
                double[] c = bed.toWorld(draw.range(-0.4, 0.4), 0, 1.6);
                lay(Fittings.rug(draw, draw.range(1.0, 1.5), draw.range(0.7, 1.1)), c[0], c[2], wall);
            }
        }
        plan.againstWall(Furniture.wardrobe(draw), 0.02);
        if (draw.chance(0.6)) {
            plan.againstWall(Furniture.dresser(draw), 0.02);
        }
        if (draw.chance(0.4)) {
            plan.againstWall(Furniture.televisionStand(draw), 0.02);
        }
        if (draw.chance(0.5)) {
            chairInRoom();
        }
    }

    private void living() {
        Piece sofa = Seats.sofa(draw, draw.between(2, 3));
        double[] at = plan.againstWall(sofa, 0.02);
        if (at.length > 0) {
            int wall = (int) at[0];
            double depth = sofa.bound(5);
            Piece table = Furniture.coffeeTable(draw);
            double[] c = sofa.toWorld(draw.range(-0.15, 0.15), 0, depth + draw.range(0.3, 0.5));
            plan.put(table.place(c[0], 0, c[2], shell.nx[wall], shell.nz[wall]), 0);
            if (draw.chance(0.65)) {
                double[] r = sofa.toWorld(0, 0, depth + 0.6);
                lay(Fittings.rug(draw, draw.range(0.9, 1.5), draw.range(0.7, 1.0)), r[0], r[2], wall);
            }
            for (int s = -1; s <= 1; s += 2) {
                if (draw.chance(0.5)) {
                    // An armchair beside the table, turned towards it.
                    double[] p = sofa.toWorld(s * draw.range(1.5, 1.9), 0, depth + draw.range(0.4, 0.9));
                    double sx = -s * shell.ax[wall];
                    double sz = -s * shell.az[wall];
                    plan.put(Seats.sofa(draw, 1).place(p[0], 0, p[2], sx, sz), 0.02);
                }
            }
            opposite(Furniture.televisionStand(draw), wall);
            if (draw.chance(0.5)) {
                Piece lamp = new Piece();
                Things.lamp(lamp, draw, 0, 0, 0.22, draw.range(1.35, 1.7), draw.range(0.16, 0.24), draw.chance(0.6));
                double side = draw.chance(0.5) ? 1 : -1;
                plan.onWall(lamp, wall, at[1] + side * (sofa.bound(3) + 0.3), 0);
            }
        }
        if (draw.chance(0.4)) {
            plan.againstWall(Seats.sofa(draw, 2), 0.05);
        }
    }

    /** Tries the wall that faces a given one, then any. */
    private void opposite(Piece piece, int wall) {
        for (int i = 0; i < shell.walls; i++) {
            if (shell.nx[i] * shell.nx[wall] + shell.nz[i] * shell.nz[wall] < -0.5
                    && plan.onWall(piece, i, shell.length[i] * draw.range(0.35, 0.65), 0.02)) {
                return;
            }
        }
        plan.againstWall(piece, 0.02);
    }

    private void dining() {
        Piece table = Furniture.diningTable(draw);
        boolean placed = false;
        for (int attempt = 0; attempt < 10 && !placed; attempt++) {
            double x = draw.range(0.3, 0.7) * shell.x[1];
            double z = draw.range(0.3, 0.6) * shell.z[shell.walls - 1];
            boolean turned = draw.chance(0.5);
            placed = plan.put(table.place(x, 0, z, turned ? 1 : 0, turned ? 0 : 1), 0.25);
        }
        if (placed) {
            double w = Math.max(table.bound(3), 0.4);
            double d = table.bound(5) - table.bound(2);
            int aSide = w > 0.7 ? 2 : 1;
            long style = draw.bits();
            for (int s = -1; s <= 1; s += 2) {
                for (int k = 0; k < aSide; k++) {
                    if (draw.chance(0.85)) {
                        double x = aSide == 1 ? 0 : (k - 0.5) * w;
                        double mid = (table.bound(2) + table.bound(5)) / 2;
                        tuck(table, style, x, mid + s * (d / 2 + draw.range(0.25, 0.45)), s > 0 ? Math.PI : 0);
                    }
                }
                if (draw.chance(0.3)) {
                    tuck(table, style, s * (w + draw.range(0.25, 0.45)), d / 2, s > 0 ? -Math.PI / 2 : Math.PI / 2);
                }
            }
        }
        if (draw.chance(0.7)) {
            plan.againstWall(Furniture.sideboard(draw), 0.02);
        }
    }

    /** A chair whose back is at (x, z) of a table's frame, facing by {@code yaw} there; chairs of a set are alike. */
    private void tuck(Piece table, long style, double x, double z, double yaw) {
        double turn = yaw + draw.range(-0.15, 0.15);
        double[] at = table.toWorld(x, 0, z);
        double[] ahead = table.toWorld(x + StrictMath.sin(turn), 0, z + StrictMath.cos(turn));
        Piece chair = Seats.chair(new Draw(style));
        chair.place(at[0], 0, at[2], ahead[0] - at[0], ahead[2] - at[2]);
        plan.putExcept(chair, table);
    }

    private void study() {
        Piece desk = Furniture.desk(draw);
        if (plan.againstWall(desk, 0.02).length > 0) {
            tuck(desk, draw.bits(), draw.range(-0.2, 0.2), desk.bound(5) + draw.range(0.2, 0.5), Math.PI);
        }
        if (draw.chance(0.7)) {
            plan.againstWall(Furniture.bookcase(draw), 0.01);
        }
    }

    private void storage() {
        int count = draw.between(2, 4);
        for (int k = 0; k < count; k++) {
            Piece p = switch (draw.below(8)) {
                case 0, 1, 2, 3 -> Furniture.bookcase(draw);
                case 4 -> Furniture.dresser(draw);
                case 5 -> Furniture.wardrobe(draw);
                case 6 -> Furniture.desk(draw);
                default -> Furniture.televisionStand(draw);
            };
            plan.againstWall(p, 0.02);
        }
        if (draw.chance(0.35)) {
            chairInRoom();
        }
    }

    private void chairInRoom() {
        Piece p = draw.chance(0.25) ? Seats.stool(draw) : draw.chance(0.3) ? Seats.sofa(draw, 1) : Seats.chair(draw);
        if (draw.chance(0.5)) {
            plan.againstWall(p, 0.05);
        } else {
            plan.somewhere(p, 0.1);
        }
    }

    private void walls() {
        int pictures = draw.between(1, 5);
        for (int k = 0; k < pictures; k++) {
            double w = draw.range(0.15, 0.5);
            double h = draw.range(0.15, Math.min(0.42, w * 1.4));
            plan.againstWall(Fittings.picture(draw, w, h, draw.range(1.35, 1.65)), 0.05);
        }
        if (draw.chance(0.25)) {
            plan.againstWall(Fittings.hungTelevision(draw, draw.range(0.95, 1.2)), 0.05);
        }
        if (draw.chance(0.4)) {
            plan.againstWall(Fittings.wallShelf(draw, draw.range(1.25, 1.6)), 0.03);
        }
        if (draw.chance(0.25)) {
            plan.againstWall(Fittings.clock(draw, draw.range(1.6, 1.95)), 0.05);
        }
    }

    private void clutter() {
        int count = draw.between(2, 5);
        for (int k = 0; k < count; k++) {
            Piece p = new Piece();
            switch (draw.below(6)) {
                case 0, 1 -> Things.plant(p, draw, 0, 0, 0.25, 0.3, draw.range(0.6, 1.4));
                case 2 -> Things.carton(p, draw, 0, 0, 0.25, draw.range(0.25, 0.4), draw.range(0.2, 0.4));
                case 3 -> p.post(0, 0.2, 0, draw.range(0.25, 0.4), draw.range(0.1, 0.14), draw.range(0.13, 0.19),
                        Rooms.OBJECTS, Palette.fabric(draw));
                case 4 -> {
                    double r = draw.range(0.09, 0.16);
                    p.ball(0, r, 0.2, r, r, r, Rooms.OBJECTS, Palette.coloured(draw));
                }
                default -> Things.lamp(p, draw, 0, 0, 0.22, draw.range(1.3, 1.7), draw.range(0.15, 0.22),
                        draw.chance(0.4));
            }
            if (draw.chance(0.65)) {
                plan.againstWall(p, 0.03);
            } else {
                plan.somewhere(p, 0.1);
            }
        }
    }

    private void lay(Piece rug, double x, double z, int wall) {
        double[] b = rug.place(x, 0, z, shell.nx[wall], shell.nz[wall]).worldBounds();
        if (shell.contains(b[0], b[2], b[3], b[5])) {
            plan.lay(rug);
        }
    }

    private Scene light() {
        List<Light> lights = new ArrayList<>();
        double day = windows(lights);
        double[] warm = {1, draw.range(0.78, 0.95), draw.range(0.55, 0.88)};
        boolean lamp = plan.night || draw.chance(0.75);
        double x = shell.x[1] * draw.range(0.38, 0.5);
        double z = shell.z[shell.walls - 1] * draw.range(0.38, 0.5);
        boolean pendant = draw.chance(0.4);
        Piece ceiling = Fittings.ceilingLamp(draw, pendant, lamp).place(x, shell.height, z, 0, 1);
        plan.lay(ceiling);
        if (lamp) {
            double[] at = ceiling.toWorld(0, ceiling.bound(1) - 0.02, 0);
            lights.add(0, new Light(at, new double[] {0.16, 0, 0}, new double[] {0, 0, 0.16}, new double[3],
                    Palette.times(warm, draw.range(1.5, 4.5))));
        }
        for (Piece p : plan.pieces) {
            double[] at = p.bulb();
            if (at.length > 0 && lights.size() < MOST_LIGHTS) {
                lights.add(new Light(at, new double[] {0.08, 0, 0}, new double[] {0, 0, 0.08}, new double[3],
                        Palette.times(warm, draw.range(0.5, 1.3))));
            }
        }
        double[] sun = new double[3];
        double[] sunlight = new double[3];
        if (!plan.night && draw.chance(0.4)) {
            double yaw = draw.range(-3.14, 3.14);
            double rise = draw.range(0.35, 0.9);
            sun = new double[] {StrictMath.sin(yaw) * StrictMath.cos(rise), StrictMath.sin(rise),
                StrictMath.cos(yaw) * StrictMath.cos(rise)};
            sunlight = Palette.times(new double[] {1, 0.92, 0.8}, day * draw.range(1.0, 2.2));
        }
        return new Scene(shell, plan.pieces, lights, sun, sunlight, ambient(lights));
    }

    /** Adds the largest windows as lights; returns the brightness of the sky. */
    private double windows(List<Light> lights) {
        double brightness = 0;
        for (int i = 0; i < shell.walls; i++) {
            for (Opening o : shell.openings.get(i)) {
                if (!o.isWindow()) {
                    continue;
                }
                brightness = o.back().emission();
                if (plan.night || lights.size() == MOST_LIGHTS - 1) {
                    continue;
                }
                double w = (o.right() - o.left()) / 2;
                double h = (o.top() - o.bottom()) / 2;
                double[] at = shell.at(i, o.left() + w, 0.01);
                // Intensity of a Lambertian area: radiance times area, in units where a white wall under unit
                // irradiance has unit brightness.
                double strength = brightness * 4 * w * h / Math.PI;
                // Sky and ground together are whiter than the blue of the sky.
                double[] tint = Palette.mix(o.back().a(), new double[] {0.8, 0.78, 0.74}, 0.6);
                lights.add(new Light(new double[] {at[0], o.bottom() + h, at[1]},
                        new double[] {0.95 * w * shell.ax[i], 0, 0.95 * w * shell.az[i]}, new double[] {0, 0.95 * h, 0},
                        new double[] {shell.nx[i], 0, shell.nz[i]}, Palette.times(tint, 1.5 * strength)));
            }
        }
        return brightness;
    }

    /** What the walls throw back: the flux of all lights over the room's area, tinted by floor and walls. */
    private double[] ambient(List<Light> lights) {
        double area = shell.area();
        double[] sum = {0.02, 0.02, 0.02};
        for (Light l : lights) {
            double mean = Arrays.stream(l.colour()).sum() / 3;
            for (int k = 0; k < 3; k++) {
                sum[k] += 0.8 * l.flux() / area * l.colour()[k] / mean;
            }
        }
        double[] paper = shell.surface[0].a();
        double[] floor = shell.floor.a();
        for (int k = 0; k < 3; k++) {
            sum[k] *= 0.55 + 0.35 * paper[k] + 0.15 * floor[k];
        }
        return sum;
    }
}
