// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.engine.graph.Value;
import java.util.OptionalDouble;

/**
 * Steps of size epsilon / steps from the clean image (Kurakin et al., 2017), with the settings of the code released
 * with Zhang et al., arXiv 2305.12066: no random start, and the result is the last iterate. It reaches the edge of the
 * budget only at pixels whose sign never turns. There is no other form: this one is the released one.
 *
 * @param steps how many
 */
public record Ifgsm(int steps) implements StepRule {

    public Ifgsm {
        StepRules.requireAtLeastOne(steps, "steps");
    }

    @Override
    public String name() {
        return "ifgsm";
    }

    @Override
    public OptionalDouble stepSize(Budget budget) {
        return OptionalDouble.of(budget.epsilon() / steps);
    }

    @Override
    public boolean keepsBest() {
        return false;
    }

    @Override
    public Value next(Step at) {
        return at.iterate().plus(at.budget().steepest(at.direction()).times(at.budget().epsilon() / steps));
    }
}
