// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SolidTest {
    private static final Material GREY = Material.plain(new double[] {0.5, 0.5, 0.5});

    private static double[] ray(double x, double y, double z, double dx, double dy, double dz) {
        return new double[] {x, y, z, dx, dy, dz, 1 / dx, 1 / dy, 1 / dz};
    }

    @Test
    void knownHits() {
        Solid box = Solid.box(0, 0, 0, 1, 2, 3, 0, GREY);
        assertEquals(4, box.hit(ray(-5, 0.1, 0.1, 1, 0, 0), 0, 100), 1e-12);
        assertEquals(Solid.MISS, box.hit(ray(-5, 2.1, 0.1, 1, 0, 0), 0, 100));
        assertEquals(Solid.MISS, box.hit(ray(-5, 0.1, 0.1, 1, 0, 0), 0, 3.9));
        // Turned by a quarter about y, the long side z lies along x.
        assertEquals(2, box.turned(1, StrictMath.PI / 2).hit(ray(-5, 0.1, 0.1, 1, 0, 0), 0, 100), 1e-12);
        Solid egg = Solid.ellipsoid(1, 0, 0, 0.5, 1, 1, 0, GREY);
        assertEquals(5.5, egg.hit(ray(-5, 0, 0, 1, 0, 0), 0, 100), 1e-12);
        Solid cone = Solid.frustum(1, 0, 0, 0, 1, 1, 0.5, 0, GREY);
        assertEquals(4.25, cone.hit(ray(-5, 0, 0, 1, 0, 0), 0, 100), 1e-12);
        assertEquals(4, cone.hit(ray(0.2, 5, 0, 0, -1, 0), 0, 100), 1e-12);
        assertEquals(Solid.MISS, cone.hit(ray(-5, 1.01, 0, 1, 0, 0), 0, 100));
    }

    /**
     * Random solids under random rays: the hit lies in the solid's box, the normal faces the ray, is of unit length,
     * and three near rays span the plane that it stands on.
     */
    @Test
    void normalsStandOnTheSurface() {
        Draw draw = new Draw(42);
        int hits = 0;
        int agree = 0;
        for (int k = 0; k < 6000; k++) {
            Solid s = solid(draw, k % 5);
            double[] from = {draw.range(-3, 3), draw.range(-3, 3), draw.range(2, 3)};
            double[] to = {draw.range(-0.5, 0.5), draw.range(-0.5, 0.5), draw.range(-0.5, 0.5)};
            double[] p = meet(s, from, to, 0, 0);
            double[] q = meet(s, from, to, 1e-5, 0);
            double[] r = meet(s, from, to, 0, 1e-5);
            if (p.length == 0 || q.length == 0 || r.length == 0) {
                continue;
            }
            double[] reach = s.reach();
            assertTrue(Math.abs(p[0] - s.cx) <= reach[0] + 1e-9 && Math.abs(p[1] - s.cy) <= reach[1] + 1e-9
                    && Math.abs(p[2] - s.cz) <= reach[2] + 1e-9);
            double[] n = p.clone();
            s.shade(n, new Trace());
            assertEquals(1, Math.sqrt(dot(n, n)), 1e-9);
            double[] d = minus(to, from);
            assertTrue(dot(n, d) <= 1e-6 * Math.sqrt(dot(d, d)), "normal faces away from the ray");
            hits++;
            double[] a = minus(q, p);
            double[] b = minus(r, p);
            agree += Math.abs(dot(n, a)) < 1e-3 * Math.sqrt(dot(a, a))
                    && Math.abs(dot(n, b)) < 1e-3 * Math.sqrt(dot(b, b)) ? 1 : 0;
        }
        assertTrue(hits > 2000, "only " + hits + " hits");
        // The three rays straddle an edge now and then, or graze a curved side.
        assertTrue(agree > 0.99 * hits, agree + " of " + hits);
    }

    private static Solid solid(Draw draw, int kind) {
        double a = draw.range(0.2, 1);
        double b = draw.range(0.2, 1);
        double c = draw.range(0.2, 1);
        Solid s = kind == 0 ? Solid.box(0.1, 0.2, -0.1, a, b, c, 0, GREY)
                : kind == 1 ? Solid.ellipsoid(0.1, 0.2, -0.1, a, b, c, 0, GREY)
                : Solid.frustum(kind - 2, 0.1, 0.2, -0.1, a, b, c, 0, GREY);
        return draw.chance(0.5) ? s : s.turned(draw.below(3), draw.range(-3, 3));
    }

    private static double[] meet(Solid s, double[] from, double[] to, double right, double up) {
        double[] d = {to[0] + right - from[0], to[1] + up - from[1], to[2] - from[2]};
        double t = s.hit(ray(from[0], from[1], from[2], d[0], d[1], d[2]), 1e-6, 100);
        return t == Solid.MISS ? new double[0]
                : new double[] {from[0] + t * d[0], from[1] + t * d[1], from[2] + t * d[2]};
    }

    private static double[] minus(double[] a, double[] b) {
        return new double[] {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }

    /** The tiles that narrow the search, and the flat boxes, must never lose a hit. */
    @Test
    void searchFindsWhatTestingEveryPieceFinds() {
        for (int k = 0; k < 6; k++) {
            Scene scene = Layout.scene(Draw.of(8, k), true);
            Draw draw = new Draw(k);
            List<Camera> views = Viewpoint.find(scene, draw, 60, 80);
            if (views.isEmpty()) {
                continue;
            }
            Renderer renderer = new Renderer(scene, views.getFirst(), 60, 80);
            Room room = renderer.render(new Film(draw));
            for (int y = 0; y < 60; y++) {
                for (int x = 0; x < 80; x++) {
                    Trace t = new Trace();
                    views.getFirst().ray(t, x + 0.5, y + 0.5);
                    scene.shell().closest(t);
                    for (int i = 0; i < scene.size(); i++) {
                        scene.piece(i).closest(t);
                    }
                    assertEquals((float) t.t, room.depth()[y * 80 + x]);
                }
            }
        }
    }
}
