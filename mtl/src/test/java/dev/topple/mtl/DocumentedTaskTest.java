// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.data.DescribedFolder;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.data.Split;
import dev.topple.mtl.model.ConstantPredictor;
import dev.topple.mtl.task.BestConstant;
import dev.topple.mtl.task.Drawing;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Metrics;
import dev.topple.mtl.task.Pixels;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.TaskKind;
import dev.topple.mtl.task.Tasks;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of {@code docs/adding-a-task.md}, as it stands there, compiles and works. */
class DocumentedTaskTest {

    /** How much light a surface gives back, from 0 to 1; the label -1 is not valid. The loss is the squared error. */
    record Reflectance() implements Task {

        static final String NAME = "reflectance";
        static final float UNKNOWN = -1;

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public int channels() {
            return 1;
        }

        @Override
        public TensorType labelType(int n, int height, int width) {
            return TensorType.f32(n, 1, height, width);
        }

        @Override
        public float invalid() {
            return UNKNOWN;
        }

        @Override
        public Value loss(Value prediction, Value label) {
            Value valid = label.compare(Relation.NOT_EQUAL, UNKNOWN);
            Value error = prediction.minus(Pixels.where(valid, label)).square();
            return Pixels.mean(Pixels.where(valid, error), Pixels.count(valid));
        }

        @Override
        public String lossUnit() {
            return "squared error";
        }

        @Override
        public Value validPixels(Value label) {
            return Pixels.count(label.compare(Relation.NOT_EQUAL, UNKNOWN));
        }

        @Override
        public Value labelOf(Value prediction) {
            return prediction.stopGradient();
        }

        @Override
        public Metrics metrics() {
            return new ReflectanceError();
        }

        /** The mean absolute error is above a tenth and above twice that of the clean image. */
        @Override
        public boolean broken(double[] clean, double[] attacked) {
            double before = clean[ReflectanceError.SUM] / clean[ReflectanceError.COUNT];
            double after = attacked[ReflectanceError.SUM] / attacked[ReflectanceError.COUNT];
            return after > 0.1 && after > 2 * before;
        }

        @Override
        public Drawing drawing() {
            return Drawing.scale(0, 1, value -> value != UNKNOWN);
        }

        /** The mean minimises the squared error. */
        @Override
        public BestConstant bestConstant() {
            double[] sumAndCount = new double[2];
            return new BestConstant() {
                @Override
                public void add(Tensor label) {
                    for (float value : label.floats()) {
                        if (value != UNKNOWN) {
                            sumAndCount[0] += value;
                            sumAndCount[1]++;
                        }
                    }
                }

                @Override
                public float[] prediction() {
                    return new float[] {sumAndCount[1] == 0 ? 0 : (float) (sumAndCount[0] / sumAndCount[1])};
                }
            };
        }
    }

    /** The mean absolute error over all valid pixels of all images together. */
    record ReflectanceError() implements Metrics {

        static final int COUNT = 0;
        static final int SUM = 1;

        @Override
        public List<Metric> list() {
            return List.of(new Metric("refl_err", false, ""));
        }

        @Override
        public int parts() {
            return 2;
        }

        @Override
        public void measure(Tensor prediction, Tensor label, int row, double[] into) {
            int area = label.shape().product(1, 4);
            for (int i = row * area; i < (row + 1) * area; i++) {
                if (label.floats()[i] != Reflectance.UNKNOWN) {
                    into[COUNT]++;
                    into[SUM] += Math.abs((double) prediction.floats()[i] - label.floats()[i]);
                }
            }
        }

        @Override
        public double[] values(double[] total) {
            return new double[] {total[SUM] / total[COUNT]};
        }
    }

    public static final class ReflectanceKind implements TaskKind {
        @Override
        public String name() {
            return Reflectance.NAME;
        }

        @Override
        public Task read(JsonView description) {
            description.only(Set.of("task"));
            return new Reflectance();
        }
    }

    @TempDir
    private Path folder;

    private static Path root(String name) {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve(name))) {
            at = at.getParent();
        }
        return at.resolve(name);
    }

    @Test
    void theDocumentSaysWhatIsCompiledHere() throws IOException {
        String here = squeezed(Files.readString(
                root("mtl/src/test/java/dev/topple/mtl/DocumentedTaskTest.java")));
        List<String> blocks = new ArrayList<>();
        String[] parts = Files.readString(root("docs/adding-a-task.md")).split("```");
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith("java")) {
                blocks.add(squeezed(parts[i].substring(4)));
            }
        }
        assertEquals(3, blocks.size());
        blocks.forEach(block -> assertTrue(here.contains(block), block));
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    /** With the services file in a folder on a class path of its own, as if it came in somebody's jar. */
    @Test
    void filesKnowIt() throws IOException, ReflectiveOperationException {
        assertEquals(List.of(), Tasks.kinds().stream().filter(kind -> kind instanceof ReflectanceKind).toList());
        JsonView json = JsonView.of(Tasks.toJson(new Reflectance()), "test");
        assertEquals(new Reflectance(), Tasks.fromJson(json, List.of(new ReflectanceKind())));
        Path services = folder.resolve("META-INF/services/" + TaskKind.class.getName());
        Files.createDirectories(services.getParent());
        Files.writeString(services, ReflectanceKind.class.getName() + "\n");
        assertTrue(kindsOnClassPathWith(folder).contains(ReflectanceKind.class.getName()));
        Files.writeString(services, "nobody.Knows\n");
        InvocationTargetException refusal = assertThrows(InvocationTargetException.class,
                () -> kindsOnClassPathWith(folder));
        assertTrue(refusal.getCause().getMessage().contains("nobody.Knows"), refusal.getCause().getMessage());
    }

    private static List<String> kindsOnClassPathWith(Path more) throws IOException, ReflectiveOperationException {
        List<URL> path = new ArrayList<>(List.of(more.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new),
                ClassLoader.getPlatformClassLoader())) {
            List<?> kinds = (List<?>) loader.loadClass(Tasks.class.getName()).getMethod("kinds").invoke(null);
            return kinds.stream().map(kind -> kind.getClass().getName()).toList();
        }
    }

    @Test
    void lossesAndMetrics() {
        Task task = new Reflectance();
        Tensor prediction = Tensor.of(Shape.of(2, 1, 1, 2), 0.5f, 9, 0.25f, 0.75f);
        Tensor label = Tensor.of(Shape.of(2, 1, 1, 2), 0.25f, Reflectance.UNKNOWN, 0.25f, 0.25f);
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT)) {
            Graph graph = new Graph();
            Value predicted = graph.input("prediction", task.predictionType(2, 1, 2));
            Value labels = graph.input("label", task.labelType(2, 1, 2));
            graph.output("loss", task.loss(predicted, labels));
            graph.output("valid", task.validPixels(labels));
            try (Executable program = device.compile(graph)) {
                program.feed("prediction", prediction);
                program.feed("label", label);
                program.run();
                assertArrayEquals(new float[] {0.0625f, 0.125f}, program.fetch("loss").floats(), 1e-6f);
                assertArrayEquals(new float[] {1, 2}, program.fetch("valid").floats());
            }
        }
        double[] parts = new double[2];
        task.metrics().measure(prediction, label, 0, parts);
        task.metrics().measure(prediction, label, 1, parts);
        assertArrayEquals(new double[] {0.75 / 3}, task.metrics().values(parts), 1e-9);
        assertTrue(task.broken(new double[] {2, 0.2}, new double[] {2, 0.5}));
        assertFalse(task.broken(new double[] {2, 0.2}, new double[] {2, 0.3}));
        assertFalse(task.broken(new double[2], new double[2]));
        assertEquals(2, task.drawing().argb(label, 0, 1, 2).length);
    }

    @Test
    void aFolderHoldsItsLabels() throws IOException {
        Files.createDirectories(folder.resolve("rgb"));
        Files.createDirectories(folder.resolve("reflectance"));
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(3, 0, 0, 255);
        ImageIO.write(image, "png", folder.resolve("rgb/a.png").toFile());
        ImageIO.write(image, "png", folder.resolve("reflectance/a.png").toFile());
        String json = Files.readString(root("docs/adding-a-task.md")).split("```json")[1].split("```")[0];
        Files.writeString(folder.resolve("topple-data.json"), json);
        DescribedFolder data = DescribedFolder.open(folder, Split.TEST, Optional.empty(), 9,
                List.of(new ReflectanceKind()));
        Sample sample = data.sample(0);
        float[] label = sample.labels().get("reflectance").floats();
        assertEquals(1, label[3], 1e-4);
        assertEquals(Reflectance.UNKNOWN, label[4]);
        assertEquals(1, ConstantPredictor.fit(List.of(new Reflectance()), data, 1).prediction(0)[0], 1e-4);
    }
}
