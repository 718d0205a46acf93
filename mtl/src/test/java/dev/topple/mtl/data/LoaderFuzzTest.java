// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged folders: each time one file is cut off, changed or grown. Every format with checksums (PNG) gives the right
 * data or a refusal that names the problem; others (npy, JPEG, JSON, text) may also say something else, but never
 * something that is no label. Nothing hangs, fails in another way or takes more memory than the test has.
 */
class LoaderFuzzTest {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    /** Samples by id. */
    private static Map<String, Sample> samples(Supplier<? extends Dataset> open) {
        Dataset images = open.get();
        Map<String, Sample> samples = new LinkedHashMap<>();
        for (int i = 0; i < images.size(); i++) {
            Sample sample = images.sample(i);
            samples.put(sample.id(), sample);
        }
        return samples;
    }

    private void fuzz(Supplier<? extends Dataset> open, int cases, long seed) throws IOException {
        Random random = new Random(seed);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        Map<String, Sample> whole = samples(open);
        int refused = 0;
        for (int i = 0; i < cases; i++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] content = Files.readAllBytes(file);
            Files.write(file, Formats.damaged(content, random));
            String what = "case " + i + ", " + file;
            Optional<Map<String, Sample>> found = assertTimeoutPreemptively(LONGEST, () -> attempt(open, what), what);
            refused += found.isEmpty() ? 1 : 0;
            found.ifPresent(samples -> samples.forEach((id, sample) -> {
                if (file.toString().endsWith(".png")) {
                    assertSame(whole.get(id), sample, what);
                } else {
                    assertLabels(sample, what);
                }
            }));
            Files.write(file, content);
        }
        assertTrue(refused > 0 && refused < cases, refused + " of " + cases);
        samples(open).forEach((id, sample) -> assertSame(whole.get(id), sample, "at the end"));
    }

    private static Optional<Map<String, Sample>> attempt(Supplier<? extends Dataset> open, String what) {
        try {
            return Optional.of(samples(open));
        } catch (IllegalArgumentException | UncheckedIOException | FormatException e) {
            assertTrue(e.getMessage() != null && !e.getMessage().isBlank() && e.getMessage().lines().count() == 1,
                    what + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private static void assertSame(Sample expected, Sample sample, String what) {
        assertTrue(expected.image().sameBits(sample.image()), what);
        assertEquals(expected.labels().keySet(), sample.labels().keySet(), what);
        expected.labels().forEach((task, label) -> assertTrue(label.sameBits(sample.labels().get(task)), what));
    }

    private static void assertLabels(Sample sample, String what) {
        List<Tensor> tensors = new ArrayList<>(sample.labels().values());
        tensors.add(sample.image());
        for (Tensor tensor : tensors) {
            if (tensor.dtype() == DType.F32) {
                for (float value : tensor.floats()) {
                    assertTrue(Float.isFinite(value), what);
                }
            } else {
                for (int value : tensor.ints()) {
                    assertTrue(value >= 0 && value < 40 || value == 255, what);
                }
            }
        }
    }

    @Test
    void plainFolder() throws IOException {
        NyuV2Files.write(folder, 1, 2);
        fuzz(() -> NyuV2.open(folder, 13, NyuV2.Split.TEST, 24, 32, 9, DerivedCache.in(cache(), remark -> {})), 100, 1);
    }

    @Test
    void adaShare() throws IOException {
        ForeignForms.adaShare(folder);
        fuzz(() -> NyuV2.open(folder, 40, NyuV2.Split.TEST, 24, 32, 9, DerivedCache.none()), 120, 2);
    }

    @Test
    void mtan() throws IOException {
        ForeignForms.mtan(folder, "<f4", new int[] {0, 2, 1}, new int[] {1, 1, -1});
        fuzz(() -> NyuV2.open(folder, 13, NyuV2.Split.TEST, 24, 32, 9, DerivedCache.none()), 12, 3);
        // Their axes are slow to find.
        Files.move(folder.resolve("val/normal"), folder.resolve("val/elsewhere"));
        fuzz(() -> NyuV2.open(folder, 13, NyuV2.Split.TEST, 24, 32, 9, DerivedCache.in(cache(), remark -> {})), 60, 4);
    }

    @Test
    void taskonomy() throws IOException {
        ForeignForms.taskonomy(folder, true, true);
        fuzz(() -> Taskonomy.open(folder, Taskonomy.Split.TEST, Taskonomy.Labels.CORRECTED, 32, 32, 9,
                DerivedCache.none()), 120, 5);
    }

    /** A folder beside that keeps derived normals, whatever is damaged: the content of depth is their key. */
    private Path cache() {
        return folder.resolveSibling(folder.getFileName() + "-cache");
    }
}
