// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.task.Mirror;
import dev.topple.mtl.task.Task;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentedTest {

    private final RoomsDataset rooms = RoomsDataset.training(6, 16, 20);

    private Augmented augmented(Augmentation how, int epoch) {
        return new Augmented(rooms, RoomsDataset.tasks(), new TrainingConfiguration(5, 1, 1,
                new Schedule.Constant(1), Adam.Settings.ADAMW, how, Map.of(), 1, 1, 1), epoch);
    }

    @Test
    void coloursVaryByAFactorOfEachChannel() {
        Augmented images = augmented(new Augmentation(false, 0.1, 0.2, 0), 0);
        Set<Double> factors = new HashSet<>();
        for (int i = 0; i < rooms.size(); i++) {
            float[] before = rooms.sample(i).image().floats();
            float[] after = images.sample(i).image().floats();
            int area = before.length / 3;
            for (int c = 0; c < 3; c++) {
                double factor = Double.NaN;
                for (int p = c * area; p < (c + 1) * area; p++) {
                    if (before[p] > 0.1 && after[p] < 1) {
                        factor = Double.isNaN(factor) ? after[p] / before[p] : factor;
                        assertEquals(factor, after[p] / before[p], 1e-5);
                    }
                }
                assertTrue(factor >= 0.9 * 0.8 - 1e-6 && factor <= 1.1 * 1.2 + 1e-6, "factor " + factor);
                factors.add(factor);
            }
        }
        assertEquals(3 * rooms.size(), factors.size());
    }

    @Test
    void whatHappensDependsOnTheEpochAndIsTheSameEveryTime() {
        Augmentation how = new Augmentation(true, 0.2, 0.1, 0.5);
        Sample first = augmented(how, 3).sample(2);
        Sample again = augmented(how, 3).sample(2);
        assertTrue(first.image().sameBits(again.image()));
        for (Task task : RoomsDataset.tasks()) {
            assertTrue(first.labels().get(task.name()).sameBits(again.labels().get(task.name())), task.name());
        }
        assertTrue(!first.image().sameBits(augmented(how, 4).sample(2).image()));
    }

    /** Half of the images, with their labels; of normals the first component has the other sign. */
    @Test
    void mirroredImagesHaveMirroredLabels() {
        Augmented images = augmented(new Augmentation(true, 0, 0, 0), 0);
        int mirrored = 0;
        for (int i = 0; i < rooms.size(); i++) {
            Sample before = rooms.sample(i);
            Sample after = images.sample(i);
            boolean turned = !after.image().sameBits(before.image());
            mirrored += turned ? 1 : 0;
            for (Task task : RoomsDataset.tasks()) {
                Tensor label = before.labels().get(task.name());
                Tensor expected = turned ? task.mirror(label) : label;
                assertTrue(expected.sameBits(after.labels().get(task.name())), task.name());
            }
            assertTrue((turned ? Mirror.columns(before.image()) : before.image()).sameBits(after.image()));
        }
        assertTrue(mirrored > 0 && mirrored < rooms.size(), mirrored + " of " + rooms.size());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        for (List<Double> wrong : List.of(List.of(1.0, 0.0, 0.0), List.of(0.0, -0.1, 0.0), List.of(0.0, 0.0, -1.0),
                List.of(0.0, 0.0, Double.NaN))) {
            assertThrows(IllegalArgumentException.class,
                    () -> new Augmentation(true, wrong.get(0), wrong.get(1), wrong.get(2)));
        }
    }
}
