// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * How a surface looks. Colours are linear RGB.
 *
 * @param pattern  the texture
 * @param a        first colour
 * @param b        second colour
 * @param scale    size of the pattern in metres
 * @param width    extent in metres of patterns that are laid out once over a surface (pictures, rugs, screens)
 * @param height   the other extent
 * @param seed     seed of the pattern
 * @param gloss    weight of the highlight, 0 = matt
 * @param emission radiance that the surface sends out by itself, as a multiple of its colour
 */
record Material(Pattern pattern, double[] a, double[] b, double scale, double width, double height, int seed,
        double gloss, double emission) {

    /** The textures; {@link Textures} draws them. */
    enum Pattern {
        PLAIN, PLASTER, WOOD, PLANKS, PARQUET, TILES, CHECKER, STRIPES, DOTS, DAMASK, WEAVE, PLAID, CARPET, MARBLE,
        BRICK, RUG, LANDSCAPE, BLOCKS, DISCS, PORTRAIT, SCREEN, SPINE, LEAVES, OUTSIDE
    }

    static Material of(Pattern pattern, double[] a, double[] b, double scale, int seed) {
        return new Material(pattern, a, b, scale, 1, 1, seed, 0, 0);
    }

    static Material plain(double[] a) {
        return of(Pattern.PLAIN, a, a, 1, 0);
    }

    Material glossy(double weight) {
        return new Material(pattern, a, b, scale, width, height, seed, weight, emission);
    }

    Material glowing(double radiance) {
        return new Material(pattern, a, b, scale, width, height, seed, gloss, radiance);
    }

    Material sized(double extentU, double extentV) {
        return new Material(pattern, a, b, scale, extentU, extentV, seed, gloss, emission);
    }
}
