// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report as a browser shows it. */
@Tag("browser")
class ReportInBrowserTest {

    private static final int PHONE = 390;
    private static final int DESK = 1280;

    @TempDir
    private static Path profile;
    @TempDir
    private static Path shared;
    private static Browser browser;
    private static Path page;
    private static Path curves;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> program = Browser.program();
        Assumptions.assumeTrue(program.isPresent(), "no Chromium on the PATH");
        Path photographs = Files.createDirectory(shared.resolve("photographs"));
        BufferedImage picture = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        ImageIO.write(picture, "png", photographs.resolve("long".repeat(40) + "<i>.png").toFile());
        ImageIO.write(picture, "png", photographs.resolve("short.png").toFile());
        run(words("attack --steps 1 --model", Runs.model(shared), "--data", "images:" + photographs, "--out",
                shared.resolve("out"))).succeeded();
        page = shared.resolve("out/report.html");
        run(words("attack --size 17x23 --limit 2 --steps 1 --eps 1/255,2/255,4/255,8/255 --attack pgd,fgsm --balance"
                + " single,total,signsum,dgba,total:released,dgba:released --pictures 1 --model", Runs.model(shared),
                "--out", shared.resolve("curves"))).succeeded();
        curves = shared.resolve("curves/report.html");
        browser = Browser.start(program.get(), profile);
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
    }

    private static int width() {
        return Integer.parseInt(browser.value("document.documentElement.scrollWidth"));
    }

    @Test
    void noRequestsNoComplaintsNoOverflow() {
        for (boolean dark : new boolean[] {false, true}) {
            browser.dark(dark);
            for (int width : new int[] {PHONE, 768, DESK}) {
                browser.open(page, width, 900);
                assertEquals(width, width(), "the page scrolls sideways");
                assertEquals(List.of(), browser.requests());
                assertEquals(List.of(), browser.complaints());
                assertEquals("0", browser.value("[...document.images].filter(i => i.naturalWidth !== 40).length"));
            }
        }
    }

    /** Of the drawings that are shown, the texts' frames: left, top, right, bottom, height of letters, and the text. */
    private static List<String[]> letters() {
        String all = browser.value("""
                [...document.querySelectorAll('.curve svg')].filter(s => s.getClientRects().length > 0).map(s => {
                    const to = s.getBoundingClientRect();
                    return [...s.querySelectorAll('text')].map(t => {
                        const r = t.getBoundingClientRect();
                        const size = parseFloat(getComputedStyle(t).fontSize) * to.width / s.viewBox.baseVal.width;
                        return [r.left - to.left, r.top - to.top, to.right - r.right, to.bottom - r.bottom, size,
                            t.textContent].join('|');
                    }).join(';');
                }).join('#')""");
        assertFalse(all.contains("#"), "two drawings at once");
        return Stream.of(all.split(";")).map(text -> text.split("\\|")).toList();
    }

    /** Which texts of the drawing that is shown lie on each other. */
    private static String overlaps() {
        return browser.value("""
                (() => {
                    const svg = [...document.querySelectorAll('.curve svg')].find(s => s.getClientRects().length > 0);
                    const all = [...svg.querySelectorAll('text')].map(t => [t, t.getBBox()]);
                    return all.flatMap(([a, r], i) => all.slice(i + 1).filter(([b, s]) =>
                        Math.min(r.x + r.width, s.x + s.width) - Math.max(r.x, s.x) > 0.5
                        && Math.min(r.y + r.height, s.y + s.height) - Math.max(r.y, s.y) > 2.5)
                        .map(([b]) => a.textContent + ' and ' + b.textContent)).join('; ');
                })()""");
    }

    @Test
    void theCurveCanBeReadAtEveryWidth() {
        for (int width : new int[] {PHONE, 600, 721, 768, DESK}) {
            browser.open(curves, width, 900);
            assertEquals(width, width(), "the page scrolls sideways");
            assertEquals(List.of(), browser.complaints());
            assertEquals(width <= 720 ? "narrow" : "wide", browser.value("[...document.querySelectorAll('.curve svg')]"
                    + ".filter(s => s.getClientRects().length > 0).map(s => s.getAttribute('class')).join()"));
            List<String[]> letters = letters();
            // Sixteen names, the names of both axes, five or more ticks.
            assertTrue(letters.size() >= 23, letters.size() + " texts");
            for (String[] text : letters) {
                String what = text[5] + " at " + width;
                for (int side = 0; side < 4; side++) {
                    assertTrue(Double.parseDouble(text[side]) >= -0.5, what + " leaves the drawing");
                }
                assertTrue(Double.parseDouble(text[4]) >= 9, what + " has letters of " + text[4]);
            }
            assertEquals("", overlaps(), "at " + width);
        }
    }

    @Test
    void theCurveHasItsColoursByDayAndNight() {
        browser.open(curves, DESK, 900);
        List<String> colours = new ArrayList<>();
        for (boolean dark : new boolean[] {false, true}) {
            browser.dark(dark);
            colours.add(browser.value("[...document.querySelectorAll('.wide .by-dgba .way, .wide .by-total .way,"
                    + " .wide .by-signsum .way, .wide [class*=by-single] .way')]"
                    + ".map(p => getComputedStyle(p).stroke).join(' ')"));
        }
        browser.dark(false);
        assertNotEquals(colours.get(0), colours.get(1));
        for (String all : colours) {
            // DGBA, Total, SignSum and three singles; the others have the colours of these.
            assertEquals(6, Stream.of(all.split("(?<=\\)) ")).distinct().count(), all);
        }
    }

    /** A check that cannot fail is none. */
    @Test
    void whatIsWrongWouldBeNoticed() throws IOException {
        Path wrong = Files.writeString(shared.resolve("wrong.html"), """
                <!DOCTYPE html><html><head><title>x</title></head><body><p style="width: 2000px">wide</p>
                <img src="http://localhost:9/x.png" alt=""><script>console.log("hello")</script></body></html>
                """);
        browser.open(wrong, DESK, 900);
        assertTrue(width() > DESK);
        assertEquals(List.of("http://localhost:9/x.png"), browser.requests());
        assertFalse(browser.complaints().isEmpty());
        browser.open(curves, DESK, 900);
        browser.value("(([a, b]) => b.setAttribute('y', a.getAttribute('y')))"
                + "([...document.querySelectorAll('.wide .name text')])");
        assertTrue(overlaps().contains(" and "), "names on each other");
        Path forbidden = Files.writeString(shared.resolve("forbidden.html"),
                Files.readString(page).replace("</main>", "<script>document.title = 'run'</script></main>"));
        browser.open(forbidden, DESK, 900);
        assertFalse(browser.complaints().isEmpty(), "the page forbids scripts");
        assertNotEquals("run", browser.value("document.title"));
    }

    @Test
    void lightAndDarkAndPaper() throws IOException {
        browser.open(page, DESK, 900);
        int[] corners = new int[2];
        for (int dark = 0; dark < 2; dark++) {
            browser.dark(dark == 1);
            BufferedImage shot = ImageIO.read(new ByteArrayInputStream(browser.screenshot(false)));
            assertEquals(DESK, shot.getWidth());
            corners[dark] = shot.getRGB(2, 2) & 255;
        }
        assertTrue(corners[0] > 230 && corners[1] < 50, corners[0] + ", " + corners[1]);
        String paper = new String(browser.pdf(), StandardCharsets.ISO_8859_1);
        assertTrue(paper.startsWith("%PDF-") && paper.length() > 10_000);
    }

    @Test
    void theChoiceShowsOneAttackAtATime() {
        browser.open(page, DESK, 900);
        String shown = "[0, 1].map(i => [...document.querySelectorAll('.of-' + i)]"
                + ".filter(e => e.getClientRects().length > 0).length > 0)";
        assertEquals("true,false", browser.value(shown));
        browser.value("document.querySelector('label[for=show-1]').click()");
        assertEquals("false,true", browser.value(shown));
        assertEquals("2", browser.value("document.querySelectorAll('.exhibit').length"));
    }
}
