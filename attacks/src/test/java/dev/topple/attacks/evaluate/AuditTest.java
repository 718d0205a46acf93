// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.AttackResult;
import dev.topple.attacks.Passes;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditTest {

    private static final Shape IMAGES = Shape.of(4, 3, 1, 1);

    private static AttackResult result(float... pixels) {
        return new AttackResult(Tensor.of(IMAGES, pixels), Map.of(), Map.of(), new float[] {1, 1, 1, 1},
                new float[] {2, 1, 0.5f, 9}, Map.of("a", new int[] {0, 3, 0, 9}, "b", new int[] {0, 1, 0, 9}),
                new int[] {0, 0, 2, 9}, new int[] {0, 1, 1, 9},
                new AttackResult.Climb(new float[] {1, 1, 1, 1}, new float[] {1.5f, 1, 1, 1},
                        new float[] {2, 1, 2, 9}),
                new Passes(1, 1), 0);
    }

    @Test
    void everyFaultIsSeen() {
        Tensor clean = Tensor.filled(IMAGES, 0.5f);
        AuditTally tally = new AuditTally(linf(0.25));
        float tooFar = Math.nextUp(0.75f);
        AttackResult result = result(0.75f, 0.25f, 0.5f, 0.5f, 0.5f, tooFar, Float.NaN, 0.5f, 0.5f, 9, -9, 9);
        for (int row = 2; row >= 0; row--) {
            tally.add(ImageAudit.of(linf(0.25), clean, result, row));
        }
        Audit audit = tally.audit();
        assertEquals(Math.nextUp(0.75f) - 0.5, audit.largestPerturbation());
        assertEquals(audit.largestPerturbation() * 255, audit.largestPerturbationIn255());
        assertEquals(0.25, audit.minimumPixel());
        assertEquals(Math.nextUp(0.75f), audit.maximumPixel());
        assertEquals(1, audit.nanPixels());
        assertEquals(2, audit.outOfBudget(), "one is an ulp too far, one is NaN");
        assertEquals(2, audit.notWorse());
        assertEquals(2, audit.zeroWeightTasks());
        assertEquals(1, audit.undefinedGradients());
        assertEquals(1, audit.zeroGradients(), "of the two one had no task with a weight");
        assertEquals(1, audit.belowBest());
        assertEquals(1, audit.roundedOutOfBudget(), "0.25 is 63.75 levels, and one pixel goes 64 down");
        assertEquals(0.5 / 3, audit.firstRise());
        assertEquals(2.0 / 3, audit.rise());
        assertFalse(audit.sound());
    }

    @Test
    void anHonestAttackIsSound() {
        Tensor clean = Tensor.filled(IMAGES, 0.5f);
        AuditTally tally = new AuditTally(linf(0.25));
        AttackResult result = result(0.75f, 0.25f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f);
        for (int row = 0; row < 4; row++) {
            tally.add(ImageAudit.of(linf(0.25), clean, result, row));
        }
        assertTrue(tally.audit().sound());
    }
}
