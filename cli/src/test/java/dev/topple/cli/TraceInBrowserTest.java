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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a trace as a browser shows and moves it. */
@Tag("browser")
class TraceInBrowserTest {

    private static final int PHONE = 390;
    private static final int DESK = 1280;
    private static final int STEPS = 20;
    private static final int IMAGES = 8;
    private static final long LARGEST = 15_000_000;

    @TempDir
    private static Path profile;
    @TempDir
    private static Path shared;
    private static Browser browser;
    private static Path page;
    private static Map<String, Path> others;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> program = Browser.program();
        Assumptions.assumeTrue(program.isPresent(), "no Chromium on the PATH");
        Path model = Runs.model(shared);
        others = new TreeMap<>();
        run(words("trace --model", model, "--out", shared.resolve("out"))).succeeded();
        page = shared.resolve("out/report.html");
        for (String options : List.of("--balance signsum --eps 0", "--attack square --queries 60",
                "--balance single:depth --norm l2 --eps 1", "--attack noise --balance total")) {
            Path folder = shared.resolve("other" + others.size());
            List<String> words = words("trace --size 17x23 --limit 2 --model", model, "--out", folder);
            words.addAll(words(options));
            run(words).succeeded();
            others.put(options, folder.resolve("report.html"));
        }
        browser = Browser.start(program.get(), profile);
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
    }

    private static void move(int step) {
        browser.value("(s => { s.value = " + step + "; s.dispatchEvent(new Event('input')); })"
                + "(document.getElementById('step'))");
    }

    private static void sound(int width) {
        assertEquals(Integer.toString(width), browser.value("document.documentElement.scrollWidth"),
                "the page scrolls sideways");
        assertEquals(List.of(), browser.requests());
        assertEquals(List.of(), browser.complaints());
        assertEquals("0", browser.value("[...document.images].filter(i => i.naturalWidth === 0).length"));
        assertEquals("0", browser.value("[...document.querySelectorAll('svg *')].filter(e => "
                + "[...e.attributes].some(a => /NaN|undefined|Infinity/.test(a.value))).length"));
        String text = browser.value("document.querySelector('main').innerText");
        for (String slip : List.of("undefined", "NaN", "null", "[object")) {
            assertFalse(text.contains(slip), slip);
        }
    }

    /** Twenty steps on eight images of the usual size. */
    @Test
    void thePageIsSmallEnoughToMail() throws IOException {
        long size = Files.size(page);
        assertTrue(size < LARGEST && size > 1_000_000, size + " bytes");
    }

    @Test
    void noRequestsNoComplaintsNoOverflowAtAnyStep() {
        for (boolean dark : new boolean[] {false, true}) {
            browser.dark(dark);
            for (int width : new int[] {PHONE, 768, DESK}) {
                browser.open(page, width, 900);
                sound(width);
                for (int step : new int[] {0, 7, STEPS}) {
                    move(step);
                    sound(width);
                }
            }
        }
        browser.dark(false);
    }

    @Test
    void otherKindsOfAttacksHavePagesToo() {
        others.forEach((options, path) -> {
            browser.open(path, DESK, 900);
            sound(DESK);
            move(0);
            sound(DESK);
            int charts = Integer.parseInt(browser.value("document.querySelectorAll('.chart').length"));
            assertTrue(charts >= 3, options + ": " + charts);
            boolean blind = options.contains("square") || options.contains("noise");
            assertEquals(blind, browser.value("document.getElementById('leaders').textContent").contains(
                    "sees losses alone"), options);
        });
    }

    /** Every step has pictures, numbers and a place of the cursor of its own. */
    @Test
    void theSliderMovesEverything() {
        browser.open(page, DESK, 900);
        assertEquals(Integer.toString(STEPS), browser.value("document.getElementById('step').max"));
        assertEquals("9", browser.value("document.querySelectorAll('.chart').length"));
        assertEquals(Integer.toString(STEPS), browser.value("document.querySelectorAll('#ribbon i').length"));
        Set<String> frames = new HashSet<>();
        Set<String> cursors = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        for (int step = 0; step <= STEPS; step++) {
            move(step);
            assertEquals("step " + step + " of " + STEPS, browser.value("document.getElementById('now').textContent"));
            frames.add(browser.value("document.querySelector('#pictures img').style.transform"));
            cursors.add(browser.value("document.querySelector('.chart .cursor').getAttribute('d')"));
            numbers.add(browser.value("document.querySelector('.legend').textContent"));
            assertFalse(browser.value("document.getElementById('says').textContent").isBlank());
        }
        assertEquals(STEPS + 1, frames.size());
        assertEquals(STEPS + 1, cursors.size());
        assertTrue(numbers.size() > STEPS / 2, numbers.size() + " different sets of losses");
    }

    @Test
    void picturesThatAreSeenChange() throws IOException {
        browser.open(page, DESK, 900);
        String place = "(b => [b.left, b.top, b.width, b.height].map(Math.round))"
                + "(document.querySelectorAll('#pictures .frame')[1].getBoundingClientRect())";
        int[][] shots = new int[2][];
        for (int i = 0; i < 2; i++) {
            move(i * STEPS);
            String[] box = browser.value(place).split(",");
            BufferedImage shot = ImageIO.read(new ByteArrayInputStream(browser.screenshot(false)));
            int left = Integer.parseInt(box[0]);
            int top = Integer.parseInt(box[1]);
            int width = Integer.parseInt(box[2]);
            int height = Math.min(Integer.parseInt(box[3]), 900 - top);
            shots[i] = shot.getRGB(left, top, width, height, null, 0, width);
        }
        int different = 0;
        for (int i = 0; i < shots[0].length; i++) {
            different += shots[0][i] == shots[1][i] ? 0 : 1;
        }
        assertTrue(different > shots[0].length / 4, different + " of " + shots[0].length + " pixels");
    }

    @Test
    void anotherImageHasOtherCurves() {
        browser.open(page, DESK, 900);
        move(5);
        assertEquals(Integer.toString(IMAGES), browser.value("document.querySelectorAll('.picker input').length"));
        String curve = "document.querySelector('.chart .way').getAttribute('d')";
        String first = browser.value(curve);
        browser.value("document.querySelectorAll('.picker label')[3].click()");
        assertNotEquals(first, browser.value(curve));
        assertEquals("step 5 of " + STEPS, browser.value("document.getElementById('now').textContent"));
        assertTrue(browser.value("document.querySelector('#pictures img').alt").startsWith("Image 4"));
        assertEquals(List.of(), browser.complaints());
    }

    @Test
    void aClickIntoACurveGoesThere() {
        browser.open(page, DESK, 900);
        browser.value("(s => { const b = s.getBoundingClientRect(); s.setPointerCapture = () => {};"
                + " s.dispatchEvent(new PointerEvent('pointerdown', {pointerId: 1, clientX: b.left + b.width * 44"
                + " / 352, clientY: b.top + 20})); })(document.querySelectorAll('.chart svg')[4])");
        assertEquals("step 0 of " + STEPS, browser.value("document.getElementById('now').textContent"));
        assertEquals("0", browser.value("document.getElementById('step').value"));
    }

    /** With keys alone: tab to images, button and slider; arrows move. */
    @Test
    void keysAreEnough() {
        browser.open(page, DESK, 900);
        move(3);
        browser.value("document.getElementById('step').focus()");
        browser.key("ArrowRight", 39);
        browser.key("ArrowRight", 39);
        assertEquals("step 5 of " + STEPS, browser.value("document.getElementById('now').textContent"));
        browser.key("Home", 36);
        assertEquals("step 0 of " + STEPS, browser.value("document.getElementById('now').textContent"));
        browser.value("document.querySelector('.picker input').focus()");
        browser.key("ArrowRight", 39);
        assertTrue(browser.value("document.querySelector('#pictures img').alt").startsWith("Image 2"));
        assertEquals("2", browser.value("[...document.querySelectorAll('#play, #step')].filter(e => e.tabIndex === 0)"
                + ".length"));
    }

    @Test
    void itPlaysToTheEnd() throws InterruptedException {
        browser.open(page, DESK, 900);
        move(STEPS - 2);
        browser.value("document.getElementById('play').click()");
        assertEquals("Pause", browser.value("document.getElementById('play').getAttribute('aria-label')"));
        String label = "Pause";
        for (int i = 0; i < 100 && label.equals("Pause"); i++) {
            Thread.sleep(50);
            label = browser.value("document.getElementById('play').getAttribute('aria-label')");
        }
        assertEquals("Play", label);
        assertEquals("step 20 of 20", browser.value("document.getElementById('now').textContent"));
    }

    /** The page admits its own script alone. */
    @Test
    void otherScriptsAreForbidden() throws IOException {
        Path forbidden = Files.writeString(shared.resolve("forbidden.html"),
                Files.readString(page).replace("</main>", "</main><script>document.title = 'run'</script>"));
        browser.open(forbidden, DESK, 900);
        assertFalse(browser.complaints().isEmpty());
        assertNotEquals("run", browser.value("document.title"));
    }
}
