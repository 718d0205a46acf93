// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The style sheet of the page. */
class StyleTest {

    private static final Pattern PALETTE = Pattern.compile(":root \\{([^}]*)}");
    private static final Pattern COLOUR = Pattern.compile("--([a-z]+): #([0-9a-f]{3,6});");

    private static String style;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = Report.class.getResourceAsStream("report.css")) {
            style = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void itLoadsNothing() {
        assertFalse(style.contains("url("));
        assertFalse(style.contains("@import"));
    }

    /** The contrast of the Web Content Accessibility Guidelines 2.2, 1.4.3 and for graphics 1.4.11. */
    @Test
    void everyTextStandsOutFromItsGround() {
        List<Map<String, Integer>> palettes = palettes();
        assertEquals(3, palettes.size(), "light, dark, print");
        for (Map<String, Integer> palette : palettes) {
            for (String ground : List.of("ground", "raised")) {
                for (String text : List.of("ink", "quiet", "main", "alarm")) {
                    double contrast = contrast(palette.get(text), palette.get(ground));
                    assertTrue(contrast >= 4.5, text + " on " + ground + ": " + contrast + " in " + palette);
                }
            }
            for (String line : List.of("dgba", "total", "signsum", "first", "second", "third", "fourth", "fifth")) {
                double contrast = contrast(palette.get(line), palette.get("ground"));
                assertTrue(contrast >= 4.5, line + ", whose name is written in it: " + contrast + " in " + palette);
            }
            assertTrue(contrast(palette.get("ink"), palette.get("bar")) >= 3, "whiskers on bars in " + palette);
        }
    }

    private static List<Map<String, Integer>> palettes() {
        List<Map<String, Integer>> palettes = new ArrayList<>();
        PALETTE.matcher(style).results().forEach(block -> {
            Map<String, Integer> palette = new HashMap<>();
            COLOUR.matcher(block.group(1)).results().forEach(colour -> {
                String digits = colour.group(2).length() == 3 ? colour.group(2).replaceAll("(.)", "$1$1")
                        : colour.group(2);
                palette.put(colour.group(1), Integer.parseInt(digits, 16));
            });
            palettes.add(palette);
        });
        return palettes;
    }

    private static double contrast(int a, int b) {
        double brighter = Math.max(luminance(a), luminance(b));
        double darker = Math.min(luminance(a), luminance(b));
        return (brighter + 0.05) / (darker + 0.05);
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
    }

    private static double linear(int level) {
        double value = (level & 255) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}
