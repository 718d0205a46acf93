// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonView;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceCommandTest {

    @TempDir
    private static Path shared;
    private static Path model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeModel() {
        model = Runs.model(shared);
    }

    private List<String> trace(String options) {
        List<String> words = words("trace --model", model, "--out", folder.resolve("out"));
        words.addAll(words(options));
        return words;
    }

    private JsonView traced(String options) {
        run(trace(options)).succeeded();
        return JsonView.read(folder.resolve("out/trace.json"));
    }

    private String page() throws IOException {
        return Files.readString(folder.resolve("out/report.html"));
    }

    @Test
    void everyStepOfEveryImageIsWritten() throws IOException {
        JsonView trace = traced("--size 17x23 --limit 2 --steps 3");
        assertEquals("pgd", trace.field("attack").asString());
        assertEquals("dgba", trace.field("balancer").asString());
        assertEquals(3, trace.field("steps").asInt());
        assertEquals(2, trace.field("images").elements().size());
        for (JsonView image : trace.field("images").elements()) {
            List<JsonView> steps = image.field("steps").elements();
            assertEquals(4, steps.size());
            double best = image.field("cleanMerit").asDouble();
            int result = -1;
            for (int i = 0; i < 4; i++) {
                JsonView step = steps.get(i);
                assertEquals(i, step.field("step").asInt());
                assertEquals(List.of("segmentation", "depth", "normals"),
                        List.copyOf(step.field("losses").fields().keySet()));
                assertEquals(3, step.field("gradientNorms").fields().size());
                assertEquals(2, step.field("cosines").fields().size());
                assertEquals(i < 3 ? 3 : 0, step.field("weights").fields().size());
                assertEquals(i < 3 ? 3 : 0, step.field("agreement").fields().size());
                assertEquals(i == 3, step.field("stepSize").isNull());
                assertTrue(step.field("perturbation").asDouble() <= 8 / 255.0);
                if (step.field("merit").asDouble() > best) {
                    best = step.field("merit").asDouble();
                    result = i;
                }
            }
            assertEquals(result, image.field("resultStep").asInt());
            assertEquals(best, image.field("finalMerit").asDouble(), 1e-4 * Math.abs(best));
        }
        String page = page();
        assertFalse(page.replace("http://www.w3.org/2000/svg", "").contains("http://"));
        assertTrue(page.contains("script-src &#39;sha256-"));
        assertEquals(List.of("report.html", "trace.json"), Runs.names(folder.resolve("out")));
    }

    @ParameterizedTest
    @CsvSource({"signsum,pgd,0,3", "mgda,apgd,3,3", "random,pgd,3,3", "single:depth,fgsm,1,1", "dgba,square,0,0",
        "total,noise,0,0", "dgba,mi-fgsm,3,3"})
    void allKindsOfAttacksHaveATrace(String balancer, String attack, int weights, int gradients) throws IOException {
        JsonView trace = traced("--size 16x16 --limit 1 --balance " + balancer + " --attack " + attack
                + (attack.equals("square") ? " --queries 50" : ""));
        JsonView first = trace.field("images").elements().getFirst().field("steps").elements().getFirst();
        assertEquals(weights, first.field("weights").fields().size());
        assertEquals(gradients, first.field("gradientNorms").fields().size());
        assertEquals(3, first.field("losses").fields().size());
        int steps = trace.field("steps").asInt();
        assertEquals(attack.equals("square") ? 50 : Stream.of("fgsm", "noise").anyMatch(attack::equals) ? 1 : 20,
                steps);
        assertEquals(steps + 1, trace.field("images").elements().getFirst().field("steps").elements().size());
        assertTrue(page().contains("\"shown\":[0,1"), "pictures of the first steps");
    }

    /** A trace is of the attack that topple attack measures. */
    @Test
    void itIsTheSameAttackAsWithout() {
        JsonView trace = traced("--size 17x23 --limit 1 --steps 4 --seed 5");
        run(words("attack --size 17x23 --limit 1 --steps 4 --seed 5 --balance dgba --pictures 0 --model", model,
                "--out", folder.resolve("attack"))).succeeded();
        JsonView results = JsonView.read(folder.resolve("attack/results.json"));
        JsonView image = trace.field("images").elements().getFirst();
        JsonView last = image.field("steps").elements().get(image.field("resultStep").asInt());
        double log = 0;
        for (JsonView loss : last.field("losses").fields().values()) {
            log += Math.log(loss.asDouble());
        }
        assertEquals(results.field("attacks").elements().getFirst().field("meanLogLoss").asDouble(), log, 1e-4);
    }

    @Test
    void photographsOfSeveralSizesAndStrangeNames() throws IOException {
        Path photographs = Files.createDirectory(folder.resolve("photographs"));
        ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png",
                photographs.resolve("a & <b>.png").toFile());
        ImageIO.write(new BufferedImage(20, 33, BufferedImage.TYPE_INT_RGB), "png",
                photographs.resolve("z<!--.png").toFile());
        List<String> words = words("trace --steps 2 --model", model, "--out", folder.resolve("out"), "--data",
                "images:" + photographs);
        run(words).succeeded();
        JsonView trace = JsonView.read(folder.resolve("out/trace.json"));
        assertEquals("predictions", trace.field("labels").asString());
        assertEquals(List.of(30, 33), trace.field("images").elements().stream()
                .map(image -> image.field("height").asInt()).toList());
        String page = page();
        assertTrue(page.contains("\\u003c!--") && !page.contains("<!--"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--balance single          | stands for 3; name one of single:segmentation",
        "--balance total,dgba      | stands for 2; name one of total, dgba",
        "--balance nobody          | there is no balancer 'nobody'",
        "--attack pgd,fgsm         | one attack",
        "--attack pdg              | there is no attack 'pdg'",
        "--attack square --balance mgda | sees losses alone",
        "--attack square --steps 5 | --queries for square",
        "--queries 5               | for square and nes, not for pgd",
        "--eps 8                   | did you mean 8/255?",
        "--eps 1/255,2/255         | one number with --eps",
        "--steps 0                 | at least 1",
        "--limit 0                 | --limit must be at least 1",
        "--alpha eps/0             | no step",
    })
    void mistakesGetOneLine(String options, String part) {
        run(trace(options)).refused(part);
        assertFalse(Files.exists(folder.resolve("out/trace.json")));
    }

    @Test
    void placesThatCannotBeWrittenAreRefusedFirst() throws IOException {
        Files.createFile(folder.resolve("out"));
        run(trace("--size 16x16 --limit 1 --steps 1")).refused("is a file; name a folder");
        run(words("trace --model nowhere --out", folder.resolve("other"))).refused("nowhere");
        assertFalse(Files.exists(folder.resolve("other")));
    }
}
