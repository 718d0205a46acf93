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
import java.util.List;
import java.util.Optional;
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
