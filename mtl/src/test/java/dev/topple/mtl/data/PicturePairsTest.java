// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.tensor.Shape;
import dev.topple.mtl.task.Classification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs of pictures from files in the form of MNIST. */
class PicturePairsTest {

    @TempDir
    private Path folder;
    private Path digits;
    private Path clothes;

    @BeforeEach
    void write() {
        digits = DigitFiles.write(folder.resolve("digits"), 40, 20, 0, false);
        clothes = DigitFiles.write(folder.resolve("clothes"), 40, 20, 100, true);
    }

    private PicturePairs open(Split split, long seed, int limit) {
        return PicturePairs.open(PicturePairs.Kind.MULTI_MNIST, List.of(digits), split, seed, limit);
    }

    /** The numbers of the two pictures of a sample, from its name. */
    private static int[] pair(Sample sample) {
        return Stream.of(sample.id().replaceAll("[^0-9 ]", "").strip().split(" +")).mapToInt(Integer::parseInt)
                .toArray();
    }

    @Test
    void everyPixelIsTheBrighterOfTwo() {
        PicturePairs pairs = PicturePairs.open(PicturePairs.Kind.MNIST_FASHION, List.of(digits, clothes), Split.TEST, 0,
                99);
        assertEquals(20, pairs.size());
        for (int i = 0; i < pairs.size(); i++) {
            Sample sample = pairs.sample(i);
            int[] pair = pair(sample);
            assertEquals(Shape.of(3, 36, 36), sample.image().shape());
            assertArrayEquals(new int[] {pair[0] % 10}, sample.labels().get("left").ints());
            assertArrayEquals(new int[] {pair[1] % 10}, sample.labels().get("right").ints());
            assertEquals(Shape.scalar(), sample.labels().get("right").shape());
            float[] pixels = sample.image().floats();
            for (int p = 0; p < 3 * 36 * 36; p++) {
                int y = p / 36 % 36;
                int x = p % 36;
                int left = y < 28 && x < 28 ? DigitFiles.level(pair[0], y, x, 0) : 0;
                int right = y >= 8 && x >= 8 ? DigitFiles.level(pair[1], y - 8, x - 8, 100) : 0;
                assertEquals(Math.max(left, right) / 255f, pixels[p]);
            }
        }
    }

    @Test
    void everyPictureIsOnceOnEitherSide() {
        Set<Integer> lefts = new HashSet<>();
        Set<Integer> rights = new HashSet<>();
        PicturePairs pairs = open(Split.TRAIN, 3, 99);
        for (int i = 0; i < pairs.size(); i++) {
            int[] pair = pair(pairs.sample(i));
            lefts.add(pair[0]);
            rights.add(pair[1]);
        }
        assertEquals(40, lefts.size());
        assertEquals(40, rights.size());
    }

    @Test
    void pairsFollowFromTheSeed() {
        assertTrue(open(Split.TEST, 7, 20).sample(3).image().sameBits(open(Split.TEST, 7, 5).sample(3).image()));
        List<String> ids = Stream.of(7L, 8L).map(seed -> {
            PicturePairs pairs = open(Split.TEST, seed, 20);
            return pairs.sample(0).id() + pairs.sample(1).id() + pairs.sample(2).id();
        }).toList();
        assertNotEquals(ids.get(0), ids.get(1));
        assertTrue(open(Split.TEST, 7, 5).name().endsWith("digits,split=test,seed=7,count=5,of=20"));
    }

    @Test
    void theChecksumIsOfTheContent() {
        Path packed = DigitFiles.write(folder.resolve("packed"), 40, 20, 0, true);
        Optional<String> plain = open(Split.TEST, 0, 5).checksum();
        assertEquals(plain, PicturePairs.open(PicturePairs.Kind.MULTI_MNIST, List.of(packed), Split.TEST, 1, 9)
                .checksum());
        assertNotEquals(plain, open(Split.TRAIN, 0, 5).checksum());
        assertNotEquals(plain, PicturePairs.open(PicturePairs.Kind.MULTI_MNIST, List.of(clothes), Split.TEST, 0, 9)
                .checksum());
    }

    @Test
    void tasksAreChosen() {
        PicturePairs pairs = open(Split.TEST, 0, 5);
        assertEquals(Set.of("left", "right"), pairs.labelled());
        PicturePairs right = pairs.withTasks(List.of(pairs.available().get(1)));
        assertEquals(Set.of("right"), right.sample(0).labels().keySet());
        assertTrue(right.name().endsWith(",tasks=right"), right.name());
        assertThrows(IllegalArgumentException.class, () -> pairs.withTasks(List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> pairs.withTasks(List.of(new Classification("left", List.of("a", "b")))));
    }

    @Test
    void namesWithADotAreFound() throws IOException {
        Files.move(digits.resolve("t10k-images-idx3-ubyte"), digits.resolve("t10k-images.idx3-ubyte"));
        assertEquals(20, open(Split.TEST, 0, 99).size());
    }

    @Test
    void badFilesAreNamed() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> PicturePairs.open(PicturePairs.Kind.MNIST_FASHION,
                List.of(digits), Split.TEST, 0, 1));
        refused("there is no such folder", folder.resolve("none"));
        Path labels = digits.resolve("t10k-labels-idx1-ubyte");
        byte[] whole = Files.readAllBytes(labels);
        DigitFiles.idx(labels, false, new byte[19], 19);
        refused("it has 19 labels for the 20 pictures", digits);
        byte[] eleven = whole.clone();
        eleven[8 + 4] = 10;
        Files.write(labels, eleven);
        refused("label 4 is 10", digits);
        Files.write(labels, Arrays.copyOf(whole, whole.length + 1));
        refused("something follows", digits);
        Files.write(labels, new byte[0]);
        refused("empty or cut off", digits);
        Files.copy(digits.resolve("t10k-images-idx3-ubyte"), labels, StandardCopyOption.REPLACE_EXISTING);
        refused("it begins with 00000803", digits);
        Files.delete(labels);
        refused("there is no t10k-labels-idx1-ubyte", digits);
        Path packed = clothes.resolve("t10k-images-idx3-ubyte.gz");
        byte[] content = Files.readAllBytes(packed);
        content[content.length / 2] ^= 1;
        Files.write(packed, content);
        assertThrows(FormatException.class, () -> PicturePairs.open(PicturePairs.Kind.MULTI_FASHION, List.of(clothes),
                Split.TEST, 0, 1));
    }

    private static void refused(String expected, Path folder) {
        String message = assertThrows(RuntimeException.class, () -> PicturePairs.open(PicturePairs.Kind.MULTI_MNIST,
                List.of(folder), Split.TEST, 0, 1)).getMessage();
        assertTrue(message.contains(expected) && message.startsWith(folder.toString()), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"})
    void damageIsNoticedOrHarmless(String name) throws IOException {
        Damage.everyTime(digits.resolve(name), 400, 1, () -> open(Split.TEST, 0, 99),
                PicturePairsTest::requireSamples);
        // A packed file has a checksum: only flags and times of its header may change unnoticed.
        Path packed = clothes.resolve(name + ".gz");
        Sample[] whole = samples(PicturePairs.open(PicturePairs.Kind.MULTI_FASHION, List.of(clothes), Split.TEST, 0,
                9));
        Damage.everyTime(packed, 400, 2, () -> PicturePairs.open(PicturePairs.Kind.MULTI_FASHION, List.of(clothes),
                Split.TEST, 0, 9), pairs -> {
                    for (int i = 0; i < whole.length; i++) {
                        assertTrue(pairs.sample(i).image().sameBits(whole[i].image()));
                        assertTrue(pairs.sample(i).labels().get("left").sameBits(whole[i].labels().get("left")));
                    }
                });
    }

    private static Sample[] samples(PicturePairs pairs) {
        Sample[] samples = new Sample[pairs.size()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = pairs.sample(i);
        }
        return samples;
    }

    private static void requireSamples(PicturePairs pairs) {
        assertEquals(20, pairs.size());
        for (Sample sample : samples(pairs)) {
            assertTrue(sample.labels().get("left").ints()[0] < 10);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("data")
    void theRealFiles(PicturePairs.Kind kind) {
        Path mnist = data("mnist");
        Path fashion = data("fashion-mnist");
        List<Path> folders = switch (kind) {
            case MULTI_MNIST -> List.of(mnist);
            case MULTI_FASHION -> List.of(fashion);
            case MNIST_FASHION -> List.of(mnist, fashion);
        };
        PicturePairs test = PicturePairs.open(kind, folders, Split.TEST, 0, Integer.MAX_VALUE);
        assertEquals(10_000, test.size());
        PicturePairs train = PicturePairs.open(kind, folders, Split.TRAIN, 0, 50_000);
        assertEquals(50_000, train.size());
        int[] classes = new int[10];
        for (int i = 0; i < test.size(); i++) {
            classes[test.sample(i).labels().get("right").ints()[0]]++;
        }
        for (int count : classes) {
            assertTrue(count > 800, "every class is there");
        }
        if (kind == PicturePairs.Kind.MULTI_MNIST) {
            // What everybody knows of MNIST: its first labels, and its mean level.
            LabelledPictures whole = LabelledPictures.read(mnist, Split.TRAIN);
            assertArrayEquals(new byte[] {5, 0, 4, 1, 9}, Arrays.copyOf(whole.labels(), 5));
            long sum = 0;
            for (byte level : whole.pixels()) {
                sum += level & 255;
            }
            assertEquals(33.318, (double) sum / whole.pixels().length, 1e-3);
        }
    }

    static Path data(String name) {
        Optional<Path> found = Stream.of(Optional.ofNullable(System.getenv("TOPPLE_DATA")).orElse("../shared/data"),
                "../shared/data", "../../shared/data").map(root -> Path.of(root, name)).filter(Files::isDirectory)
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "no folder ../shared/data/" + name + " and no TOPPLE_DATA");
        return found.get();
    }
}
