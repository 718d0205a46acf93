// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.step.StepRules;
import dev.topple.cli.picture.Exhibit;
import dev.topple.cli.picture.Exhibits;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.task.Metric;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The report of {@code topple attack}. */
class ReportTest {

    private static final String SMALL = "attack --size 17x23 --steps 2 --limit 3 --json";

    @TempDir
    private static Path shared;
    private static Path model;
    private static JsonView results;
    private static String page;

    @TempDir
    private Path folder;

    @BeforeAll
    static void attackOnce() throws IOException {
        model = Runs.model(shared);
        results = run(words(SMALL + " --model", model, "--out", shared.resolve("out"))).succeeded().json();
        page = Files.readString(shared.resolve("out/report.html"));
    }

    private String attack(String options) throws IOException {
        run(words(SMALL + " " + options + " --model", model, "--out", folder.resolve("out"))).succeeded();
        return Files.readString(folder.resolve("out/report.html"));
    }

    /** Our HTML is XML but for its first line, so a parser without mercy reads it. */
    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replaceFirst("<!DOCTYPE html>", ""))));
    }

    private static List<Element> all(Document document, String tag) {
        NodeList nodes = document.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    @Test
    void thePageIsWellFormedAndSelfContained() throws Exception {
        Document document = parse(page);
        assertEquals(1, all(document, "h1").size());
        // Input, three labels and predictions; and for each of two attacks perturbation, image and predictions.
        assertEquals(3 * (1 + 3 + 3 + 2 * (2 + 3)), all(document, "img").size());
        for (Element image : all(document, "img")) {
            assertTrue(image.getAttribute("src").startsWith("data:image/"));
            assertFalse(image.getAttribute("alt").isBlank());
            assertEquals("23", image.getAttribute("width"));
        }
        assertEquals(0, all(document, "script").size());
        assertFalse(page.contains("http:") || page.contains("https:"));
        Set<String> ids = new HashSet<>();
        for (Element element : all(document, "*")) {
            assertTrue(element.getAttribute("id").isEmpty() || ids.add(element.getAttribute("id")));
            assertFalse(element.hasAttribute("style") || element.hasAttribute("onclick"));
        }
        all(document, "label").forEach(label -> assertTrue(ids.contains(label.getAttribute("for"))));
        all(document, "table").forEach(table -> assertEquals(1, table.getElementsByTagName("caption").getLength()));
        String rules = all(document, "meta").get(1).getAttribute("content");
        assertTrue(rules.startsWith("default-src 'none'; img-src data:; style-src 'sha256-"), rules);
    }

    @Test
    void thePageHasTheNumbersOfTheDocument() throws Exception {
        String text = parse(page).getDocumentElement().getTextContent();
        for (JsonView attack : results.field("attacks").elements()) {
            String arp = Figures.decimal(attack.field("arp").asDouble(), 1).replace('-', '\u2212');
            assertTrue(text.contains(arp + "\u00A0%"), arp);
            double value = attack.field("tasks").field("depth").field("abs_err").field("attacked").asDouble();
            assertTrue(text.contains(Figures.decimal(value, 4)));
        }
        assertTrue(text.contains(results.field("command").asString()));
    }

    @Test
    void checksumsAreThoseOfTheFiles() throws Exception {
        for (Path file : List.of(model, shared.resolve("out/results.json"))) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            assertTrue(page.contains(HexFormat.of().formatHex(digest)), file.toString());
        }
    }

    @Test
    void picturesDoNotDependOnTheBatch() throws IOException {
        assertEquals(articles(page), articles(attack("--batch 1 --threads 1")));
        assertFalse(articles(page).equals(articles(attack("--seed 1"))));
    }

    private static List<String> articles(String html) {
        List<String> articles = List.of(html.split("<article "));
        assertEquals(4, articles.size());
        return articles.subList(1, 3);
    }

    @Test
    void theNumberOfPicturesIsAsked() throws Exception {
        assertEquals(1, all(parse(attack("--pictures 1")), "article").size());
        String without = attack("--pictures 0");
        assertFalse(without.contains("<img") || without.contains("Pictures"));
        run(words(SMALL + " --pictures -1 --model", model)).refused("--pictures", "-1");
        run(words(SMALL + " --pictures 201 --model", model)).refused("--pictures", "201");
    }

    @Test
    void thereIsAChoiceOnlyBetweenSeveralAttacks() throws Exception {
        assertEquals(2, all(parse(page), "input").size());
        for (String options : List.of("--balance dgba", "--balance signsum,single", "--balance total")) {
            Document document = parse(attack(options));
            assertEquals(0, all(document, "input").size(), options);
            assertEquals(3 * (1 + 3 + 3 + 2 + 3), all(document, "img").size(), options);
        }
    }

    @Test
    void namesOfFilesStayTexts() throws Exception {
        Path photographs = Files.createDirectory(folder.resolve("<b>photographs & \"more\""));
        BufferedImage picture = new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB);
        String evil = "<img src=x onerror=alert(1)>\u202E'\".png";
        ImageIO.write(picture, "png", photographs.resolve(evil).toFile());
        Files.writeString(photographs.resolve("<script>.png"), "not a picture");
        run(words("attack --steps 1 --balance dgba --model", model, "--out", folder.resolve("out"), "--data",
                "images:" + photographs)).succeeded();
        Document document = parse(Files.readString(folder.resolve("out/report.html")));
        assertEquals(0, all(document, "script").size());
        assertEquals(0, all(document, "b").stream().filter(b -> b.getTextContent().contains("photo")).count());
        assertTrue(all(document, "bdi").stream().anyMatch(text -> text.getTextContent().equals(evil)));
        assertTrue(all(document, "li").stream().anyMatch(text -> text.getTextContent().contains("<script>.png")));
        // No labels, so none are shown.
        assertEquals(1 + 3 + 2 + 3, all(document, "img").size());
    }

    private static List<Element> ofClass(Document document, String tag, String name) {
        return all(document, tag).stream().filter(each -> List.of(each.getAttribute("class").split(" ")).contains(name))
                .toList();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void thereIsACurveOverSeveralBudgets() throws Exception {
        assertEquals(0, ofClass(parse(page), "figure", "curve").size());
        Document document = parse(attack("--eps 2/255,8/255,4/255 --balance single,total,signsum,dgba,dgba:released"
                + " --pictures 1"));
        assertEquals(1, ofClass(document, "figure", "curve").size());
        assertEquals(2, ofClass(document, "svg", "wide").size() + ofClass(document, "svg", "narrow").size());
        JsonView results = JsonView.read(folder.resolve("out/results.json"));
        for (String kind : List.of("wide", "narrow")) {
            Element drawing = ofClass(document, "svg", kind).getFirst();
            double width = Double.parseDouble(drawing.getAttribute("viewBox").split(" ")[2]);
            double height = Double.parseDouble(drawing.getAttribute("viewBox").split(" ")[3]);
            Document alone = DocumentBuilderFactory.newInstance().newDocumentBuilder().newDocument();
            alone.appendChild(alone.importNode(drawing, true));
            List<Element> names = ofClass(alone, "g", "name");
            assertEquals(7, names.size());
            List<Double> places = new ArrayList<>();
            for (Element name : names) {
                Element text = (Element) name.getElementsByTagName("text").item(0);
                places.add(number(text, "y"));
                assertTrue(number(text, "x") + 6 * text.getTextContent().length() <= width, text.getTextContent());
            }
            for (int i = 1; i < places.size(); i++) {
                assertTrue(places.get(i) - places.get(i - 1) >= 16.8, places.toString());
            }
            List<Element> points = all(alone, "circle");
            assertEquals(21, points.size());
            for (Element point : points) {
                assertTrue(number(point, "cx") > 0 && number(point, "cx") < width);
                assertTrue(number(point, "cy") > 0 && number(point, "cy") < height);
            }
            // The points of a line are in the order of the budgets, and higher is more.
            List<JsonView> dgba = results.field("attacks").elements().stream()
                    .filter(each -> each.field("balancer").asString().equals("dgba")).toList();
            Element line = ofClass(alone, "g", "by-dgba").getFirst();
            List<Element> its = new ArrayList<>();
            NodeList circles = line.getElementsByTagName("circle");
            for (int i = 0; i < circles.getLength(); i++) {
                its.add((Element) circles.item(i));
            }
            int[] order = {0, 2, 1};
            for (int i = 1; i < 3; i++) {
                assertTrue(number(its.get(i), "cx") > number(its.get(i - 1), "cx"));
                assertEquals(Math.signum(dgba.get(order[i]).field("arp").asDouble()
                        - dgba.get(order[i - 1]).field("arp").asDouble()),
                        Math.signum(number(its.get(i - 1), "cy") - number(its.get(i), "cy")));
            }
        }
        String text = document.getDocumentElement().getTextContent();
        assertTrue(text.contains("with a budget of 8/255") && text.contains("The budget is the largest, 8/255."), text);
        for (JsonView attack : results.field("attacks").elements()) {
            assertTrue(text.contains(Figures.decimal(attack.field("arp").asDouble(), 1).replace('-', '\u2212')));
        }
    }

    @Test
    void attacksOnSingleTasksHaveAMapOfWhatTheyDoToTheOthers() throws Exception {
        JsonView drops = results.field("transfers").element(0).field("drops");
        Document document = parse(page);
        List<Element> cells = all(document, "td").stream().filter(each -> each.getAttribute("class").contains("shade"))
                .toList();
        assertEquals(9, cells.size());
        int at = 0;
        for (JsonView row : drops.fields().values()) {
            for (JsonView cell : row.fields().values()) {
                String drop = Figures.decimal(cell.field("drop").asDouble(), 1).replace('-', '\u2212');
                assertTrue(cells.get(at++).getTextContent().startsWith(drop), drop);
            }
        }
        assertTrue(cells.stream().anyMatch(each -> each.getAttribute("class").equals("shade-5")));
    }

    @Test
    void releasedNumbersStandBesideOurs() throws Exception {
        Document document = parse(page);
        Element section = ofClass(document, "section", "pairs").getFirst();
        String text = section.getTextContent();
        assertTrue(text.contains("docs/faithful.md"));
        int twins = 0;
        for (JsonView attack : results.field("attacks").elements()) {
            JsonView released = attack.field("released");
            for (String task : List.of("segmentation", "depth", "normals")) {
                for (var metric : released.field("tasks").field(task).fields().entrySet()) {
                    Metric known = RoomsDataset.tasks().stream().filter(each -> each.name().equals(task))
                            .flatMap(each -> each.metrics().list().stream())
                            .filter(each -> each.name().equals(metric.getKey())).findFirst().orElseThrow();
                    String ours = Figures.decimal(attack.field("tasks").field(task).field(known.name())
                            .field("attacked").asDouble(), Figures.decimals(known));
                    JsonView value = metric.getValue().field("attacked");
                    String theirs = value.isNull() ? "\u2013"
                            : Figures.decimal(value.asDouble(), Figures.decimals(known));
                    assertTrue(text.contains(ours + theirs), known.name() + " " + ours + " " + theirs);
                    twins++;
                }
            }
        }
        assertEquals(6 * 12, twins);
    }

    /** What is shown is what was measured: the same losses, to the last bit. */
    @Test
    void exhibitsAreTheImagesThatWereMeasured() {
        Model small = ModelFile.load(model).model();
        RoomsDataset data = RoomsDataset.heldOut(3, 17, 23);
        Plan plan = new Plan(Budgets.parse("linf", "8/255"), StepRules.of("pgd", OptionalInt.of(2),
                OptionalDouble.empty(), OptionalInt.empty(), Optional.empty()),
                Balancers.parse("dgba", small.tasks()).getFirst());
        double clean = 0;
        double attacked = 0;
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT);
                Exhibits exhibits = new Exhibits(device, small, data, List.of(plan), 0)) {
            for (int i = 0; i < 3; i++) {
                Exhibit exhibit = exhibits.of(i);
                clean += logs(exhibit.losses().values());
                attacked += logs(exhibit.attacked().getFirst().losses().values());
            }
        }
        JsonView dgba = results.field("attacks").elements().getLast();
        assertEquals(results.field("cleanMeanLogLoss").asDouble(), clean / 3, 1e-9);
        assertEquals(dgba.field("meanLogLoss").asDouble(), attacked / 3, 1e-9);
    }

    private static double logs(Iterable<Double> losses) {
        double sum = 0;
        for (double loss : losses) {
            sum += Math.log(loss);
        }
        return sum;
    }
}
