// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import java.util.ArrayList;
import java.util.List;

/**
 * A piece of furniture or another thing: groups of solids in one frame that stands on the floor plan at (x, z), turned
 * by a yaw. Its front looks along (sin yaw, 0, cos yaw). Every group has a bounding box, and so has the piece.
 */
final class Piece {
    private static final class Group {
        final List<Solid> solids = new ArrayList<>();
        final double[] bounds = empty();
        Solid[] members = new Solid[0];
    }

    private final List<Group> groups = new ArrayList<>();
    private Group[] members = new Group[0];
    private final double[] bounds = empty();
    private double x;
    private double y;
    private double z;
    private double cos = 1;
    private double sin;
    private int number;
    private double[] bulb = new double[0];

    private static double[] empty() {
        return new double[] {1e9, 1e9, 1e9, -1e9, -1e9, -1e9};
    }

    Piece() {
        groups.add(new Group());
    }

    /** Adds a solid to the current group. */
    Piece add(Solid s) {
        Group group = groups.getLast();
        group.solids.add(s);
        double[] r = s.reach();
        double[] c = {s.cx, s.cy, s.cz};
        for (int k = 0; k < 3; k++) {
            group.bounds[k] = Math.min(group.bounds[k], c[k] - r[k]);
            group.bounds[k + 3] = Math.max(group.bounds[k + 3], c[k] + r[k]);
            bounds[k] = Math.min(bounds[k], group.bounds[k]);
            bounds[k + 3] = Math.max(bounds[k + 3], group.bounds[k + 3]);
        }
        return this;
    }

    Piece box(double cx, double cy, double cz, double hx, double hy, double hz, int label, Material material) {
        return add(Solid.box(cx, cy, cz, hx, hy, hz, label, material));
    }

    /** A vertical cylinder or cone from height {@code low} to {@code high}. */
    Piece post(double cx, double cz, double low, double high, double rLow, double rHigh, int label,
            Material material) {
        return add(Solid.frustum(1, cx, (low + high) / 2, cz, (high - low) / 2, rLow, rHigh, label, material));
    }

    Piece ball(double cx, double cy, double cz, double rx, double ry, double rz, int label, Material material) {
        return add(Solid.ellipsoid(cx, cy, cz, rx, ry, rz, label, material));
    }

    /** Marks a point of the frame from which the piece gives light. */
    void lightAt(double lx, double ly, double lz) {
        bulb = new double[] {lx, ly, lz};
    }

    /** The world position of the piece's light; empty where it has none. */
    double[] bulb() {
        return bulb.length == 0 ? bulb : toWorld(bulb[0], bulb[1], bulb[2]);
    }

    /** Begins a new group; solids that are close together belong in one. */
    Piece group() {
        if (!groups.getLast().solids.isEmpty()) {
            groups.add(new Group());
        }
        return this;
    }

    /** Stands the piece at a place of the room. */
    Piece place(double atX, double atY, double atZ, double yaw) {
        return place(atX, atY, atZ, StrictMath.sin(yaw), StrictMath.cos(yaw));
    }

    Piece place(double atX, double atY, double atZ, double sine, double cosine) {
        x = atX;
        y = atY;
        z = atZ;
        sin = sine;
        cos = cosine;
        return this;
    }

    /** Local bounds: least x, y, z, greatest x, y, z. */
    double[] bounds() {
        return bounds;
    }

    double bound(int k) {
        return bounds[k];
    }

    /** World bounds at the present place, in the same order. */
    double[] worldBounds() {
        double mx = (bounds[0] + bounds[3]) / 2;
        double mz = (bounds[2] + bounds[5]) / 2;
        double ex = (bounds[3] - bounds[0]) / 2;
        double ez = (bounds[5] - bounds[2]) / 2;
        double wx = x + cos * mx + sin * mz;
        double wz = z - sin * mx + cos * mz;
        double hx = Math.abs(cos) * ex + Math.abs(sin) * ez;
        double hz = Math.abs(sin) * ex + Math.abs(cos) * ez;
        return new double[] {wx - hx, y + bounds[1], wz - hz, wx + hx, y + bounds[4], wz + hz};
    }

    double[] toWorld(double lx, double ly, double lz) {
        return new double[] {x + cos * lx + sin * lz, y + ly, z - sin * lx + cos * lz};
    }

    /** Fixes the lists; call once before tracing. */
    void freeze(int index) {
        number = index;
        members = groups.toArray(Group[]::new);
        int count = 0;
        for (Group g : members) {
            g.members = g.solids.toArray(Solid[]::new);
            for (Solid s : g.members) {
                s.number = count++;
            }
        }
    }

    private void enter(Trace trace, double ox, double oy, double oz, double dx, double dy, double dz) {
        double[] l = trace.local;
        double rx = ox - x;
        double rz = oz - z;
        l[0] = cos * rx - sin * rz;
        l[1] = oy - y;
        l[2] = sin * rx + cos * rz;
        l[3] = cos * dx - sin * dz;
        l[4] = dy;
        l[5] = sin * dx + cos * dz;
        l[6] = 1 / l[3];
        l[7] = 1 / l[4];
        l[8] = 1 / l[5];
    }

    private static boolean meets(double[] b, double[] l, double ix, double iy, double iz, double tMax) {
        double near = ((ix >= 0 ? b[0] : b[3]) - l[0]) * ix;
        double far = ((ix >= 0 ? b[3] : b[0]) - l[0]) * ix;
        double a = ((iy >= 0 ? b[1] : b[4]) - l[1]) * iy;
        double c = ((iy >= 0 ? b[4] : b[1]) - l[1]) * iy;
        if (a > near) {
            near = a;
        }
        if (c < far) {
            far = c;
        }
        a = ((iz >= 0 ? b[2] : b[5]) - l[2]) * iz;
        c = ((iz >= 0 ? b[5] : b[2]) - l[2]) * iz;
        if (a > near) {
            near = a;
        }
        if (c < far) {
            far = c;
        }
        return near <= far && far > 0 && near < tMax;
    }

    /** Shortens {@code trace.t} where the ray meets this piece earlier. */
    void closest(Trace trace) {
        enter(trace, trace.ox, trace.oy, trace.oz, trace.dx, trace.dy, trace.dz);
        double[] l = trace.local;
        double ix = l[6];
        double iy = l[7];
        double iz = l[8];
        if (!meets(bounds, l, ix, iy, iz, trace.t)) {
            return;
        }
        for (Group g : members) {
            if (members.length > 1 && !meets(g.bounds, l, ix, iy, iz, trace.t)) {
                continue;
            }
            for (Solid s : g.members) {
                double t = s.hit(l, 1e-6, trace.t);
                if (t < trace.t) {
                    trace.t = t;
                    trace.piece = this;
                    trace.solid = s;
                }
            }
        }
    }

    /** Meets the ray with one solid alone. */
    boolean meet(Trace trace, Solid solid) {
        enter(trace, trace.ox, trace.oy, trace.oz, trace.dx, trace.dy, trace.dz);
        double t = solid.hit(trace.local, 1e-6, Solid.MISS);
        trace.t = t;
        trace.piece = this;
        trace.solid = solid;
        return t != Solid.MISS;
    }

    /** Whether anything opaque lies on the ray before {@code tMax}. */
    boolean blocks(Trace scratch, double ox, double oy, double oz, double dx, double dy, double dz, double tMax) {
        enter(scratch, ox, oy, oz, dx, dy, dz);
        double[] l = scratch.local;
        double ix = l[6];
        double iy = l[7];
        double iz = l[8];
        if (!meets(bounds, l, ix, iy, iz, tMax)) {
            return false;
        }
        for (Group g : members) {
            if (members.length > 1 && !meets(g.bounds, l, ix, iy, iz, tMax)) {
                continue;
            }
            for (Solid s : g.members) {
                if (s.opaque && s.hit(l, 1e-6, tMax) < tMax) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Fills normal, texture coordinates, material, label and surface number of a hit on this piece. */
    void resolve(Trace trace) {
        enter(trace, trace.px, trace.py, trace.pz, 0, 0, 0);
        double[] p = trace.local;
        int face = trace.solid.shade(p, trace);
        trace.nx = cos * p[0] + sin * p[2];
        trace.ny = p[1];
        trace.nz = cos * p[2] - sin * p[0];
        trace.material = trace.solid.material;
        trace.label = trace.solid.label;
        trace.surface = (number << 16) + (trace.solid.number << 3) + face;
    }
}
