// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * A convex primitive in the frame of its piece (x right, y up, z to the front): a box, an ellipsoid, or a frustum (a
 * cylinder whose two radii may differ) along one axis; turned about its centre by an angle about one axis if wanted.
 */
final class Solid {
    /** Kinds of primitive. */
    enum Form {
        BOX, ELLIPSOID, FRUSTUM
    }

    static final double MISS = Double.POSITIVE_INFINITY;

    final Form form;
    final double cx;
    final double cy;
    final double cz;
    /** Half extents; for a frustum hy is half its length, hx and hz its radius at the low and the high end. */
    final double hx;
    final double hy;
    final double hz;
    /** Axis of a frustum: 0 x, 1 y, 2 z. */
    final int axis;
    /** Axis of the turn, -1 for none. */
    final int turn;
    final double cos;
    final double sin;
    final int label;
    final Material material;
    /** Lamp shades and glass let light pass. */
    final boolean opaque;
    /** Number of the solid in its piece. */
    int number;

    private Solid(Form form, double[] centre, double[] half, int axis, int turn, double angle, int label,
            Material material, boolean opaque) {
        this.form = form;
        cx = centre[0];
        cy = centre[1];
        cz = centre[2];
        hx = half[0];
        hy = half[1];
        hz = half[2];
        this.axis = axis;
        this.turn = turn;
        cos = turn < 0 ? 1 : StrictMath.cos(angle);
        sin = turn < 0 ? 0 : StrictMath.sin(angle);
        this.label = label;
        this.material = material;
        this.opaque = opaque;
    }

    static Solid box(double x, double y, double z, double hx, double hy, double hz, int label, Material material) {
        return new Solid(Form.BOX, new double[] {x, y, z}, new double[] {hx, hy, hz}, 1, -1, 0, label, material, true);
    }

    static Solid ellipsoid(double x, double y, double z, double rx, double ry, double rz, int label,
            Material material) {
        return new Solid(Form.ELLIPSOID, new double[] {x, y, z}, new double[] {rx, ry, rz}, 1, -1, 0, label, material,
                true);
    }

    /** A frustum along an axis (0 x, 1 y, 2 z) with the radii at its low and high end. */
    static Solid frustum(int axis, double x, double y, double z, double halfLength, double low, double high, int label,
            Material material) {
        return new Solid(Form.FRUSTUM, new double[] {x, y, z}, new double[] {low, halfLength, high}, axis, -1, 0, label,
                material, true);
    }

    /** This solid turned about its centre; the angle (radians) runs y to z, z to x, x to y for axes 0, 1, 2. */
    Solid turned(int about, double angle) {
        return new Solid(form, new double[] {cx, cy, cz}, new double[] {hx, hy, hz}, axis, about, angle, label,
                material,
                opaque);
    }

    Solid translucent() {
        return new Solid(form, new double[] {cx, cy, cz}, new double[] {hx, hy, hz}, axis, -1, 0, label, material,
                false);
    }

    /** Half extents of the axis-aligned box around the solid, about its centre. */
    double[] reach() {
        double[] h = {hx, hy, hz};
        if (form == Form.FRUSTUM) {
            double r = Math.max(hx, hz);
            h = new double[] {axis == 0 ? hy : r, axis == 1 ? hy : r, axis == 2 ? hy : r};
        }
        if (turn >= 0) {
            int p = (turn + 1) % 3;
            int q = (turn + 2) % 3;
            double a = Math.abs(cos) * h[p] + Math.abs(sin) * h[q];
            double b = Math.abs(sin) * h[p] + Math.abs(cos) * h[q];
            h[p] = a;
            h[q] = b;
        }
        return h;
    }

    /** The ray parameter of the first hit in (tMin, tMax), or {@link #MISS}; the origin is taken to be outside. */
    double hit(double[] ray, double tMin, double tMax) {
        double x = ray[0] - cx;
        double y = ray[1] - cy;
        double z = ray[2] - cz;
        if (turn < 0 && form == Form.BOX) {
            return hitBox(x, y, z, ray[6], ray[7], ray[8], tMin, tMax);
        }
        double dx = ray[3];
        double dy = ray[4];
        double dz = ray[5];
        if (turn >= 0) {
            double a;
            double da;
            if (turn == 0) {
                a = cos * y + sin * z;
                z = cos * z - sin * y;
                y = a;
                da = cos * dy + sin * dz;
                dz = cos * dz - sin * dy;
                dy = da;
            } else if (turn == 1) {
                a = cos * z + sin * x;
                x = cos * x - sin * z;
                z = a;
                da = cos * dz + sin * dx;
                dx = cos * dx - sin * dz;
                dz = da;
            } else {
                a = cos * x + sin * y;
                y = cos * y - sin * x;
                x = a;
                da = cos * dx + sin * dy;
                dy = cos * dy - sin * dx;
                dx = da;
            }
        }
        return switch (form) {
            case BOX -> hitBox(x, y, z, 1 / dx, 1 / dy, 1 / dz, tMin, tMax);
            case ELLIPSOID -> hitSphere(x / hx, y / hy, z / hz, dx / hx, dy / hy, dz / hz, tMin, tMax);
            case FRUSTUM -> axis == 1 ? hitFrustum(x, y, z, dx, dy, dz, tMin, tMax)
                    : axis == 0 ? hitFrustum(y, x, z, dy, dx, dz, tMin, tMax)
                    : hitFrustum(x, z, y, dx, dz, dy, tMin, tMax);
        };
    }

    /** Entry of a ray into the box by the slab method; takes one over the direction. */
    private double hitBox(double x, double y, double z, double ix, double iy, double iz, double tMin, double tMax) {
        double near = ((ix >= 0 ? -hx : hx) - x) * ix;
        double far = ((ix >= 0 ? hx : -hx) - x) * ix;
        double a = ((iy >= 0 ? -hy : hy) - y) * iy;
        double b = ((iy >= 0 ? hy : -hy) - y) * iy;
        if (a > far || b < near) {
            return MISS;
        }
        near = a > near ? a : near;
        far = b < far ? b : far;
        a = ((iz >= 0 ? -hz : hz) - z) * iz;
        b = ((iz >= 0 ? hz : -hz) - z) * iz;
        if (a > far || b < near) {
            return MISS;
        }
        near = a > near ? a : near;
        return near > tMin && near < tMax ? near : MISS;
    }

    private static double hitSphere(double x, double y, double z, double dx, double dy, double dz, double tMin,
            double tMax) {
        double a = dx * dx + dy * dy + dz * dz;
        double b = x * dx + y * dy + z * dz;
        double c = x * x + y * y + z * z - 1;
        double root = b * b - a * c;
        if (root < 0) {
            return MISS;
        }
        double t = (-b - Math.sqrt(root)) / a;
        return t > tMin && t < tMax ? t : MISS;
    }

    private double hitFrustum(double x, double y, double z, double dx, double dy, double dz, double tMin,
            double tMax) {
        double slope = (hz - hx) / (2 * hy);
        double r = 0.5 * (hx + hz) + slope * y;
        double k = slope * dy;
        double a = dx * dx + dz * dz - k * k;
        double b = x * dx + z * dz - k * r;
        double c = x * x + z * z - r * r;
        double best = MISS;
        double root = b * b - a * c;
        if (root > 0 && a != 0) {
            root = Math.sqrt(root);
            double t = (-b - root) / a;
            if (t > tMin && t < tMax && Math.abs(y + t * dy) <= hy) {
                best = t;
            }
            t = (-b + root) / a;
            if (t > tMin && t < tMax && t < best && Math.abs(y + t * dy) <= hy) {
                best = t;
            }
        }
        double end = dy > 0 ? -hy : hy;
        double t = (end - y) / dy;
        if (t > tMin && t < tMax && t < best) {
            double ex = x + t * dx;
            double ez = z + t * dz;
            double re = dy > 0 ? hx : hz;
            if (ex * ex + ez * ez <= re * re) {
                best = t;
            }
        }
        return best;
    }

    /**
     * Normal and texture coordinates at a point of the surface in the piece's frame; returns the number of the face.
     * The normal overwrites the point.
     */
    int shade(double[] p, Trace trace) {
        double[] q = {p[0] - cx, p[1] - cy, p[2] - cz};
        int a = (turn + 1) % 3;
        int b = (turn + 2) % 3;
        if (turn >= 0) {
            double s = cos * q[a] + sin * q[b];
            q[b] = cos * q[b] - sin * q[a];
            q[a] = s;
        }
        double[] n = new double[3];
        int face = switch (form) {
            case BOX -> faceOfBox(q, n);
            case ELLIPSOID -> {
                n[0] = q[0] / (hx * hx);
                n[1] = q[1] / (hy * hy);
                n[2] = q[2] / (hz * hz);
                yield 0;
            }
            case FRUSTUM -> faceOfFrustum(q, n);
        };
        double x = Math.abs(n[0]);
        double y = Math.abs(n[1]);
        double z = Math.abs(n[2]);
        int main = y >= x && y >= z ? 1 : x >= z ? 0 : 2;
        trace.u = main == 0 ? q[2] : q[0];
        trace.v = main == 1 ? q[2] : q[1];
        if (material.pattern() == Material.Pattern.WOOD && form == Form.BOX) {
            // Grain runs along the longer side of a board.
            double spanU = main == 0 ? hz : hx;
            double spanV = main == 1 ? hz : hy;
            if (spanV > spanU) {
                double s = trace.u;
                trace.u = trace.v;
                trace.v = s;
            }
            trace.u += 3.1 * cx + 1.7 * cy;
        }
        double scale = 1 / Math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        if (turn >= 0) {
            double s = cos * n[a] - sin * n[b];
            n[b] = cos * n[b] + sin * n[a];
            n[a] = s;
        }
        p[0] = n[0] * scale;
        p[1] = n[1] * scale;
        p[2] = n[2] * scale;
        return face;
    }

    private int faceOfBox(double[] q, double[] n) {
        double x = Math.abs(q[0]) - hx;
        double y = Math.abs(q[1]) - hy;
        double z = Math.abs(q[2]) - hz;
        int k = x >= y && x >= z ? 0 : y >= z ? 1 : 2;
        n[k] = q[k] < 0 ? -1 : 1;
        return 2 * k + (q[k] < 0 ? 0 : 1);
    }

    private int faceOfFrustum(double[] q, double[] n) {
        double slope = (hz - hx) / (2 * hy);
        double along = q[axis];
        double r = 0.5 * (hx + hz) + slope * along;
        int a = (axis + 1) % 3;
        int b = (axis + 2) % 3;
        double radial = Math.sqrt(q[a] * q[a] + q[b] * q[b]);
        if (Math.abs(along) - hy >= -1e-7 && radial < r - 1e-7) {
            n[axis] = along < 0 ? -1 : 1;
            return along < 0 ? 1 : 2;
        }
        n[a] = q[a] / radial;
        n[b] = q[b] / radial;
        n[axis] = -slope;
        return 0;
    }
}
