// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * A rectangular recess in a wall: a window, a doorway into a hall, or a niche.
 *
 * @param left   start along the wall, metres
 * @param right  end along the wall
 * @param bottom height of the lower edge
 * @param top    height of the upper edge
 * @param depth  how far it goes behind the wall
 * @param back   material of its far side (the pane of a window, {@link Material.Pattern#OUTSIDE})
 * @param sides  material of its four other sides
 * @param label  class of all of it, except that a side at floor level is floor
 * @param light  share of the room's direct light that reaches its inside
 */
record Opening(double left, double right, double bottom, double top, double depth, Material back, Material sides,
        int label, double light) {

    boolean holds(double u, double y) {
        return u > left && u < right && y > bottom && y < top;
    }

    boolean isWindow() {
        return back.pattern() == Material.Pattern.OUTSIDE;
    }
}
