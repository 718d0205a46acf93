// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.task.Mirror;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFeaturesTest {

    private static final List<UnaryOperator<Tensor>> BOTH = List.of(ImageFeatures::edges, ImageFeatures::keypoints);

    /** A grey image by column and row. */
    private static Tensor grey(int height, int width, DoubleBinaryOperator value) {
        float[] values = new float[3 * height * width];
        for (int i = 0; i < values.length; i++) {
            int at = i % (height * width);
            values[i] = (float) value.applyAsDouble(at % width, at / width);
        }
        return Tensor.of(Shape.of(3, height, width), values);
    }

    private static Tensor noise(int height, int width) {
        RandomSource random = new RandomSource(11);
        float[] values = new float[3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(256) / 255f;
        }
        return Tensor.of(Shape.of(3, height, width), values);
    }

    private static float label(double strength) {
        return (float) (2 * strength / ImageFeatures.FULL_CONTRAST - 1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1})
    void aFlatImageHasNothing(double level) {
        Tensor flat = grey(11, 13, (x, y) -> level);
        for (float value : ImageFeatures.edges(flat).floats()) {
            assertEquals(-1, value);
        }
        for (float value : ImageFeatures.keypoints(flat).floats()) {
            assertEquals(-1, value);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.1, true", "0.2, false", "-0.15, true"})
    void aStepHasItsContrastOnBothSidesAndLessFartherAway(double contrast, boolean upright) {
        Tensor step = grey(16, 16, (x, y) -> (upright ? x : y) < 8 ? 0.5 : 0.5 + contrast);
        float[] edges = ImageFeatures.edges(step).floats();
        // Differences over two pixels of the smoothed step are 10, 5, 1, 0 sixteenths of it, from its side on.
        double[] share = {1, 0.5, 0.1, 0};
        for (int across = 0; across < 16; across++) {
            int from = across < 8 ? 7 - across : across - 8;
            double expected = share[Math.min(from, 3)];
            for (int along = 0; along < 16; along++) {
                float actual = edges[upright ? along * 16 + across : across * 16 + along];
                assertEquals(label(expected * Math.abs(contrast)), actual, 1e-3, across + ", " + along);
            }
        }
    }

    @Test
    void aStepHasNoInterestPoints() {
        float[] keypoints = ImageFeatures.keypoints(grey(40, 40, (x, y) -> x < 20 ? 0.1 : 0.9)).floats();
        for (float value : keypoints) {
            assertEquals(-1, value);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.2, -0.2})
    void aSmallSquareHasItsContrastAtItsCentre(double contrast) {
        Tensor square = grey(41, 43,
                (x, y) -> Math.max(Math.abs(x - 21), Math.abs(y - 20)) <= 1 ? 0.5 + contrast : 0.5);
        float[] keypoints = ImageFeatures.keypoints(square).floats();
        assertEquals(label(Math.abs(contrast)), keypoints[20 * 43 + 21], 1e-3);
        for (int i = 0; i < keypoints.length; i++) {
            assertTrue(keypoints[i] <= keypoints[20 * 43 + 21]);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 9", "1.6, 9", "2.4, 15", "2.8, 15", "3.6, 21", "5, 21"})
    void aBlobIsStrongestAtItsCentreAndScale(double deviation, int side) {
        Tensor blob = grey(61, 61, (x, y) -> 0.2
                + 0.6 * Math.exp(-((x - 30) * (x - 30) + (y - 30) * (y - 30)) / (2 * deviation * deviation)));
        int centre = 30 * 61 + 30;
        double[] strengths = ImageFeatures.blobs(blob, side);
        for (double strength : strengths) {
            assertTrue(strength <= strengths[centre]);
        }
        for (int other : ImageFeatures.SIDES) {
            double there = ImageFeatures.blobs(blob, other)[centre];
            assertTrue(other == side || there < strengths[centre], other + ": " + there + ", " + strengths[centre]);
        }
    }

    @Test
    void cornersAreInterestPointsAndSidesAreNot() {
        Tensor square = grey(96, 96, (x, y) -> x >= 24 && x < 72 && y >= 24 && y < 72 ? 0.7 : 0.5);
        float[] keypoints = ImageFeatures.keypoints(square).floats();
        float corner = keypoints[26 * 96 + 26];
        assertTrue(corner > -0.2, "corner " + corner);
        for (int x = 46; x < 50; x++) {
            for (int y = 0; y < 96; y++) {
                assertEquals(-1, keypoints[y * 96 + x], "a line across two sides");
            }
        }
    }

    @Test
    void labelsFollowTheImageWhenItIsShifted() {
        Tensor image = noise(60, 64);
        Tensor shifted = grey(60, 64, (x, y) -> 0);
        for (int i = 0; i < image.floats().length; i++) {
            int x = i % 64;
            int y = i / 64 % 60;
            if (x >= 3 && y >= 2) {
                shifted.floats()[i] = image.floats()[i - 2 * 64 - 3];
            }
        }
        for (UnaryOperator<Tensor> labels : BOTH) {
            float[] before = labels.apply(image).floats();
            float[] after = labels.apply(shifted).floats();
            for (int y = 16; y < 60 - 16; y++) {
                for (int x = 16; x < 64 - 16; x++) {
                    assertEquals(before[(y - 2) * 64 + x - 3], after[y * 64 + x]);
                }
            }
        }
    }

    @Test
    void aMirroredImageHasTheMirroredLabels() {
        Tensor image = noise(21, 34);
        Tensor mirrored = Mirror.columns(image);
        assertTrue(Mirror.columns(ImageFeatures.edges(image)).sameBits(ImageFeatures.edges(mirrored)));
        assertTrue(Mirror.columns(ImageFeatures.keypoints(image)).sameBits(ImageFeatures.keypoints(mirrored)));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,40", "3,2", "17,31", "64,5"})
    void anySizeHasLabelsInRange(int height, int width) {
        Tensor image = noise(height, width);
        for (Tensor label : new Tensor[] {ImageFeatures.edges(image), ImageFeatures.keypoints(image)}) {
            assertEquals(TensorType.f32(1, height, width), label.type());
            for (float value : label.floats()) {
                assertTrue(value >= -1 && value <= 1);
            }
        }
    }

    /** Twice the contrast is twice the strength, and brightness alone is nothing. */
    @Test
    void strengthsAreContrasts() {
        Tensor image = noise(20, 24);
        Tensor faint = grey(20, 24, (x, y) -> 0);
        Tensor fainter = grey(20, 24, (x, y) -> 0);
        for (int i = 0; i < image.floats().length; i++) {
            faint.floats()[i] = 0.1f + 0.1f * image.floats()[i];
            fainter.floats()[i] = 0.6f + 0.05f * image.floats()[i];
        }
        for (UnaryOperator<Tensor> labels : BOTH) {
            float[] more = labels.apply(faint).floats();
            float[] less = labels.apply(fainter).floats();
            for (int i = 0; i < more.length; i++) {
                assertEquals((more[i] + 1) / 2, less[i] + 1, 2e-3);
            }
        }
    }

    /** The definitions in float64, pixel by pixel, with neither whole numbers nor an integral image. */
    @ParameterizedTest
    @CsvSource({"12,15", "31,9"})
    void labelsAreAsDefined(int height, int width) {
        Tensor image = noise(height, width);
        for (int i = 0; i < image.floats().length; i++) {
            image.floats()[i] *= 0.3f;
        }
        float[] edges = ImageFeatures.edges(image).floats();
        float[] keypoints = ImageFeatures.keypoints(image).floats();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double across = 0;
                double down = 0;
                for (int k = -1; k <= 1; k++) {
                    int weight = 2 - Math.abs(k);
                    across += weight * (smooth(image, y + k, x + 1) - smooth(image, y + k, x - 1));
                    down += weight * (smooth(image, y + 1, x + k) - smooth(image, y - 1, x + k));
                }
                double edge = Math.hypot(across, down) / (4 * 10 / 16.0);
                assertEquals(label(Math.min(edge, ImageFeatures.FULL_CONTRAST)), edges[y * width + x], 1e-3);
                double strongest = 0;
                for (int lobe : new int[] {3, 5, 7}) {
                    strongest = Math.max(strongest, determinant(image, y, x, lobe));
                }
                // A 3x3 square of contrast 1 has a determinant of this, squared, at the finest scale.
                double keypoint = Math.sqrt(strongest) / ((3 * 36 - 48) * 46 / (9 * 256.0));
                assertEquals(label(Math.min(keypoint, ImageFeatures.FULL_CONTRAST)), keypoints[y * width + x], 2e-3);
            }
        }
    }

    /** SURF's weights, one by one, over the area of a lobe. */
    private static double determinant(Tensor image, int y, int x, int lobe) {
        double xx = 0;
        double yy = 0;
        double xy = 0;
        int reach = 3 * lobe / 2;
        for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
                double value = smooth(image, y + dy, x + dx) / (lobe * lobe);
                xx += Math.abs(dy) < lobe ? value * (Math.abs(dx) <= lobe / 2 ? -2 : 1) : 0;
                yy += Math.abs(dx) < lobe ? value * (Math.abs(dy) <= lobe / 2 ? -2 : 1) : 0;
                int sign = Integer.signum(dx) * Integer.signum(dy);
                xy += Math.abs(dx) <= lobe && Math.abs(dy) <= lobe ? value * sign : 0;
            }
        }
        return xx * yy - 0.81 * xy * xy;
    }

    private static double smooth(Tensor image, int y, int x) {
        double[] weights = {1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0};
        int height = image.shape().dim(1);
        int width = image.shape().dim(2);
        double sum = 0;
        for (int k = 0; k < 25; k++) {
            int row = Math.clamp(y + k / 5 - 2, 0, height - 1);
            int column = Math.clamp(x + k % 5 - 2, 0, width - 1);
            float[] values = image.floats();
            int at = row * width + column;
            double luma = 0.299 * values[at] + 0.587 * values[at + height * width]
                    + 0.114 * values[at + 2 * height * width];
            sum += weights[k / 5] * weights[k % 5] * luma;
        }
        return sum;
    }

    /** The bits are the same on every machine; these were written down from what this very test printed. */
    @Test
    void bitsStayTheSame() {
        Tensor image = noise(33, 47);
        assertEquals(557717785, Arrays.hashCode(ImageFeatures.edges(image).floats()));
        assertEquals(1900823666, Arrays.hashCode(ImageFeatures.keypoints(image).floats()));
    }

    @Test
    void otherTensorsAreRefused() {
        for (Tensor other : new Tensor[] {Tensor.filled(Shape.of(1, 8, 8), 0), Tensor.filled(Shape.of(1, 3, 8, 8), 0),
            Tensor.zeros(TensorType.i32(3, 8, 8))}) {
            assertThrows(IllegalArgumentException.class, () -> ImageFeatures.edges(other));
            assertThrows(IllegalArgumentException.class, () -> ImageFeatures.keypoints(other));
        }
    }
}
