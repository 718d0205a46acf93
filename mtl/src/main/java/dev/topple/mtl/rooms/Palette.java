// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

import dev.topple.mtl.rooms.Material.Pattern;

/** Draws plausible colours and materials. The same families serve several classes, so colour alone tells little. */
final class Palette {
    private static final int[] WOODS = {0xC9A06B, 0xA9743F, 0x7B4B2A, 0x5A3620, 0xE0C495, 0xB98B5E, 0x8F5B34, 0xD8CBB5,
        0x3E2A1E, 0xF0EBE2};
    private static final int[] PAINTS = {0xF2EEE6, 0xE9E1D2, 0xE4E8E6, 0xD9DFD6, 0xC9D6DF, 0xE8D8C4, 0xDCC9B6,
        0xCFC6D6, 0xB9C7B0, 0xF0E3B8, 0xA9B8C2, 0xC7A58F, 0x8FA3A0, 0xD9B7A8, 0x9A9FA8, 0x6F8793};
    private static final int[] FABRICS = {0x8A8D91, 0x5B6470, 0x3F4A5E, 0xB7A58B, 0x7D6B58, 0x8C4A3C, 0x556B55,
        0xA9B7BF, 0xCDBFA9, 0x6B4A5E, 0xD9D2C5, 0x37403F, 0xB07F4F, 0x4E6E81, 0x9C8FA8, 0xC4A24E, 0x7A2F32, 0xE6E1D8};
    private static final int[] VIVID = {0xB8392E, 0x2F5D8C, 0xD9A032, 0x3C7A4B, 0x7A4A86, 0xD8703A, 0x2E8C8A, 0xC7587B,
        0xEDE6D6, 0x2B2B30, 0x8B5E34, 0x5C7FA8, 0xA0A83C, 0x6B2737, 0xF2D9A0};

    private Palette() {
    }

    /** Linear RGB of an sRGB colour written 0xRRGGBB. */
    static double[] linear(int hex) {
        return new double[] {linear((hex >> 16 & 255) / 255.0), linear((hex >> 8 & 255) / 255.0),
            linear((hex & 255) / 255.0)};
    }

    private static double linear(double s) {
        return s <= 0.04045 ? s / 12.92 : StrictMath.pow((s + 0.055) / 1.055, 2.4);
    }

    static double[] scaled(double[] colour, double factor) {
        return new double[] {Math.min(colour[0] * factor, 0.92), Math.min(colour[1] * factor, 0.92),
            Math.min(colour[2] * factor, 0.92)};
    }

    static double[] times(double[] colour, double factor) {
        return new double[] {colour[0] * factor, colour[1] * factor, colour[2] * factor};
    }

    static double[] mix(double[] a, double[] b, double weight) {
        return new double[] {a[0] + (b[0] - a[0]) * weight, a[1] + (b[1] - a[1]) * weight,
            a[2] + (b[2] - a[2]) * weight};
    }

    private static double[] jittered(int[] family, Draw draw) {
        double[] c = linear(family[draw.below(family.length)]);
        double brightness = draw.range(0.75, 1.2);
        for (int k = 0; k < 3; k++) {
            c[k] = Math.min(0.9, c[k] * brightness * draw.range(0.9, 1.1));
        }
        return c;
    }

    static double[] woodColour(Draw draw) {
        return jittered(WOODS, draw);
    }

    static double[] paint(Draw draw) {
        return jittered(PAINTS, draw);
    }

    static double[] fabricColour(Draw draw) {
        return jittered(FABRICS, draw);
    }

    static double[] vivid(Draw draw) {
        return jittered(VIVID, draw);
    }

    static double[] metalColour(Draw draw) {
        return scaled(linear(draw.chance(0.5) ? 0xA8A9AB : draw.chance(0.5) ? 0x2A2A2C : 0xB08D57),
                draw.range(0.8, 1.1));
    }

    static int seed(Draw draw) {
        return (int) draw.bits();
    }

    /** Wood, mostly bare, sometimes lacquered in one colour. */
    static Material wood(Draw draw) {
        if (draw.chance(0.25)) {
            double[] c = draw.chance(0.6) ? paint(draw) : fabricColour(draw);
            return Material.of(Pattern.PLAIN, c, c, 1, seed(draw)).glossy(draw.range(0.02, 0.12));
        }
        double[] c = woodColour(draw);
        return Material.of(Pattern.WOOD, c, scaled(c, draw.range(0.5, 0.8)), draw.range(0.05, 0.14), seed(draw))
                .glossy(draw.range(0.0, 0.15));
    }

    static Material fabric(Draw draw) {
        double[] c = fabricColour(draw);
        double kind = draw.uniform();
        if (kind < 0.12) {
            return Material.of(Pattern.STRIPES, c, draw.chance(0.5) ? scaled(c, 0.6) : paint(draw),
                    draw.range(0.06, 0.2), seed(draw));
        }
        if (kind < 0.24) {
            return Material.of(Pattern.PLAID, c, mix(c, fabricColour(draw), 0.7), draw.range(0.12, 0.3), seed(draw));
        }
        if (kind < 0.32) {
            return Material.of(Pattern.DOTS, c, mix(c, paint(draw), 0.6), draw.range(0.08, 0.2), seed(draw));
        }
        if (kind < 0.42) {
            return Material.of(Pattern.PLAIN, scaled(c, 0.7), c, 1, seed(draw)).glossy(draw.range(0.02, 0.08));
        }
        return Material.of(Pattern.WEAVE, c, scaled(c, draw.range(0.6, 0.9)), draw.range(0.008, 0.03), seed(draw));
    }

    static Material metal(Draw draw) {
        return Material.plain(metalColour(draw)).glossy(draw.range(0.2, 0.5));
    }

    static Material coloured(Draw draw) {
        double[] c = draw.chance(0.5) ? vivid(draw) : fabricColour(draw);
        return Material.of(Pattern.PLAIN, c, c, 1, seed(draw)).glossy(draw.range(0, 0.3));
    }

    static Material wall(Draw draw) {
        double[] c = paint(draw);
        double kind = draw.uniform();
        if (kind < 0.60) {
            return Material.of(Pattern.PLASTER, c, scaled(c, 0.93), draw.range(0.3, 0.8), seed(draw));
        }
        if (kind < 0.75) {
            return Material.of(Pattern.STRIPES, c, mix(c, paint(draw), 0.5), draw.range(0.12, 0.35), seed(draw));
        }
        if (kind < 0.87) {
            return Material.of(Pattern.DAMASK, c, mix(c, paint(draw), 0.6), draw.range(0.25, 0.5), seed(draw));
        }
        if (kind < 0.94) {
            double[] brick = mix(linear(0x9A5B45), c, draw.range(0, 0.9));
            return Material.of(Pattern.BRICK, brick, mix(brick, linear(0xD8D2C8), 0.6), 0.22, seed(draw));
        }
        double[] panel = woodColour(draw);
        return Material.of(Pattern.PLANKS, panel, scaled(panel, 0.7), draw.range(0.1, 0.18), seed(draw));
    }

    static Material floor(Draw draw) {
        double kind = draw.uniform();
        double[] c = woodColour(draw);
        if (kind < 0.42) {
            return Material.of(Pattern.PLANKS, c, scaled(c, 0.7), draw.range(0.08, 0.2), seed(draw))
                    .glossy(draw.range(0.05, 0.3));
        }
        if (kind < 0.55) {
            return Material.of(Pattern.PARQUET, c, scaled(c, 0.7), draw.range(0.25, 0.5), seed(draw))
                    .glossy(draw.range(0.05, 0.3));
        }
        if (kind < 0.70) {
            double[] t = draw.chance(0.5) ? paint(draw) : fabricColour(draw);
            return Material.of(Pattern.TILES, t, scaled(t, 0.6), draw.range(0.25, 0.6), seed(draw))
                    .glossy(draw.range(0.1, 0.4));
        }
        if (kind < 0.76) {
            return Material.of(Pattern.CHECKER, paint(draw), fabricColour(draw), draw.range(0.25, 0.5), seed(draw))
                    .glossy(draw.range(0.1, 0.4));
        }
        if (kind < 0.82) {
            double[] m = paint(draw);
            return Material.of(Pattern.MARBLE, m, scaled(m, 0.55), draw.range(0.5, 1.2), seed(draw)).glossy(0.3);
        }
        double[] f = fabricColour(draw);
        return Material.of(Pattern.CARPET, f, scaled(f, draw.range(0.6, 0.85)), draw.range(0.02, 0.05), seed(draw));
    }

    /** A picture's content over an area of the given size. */
    static Material art(Draw draw, double width, double height) {
        Pattern[] kinds = {Pattern.LANDSCAPE, Pattern.BLOCKS, Pattern.DISCS, Pattern.PORTRAIT};
        Pattern kind = kinds[draw.below(kinds.length)];
        return Material.of(kind, vivid(draw), vivid(draw), 1, seed(draw)).sized(width, height)
                .glossy(draw.range(0, 0.15));
    }
}
