// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.List;

/**
 * The walls, floor and ceiling: a rectilinear plan whose corners run so that the inside is to the left of every wall.
 * Wall i goes from corner i to corner i + 1. Rays start inside and always meet the shell.
 */
final class Shell {
    final int walls;
    final double height;
    /** Corners. */
    final double[] x;
    final double[] z;
    /** Unit vectors along each wall. */
    final double[] ax;
    final double[] az;
    /** Unit normals into the room. */
    final double[] nx;
    final double[] nz;
    final double[] length;
    final List<List<Opening>> openings;
    final Material[] surface;
    final Material floor;
    final Material ceiling;
    final Material skirting;
    final double skirtingHeight;

    Shell(double[] x, double[] z, double height, List<List<Opening>> openings, Material[] surface, Material floor,
            Material ceiling, Material skirting, double skirtingHeight) {
        walls = x.length;
        this.x = x;
        this.z = z;
        this.height = height;
        this.openings = openings;
        this.surface = surface;
        this.floor = floor;
        this.ceiling = ceiling;
        this.skirting = skirting;
        this.skirtingHeight = skirtingHeight;
        ax = new double[walls];
        az = new double[walls];
        nx = new double[walls];
        nz = new double[walls];
        length = new double[walls];
        for (int i = 0; i < walls; i++) {
            int j = (i + 1) % walls;
            double dx = x[j] - x[i];
            double dz = z[j] - z[i];
            length[i] = Math.sqrt(dx * dx + dz * dz);
            ax[i] = dx / length[i];
            az[i] = dz / length[i];
            nx[i] = -az[i];
            nz[i] = ax[i];
        }
    }

    /** Whether a rectangle of the plan lies inside the room. */
    boolean contains(double x0, double z0, double x1, double z1) {
        return inside(x0, z0) && inside(x1, z0) && inside(x0, z1) && inside(x1, z1)
                && inside((x0 + x1) / 2, (z0 + z1) / 2);
    }

    boolean inside(double px, double pz) {
        boolean in = false;
        for (int i = 0; i < walls; i++) {
            int j = (i + 1) % walls;
            if (z[i] > pz != z[j] > pz && px < x[i]) {
                in = !in;
            }
        }
        return in;
    }

    /** The wall's point u metres along it and w metres into the room. */
    double[] at(int wall, double u, double w) {
        return new double[] {x[wall] + ax[wall] * u + nx[wall] * w, z[wall] + az[wall] * u + nz[wall] * w};
    }

    /** Distance to the nearest wall, for a point inside. */
    double clearance(double px, double pz) {
        double best = 1e9;
        for (int i = 0; i < walls; i++) {
            double rx = px - x[i];
            double rz = pz - z[i];
            double u = rx * ax[i] + rz * az[i];
            double off = Math.max(0, Math.max(-u, u - length[i]));
            double w = rx * nx[i] + rz * nz[i];
            best = Math.min(best, Math.sqrt(off * off + w * w));
        }
        return best;
    }

    /** The nearest meeting of the ray with the shell; sets t, wall, opening and side. */
    void closest(Trace r) {
        double best = r.dy < 0 ? -r.oy / r.dy : r.dy > 0 ? (height - r.oy) / r.dy : Solid.MISS;
        int wall = r.dy < 0 ? -1 : -2;
        for (int i = 0; i < walls; i++) {
            double d = r.dx * nx[i] + r.dz * nz[i];
            if (d >= 0) {
                continue;
            }
            double rx = r.ox - x[i];
            double rz = r.oz - z[i];
            double t = -(rx * nx[i] + rz * nz[i]) / d;
            if (t > 0 && t < best) {
                double u = (rx + t * r.dx) * ax[i] + (rz + t * r.dz) * az[i];
                if (u >= -1e-6 && u <= length[i] + 1e-6) {
                    best = t;
                    wall = i;
                }
            }
        }
        r.t = best;
        r.piece = null;
        r.solid = null;
        r.wall = wall;
        r.opening = null;
        if (wall >= 0) {
            recess(r, wall);
        }
    }

    /** Goes on into an opening if the ray left the room through one. */
    private void recess(Trace r, int i) {
        for (Opening o : openings.get(i)) {
            double u = (r.ox - x[i]) * ax[i] + (r.oz - z[i]) * az[i];
            double du = r.dx * ax[i] + r.dz * az[i];
            if (!o.holds(u + r.t * du, r.oy + r.t * r.dy)) {
                continue;
            }
            double w = (r.ox - x[i]) * nx[i] + (r.oz - z[i]) * nz[i];
            double t = (-o.depth() - w) / (r.dx * nx[i] + r.dz * nz[i]);
            int side = 0;
            double a = du < 0 ? (o.left() - u) / du : du > 0 ? (o.right() - u) / du : Solid.MISS;
            if (a < t) {
                t = a;
                side = du < 0 ? 1 : 2;
            }
            a = r.dy < 0 ? (o.bottom() - r.oy) / r.dy : r.dy > 0 ? (o.top() - r.oy) / r.dy : Solid.MISS;
            if (a < t) {
                t = a;
                side = r.dy < 0 ? 3 : 4;
            }
            r.t = t;
            r.opening = o;
            r.side = side;
            return;
        }
    }

    /** Fills what is known about a hit on the shell; the hit point is set. */
    void resolve(Trace r) {
        r.nx = 0;
        r.ny = 0;
        r.nz = 0;
        r.surface = -1 - (r.wall + 2) * 64;
        if (r.wall < 0) {
            r.ny = r.wall == -1 ? 1 : -1;
            r.u = r.px;
            r.v = r.pz;
            r.material = r.wall == -1 ? floor : ceiling;
            r.label = r.wall == -1 ? Rooms.FLOOR : Rooms.CEILING;
            return;
        }
        int i = r.wall;
        double u = (r.px - x[i]) * ax[i] + (r.pz - z[i]) * az[i];
        if (r.opening == null) {
            face(r, i, u, r.py);
            boolean low = r.py < skirtingHeight;
            r.material = low ? skirting : surface[i];
            r.label = Rooms.WALL;
            return;
        }
        Opening o = r.opening;
        r.surface -= 1 + openings.get(i).indexOf(o) * 8 + r.side;
        r.label = o.label();
        r.material = o.sides();
        switch (r.side) {
            case 0 -> {
                face(r, i, u, r.py);
                r.material = o.back();
                if (o.isWindow()) {
                    backdrop(r, i, u);
                }
            }
            case 1, 2 -> {
                double s = r.side == 1 ? 1 : -1;
                r.nx = s * ax[i];
                r.nz = s * az[i];
                r.u = (r.px - x[i]) * nx[i] + (r.pz - z[i]) * nz[i];
                r.v = r.py;
            }
            default -> {
                r.ny = r.side == 3 ? 1 : -1;
                r.u = r.px;
                r.v = r.pz;
                if (r.side == 3 && o.bottom() <= 0) {
                    r.label = Rooms.FLOOR;
                    r.material = floor;
                }
            }
        }
    }

    private void face(Trace r, int i, double u, double v) {
        r.nx = nx[i];
        r.nz = nz[i];
        r.u = u;
        r.v = v;
    }

    /** Texture coordinates on a backdrop 15 m behind the pane, so that the view shifts with the camera. */
    private void backdrop(Trace r, int i, double u) {
        double d = -(r.dx * nx[i] + r.dz * nz[i]);
        double far = 15 / Math.max(d, 1e-3);
        r.u = u + far * (r.dx * ax[i] + r.dz * az[i]) + 40 * i;
        r.v = r.py - 1.5 + far * r.dy;
    }

    /** Area of floor, ceiling and walls, roughly. */
    double area() {
        double perimeter = 0;
        double plan = 0;
        for (int i = 0; i < walls; i++) {
            int j = (i + 1) % walls;
            perimeter += length[i];
            plan += x[i] * z[j] - x[j] * z[i];
        }
        return perimeter * height + Math.abs(plan);
    }
}
