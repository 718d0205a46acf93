// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.evaluate.check.Checks;
import dev.topple.attacks.evaluate.check.Warning;
import dev.topple.attacks.step.Apgd;
import dev.topple.attacks.step.Fgsm;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.MiFgsm;
import dev.topple.attacks.step.Noise;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.Square;
import dev.topple.engine.Device;
import dev.topple.engine.graph.Value;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Every check fires on a model or an attack that deserves it, and none on those that do not. */
class WarningsTest {

    private static final Dataset DATA = new ToyData(8, Set.of("toy0"), false);
    private static final Dataset TWO = new ToyData(8, Set.of("toy0", "toy1"), false);

    /** Labels 0, so that a toy's error is what its loss says it is. */
    private static final Dataset ZERO = changed(TWO, sample -> sample.labels().values()
            .forEach(label -> Arrays.fill(label.floats(), 0)));

    private static EvaluationResult evaluate(ToyModel model, Dataset data, Plan... plans) {
        try (Device device = Toys.open("reference")) {
            return new Evaluation(model, data, device, new Protocol(3, 4, 0), List.of(plans))
                    .run((stage, index, stages, done, images) -> {}, new ResultSink() {});
        }
    }

    /** The only warning of a check. */
    private static Warning only(String check, EvaluationResult result) {
        assertTrue(Checks.names().contains(check), check);
        List<Warning> warnings = result.warnings().stream().filter(each -> each.check().equals(check)).toList();
        assertEquals(1, warnings.size(), () -> result.warnings().toString());
        assertFalse(warnings.getFirst().explanation().isBlank());
        return warnings.getFirst();
    }

    private static void none(String check, EvaluationResult result) {
        assertEquals(List.of(), result.warnings().stream().filter(each -> each.check().equals(check)).toList());
    }

    /** The mean of the channels of what a function makes of the images, above 2. */
    private static ToyModel pointwise(UnaryOperator<Value> function) {
        return Toys.of(List.of(images -> function.apply(images).sumKeepingAxes(1).times(1.0 / 3).plus(2)));
    }

    /** Highest at 0.5: a long step goes past it. */
    private static Value hill(Value images) {
        return images.times(images.negate().plus(1)).times(4);
    }

    /** Images whose pixels are all near a value. */
    private static Dataset near(float value) {
        return changed(DATA, sample -> {
            float[] pixels = sample.image().floats();
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = value + 0.05f * pixels[i];
            }
        });
    }

    @FunctionalInterface
    private interface Change {
        void of(Sample sample);
    }

    private static Dataset changed(Dataset data, Change change) {
        return new Dataset() {
            @Override
            public String name() {
                return "changed";
            }

            @Override
            public int size() {
                return data.size();
            }

            @Override
            public Set<String> labelled() {
                return data.labelled();
            }

            @Override
            public Sample sample(int index) {
                Sample sample = data.sample(index);
                change.of(sample);
                return sample;
            }
        };
    }

    @Test
    void soundAttacksOnASmoothModelPassAllChecks() {
        ToyModel model = Toys.smooth(1, 0.05);
        EvaluationResult result = evaluate(model, ZERO,
                new Plan(linf(8 / 255.0), Pgd.steps(5), new Dgba()),
                new Plan(linf(16 / 255.0), Pgd.steps(5), new Dgba()),
                new Plan(linf(16 / 255.0), Apgd.steps(10), new Dgba()),
                new Plan(linf(16 / 255.0), Pgd.steps(10), new Dgba()),
                new Plan(linf(16 / 255.0), Square.queries(50), new Dgba()),
                new Plan(linf(16 / 255.0), Pgd.steps(10), new Total()),
                new Plan(linf(16 / 255.0), Pgd.steps(10), new Single("toy0")),
                new Plan(linf(0), Pgd.steps(1), new Dgba()));
        assertEquals(List.of(), result.warnings());
        assertEquals(List.of(linf(8 / 255.0), linf(16 / 255.0)),
                result.controls().stream().map(Control::budget).toList());
    }

    @Test
    void theControlIsTheAttackNoise() {
        EvaluationResult result = evaluate(Toys.smooth(1, 0.05), TWO,
                new Plan(linf(16 / 255.0), new Noise(), new Total()));
        AttackOutcome noise = result.attacks().getFirst();
        Control control = result.controls().getFirst();
        assertEquals(noise.tasks(), control.tasks());
        assertEquals(noise.arp(), control.arp());
        assertEquals(noise.arpInterval(), control.arpInterval());
        assertEquals(noise.meanLogLoss(), control.meanLogLoss());
        assertEquals(List.of(), result.warnings());
    }

    @Test
    void gradientsThatAreZero() {
        ToyModel steps = pointwise(images -> images.minus(0.5).sign());
        EvaluationResult result = evaluate(steps, DATA, new Plan(linf(0.1), Pgd.steps(3), new Total()));
        assertEquals("0 in 8 of 8 images", only("gradients", result).finding());
        assertEquals(8, result.attacks().getFirst().audit().zeroGradients());
        none("gradients", evaluate(steps, DATA, new Plan(linf(0.1), Square.queries(5), new Total())));
    }

    @Test
    void gradientsThatAreNotNumbers() {
        ToyModel roots = pointwise(images -> images.plus(images.minus(images).sqrt()));
        EvaluationResult result = evaluate(roots, DATA, new Plan(linf(0.1), Pgd.steps(3), new Total()));
        assertTrue(only("gradients", result).finding().contains("NaN or infinite in 8 of 8 images"));
    }

    @Test
    void aLossOfNextToNothing() {
        ToyModel model = Toys.of(List.of(images -> images.sumKeepingAxes(1), images -> hill(images).sumKeepingAxes(1)));
        Dataset black = changed(TWO, sample -> {
            if (sample.id().equals("image 2")) {
                sample.labels().values().forEach(label -> Arrays.fill(label.floats(), 0));
                Arrays.fill(sample.image().floats(), 1e-9f);
            }
        });
        EvaluationResult result = evaluate(model, black, new Plan(linf(0.1), Pgd.steps(3), new Dgba()),
                new Plan(linf(0.1), Pgd.steps(3), new Total()));
        Warning warning = only("near-zero-loss", result);
        assertEquals("dgba", warning.balancer());
        assertEquals("toy0 in 1 of 8 images, toy1 in 1 of 8 images", warning.finding());
    }

    @Test
    void anAttackThatDoesNoMoreThanNoise() {
        ToyModel model = Toys.smooth(1);
        EvaluationResult result = evaluate(model, ZERO,
                new Plan(linf(16 / 255.0), Pgd.steps(1).withAlpha(1e-6).withRandomStart(false), new Total()),
                new Plan(linf(16 / 255.0), Pgd.steps(5), new Total()));
        Warning warning = only("control", result);
        assertTrue(warning.finding().startsWith("0.00 against "), warning.finding());
        assertEquals("pgd", warning.attack());
        assertEquals(linf(16 / 255.0), warning.budget());
    }

    @Test
    void gradientsThatAreMaskedAndABlackBoxThatIsBetter() {
        // Nearly flat where it is smooth, and steep where no gradient sees it.
        ToyModel masked = pointwise(images -> images.times(1e-5).plus(images.minus(0.5).sign()));
        EvaluationResult result = evaluate(masked, near(0.3f),
                new Plan(linf(0.3), Pgd.steps(1).withAlpha(0.01).withRandomStart(false), new Total()),
                new Plan(linf(0.3), Square.queries(60), new Total()));
        assertEquals("pgd", only("masking", result).attack());
        assertEquals("pgd", only("black-box", result).attack());
    }

    @Test
    void aLargerBudgetThatDoesLess() {
        EvaluationResult result = evaluate(pointwise(WarningsTest::hill), DATA,
                new Plan(linf(0.05), new Fgsm(), new Total()), new Plan(linf(0.9), new Fgsm(), new Total()));
        Warning warning = only("monotone-eps", result);
        assertEquals(0.9, warning.budget().epsilon());
        assertTrue(warning.finding().contains(" with 0.05"), warning.finding());
    }

    @Test
    void moreStepsThatDoLessAndAFinalIterateBelowTheBest() {
        ToyModel model = pointwise(WarningsTest::hill);
        EvaluationResult result = evaluate(model, near(0.18f),
                new Plan(linf(0.7), new MiFgsm(1, OptionalDouble.of(0.3), 1), new Total()),
                new Plan(linf(0.7), new MiFgsm(2, OptionalDouble.of(0.3), 1), new Total()));
        assertTrue(only("monotone-steps", result).finding().contains(" with 2 steps, and "));
        Warning last = only("final-iterate", result);
        assertEquals("8 of 8 images", last.finding());
        none("final-iterate", evaluate(model, near(0.18f), new Plan(linf(0.3), new Ifgsm(5), new Total())));
    }

    @Test
    void aBudgetThatEightBitsDoNotKeep() {
        ToyModel model = Toys.smooth(1);
        EvaluationResult result = evaluate(model, DATA, new Plan(linf(1.5 / 255), Pgd.steps(5), new Total()));
        assertEquals("8 of 8 images out of budget", only("rounding", result).finding());
        Dataset eightBits = changed(DATA, sample -> {
            float[] pixels = sample.image().floats();
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = Math.round(pixels[i] * 255) / 255f;
            }
        });
        assertEquals("8 of 8 images unchanged", only("rounding",
                evaluate(model, eightBits, new Plan(linf(0.4 / 255), Pgd.steps(5), new Total()))).finding());
        for (int steps : new int[] {1, 2, 8}) {
            none("rounding", evaluate(model, DATA, new Plan(linf(steps / 255.0), Pgd.steps(5), new Total())));
        }
    }
}
