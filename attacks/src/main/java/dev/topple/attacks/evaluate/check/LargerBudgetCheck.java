// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import dev.topple.attacks.budget.Budgets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A larger budget must not mean less damage. */
record LargerBudgetCheck() implements Check {

    @Override
    public String name() {
        return "monotone-eps";
    }

    @Override
    public String explanation() {
        return "With a larger budget the attack does less damage, though all that it could do before it could still do:"
                + " it does not find what there is. Give it more steps, restarts or a smaller step.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        return attacks.stream().flatMap(facts -> {
            Optional<Facts> smaller = attacks.stream().filter(other -> other.sameButForBudget(facts)
                    && other.attack().budget().epsilon() < facts.attack().budget().epsilon())
                    .filter(other -> other.damage().tellable() && other.damage().surelyAbove(facts.damage()))
                    .max(Comparator.comparingDouble(other -> other.damage().value()));
            return smaller.map(other -> new Failure(facts, Checks.points(facts.damage().value()) + ", and "
                    + Checks.points(other.damage().value()) + " with "
                    + Budgets.fraction(other.attack().budget().epsilon()))).stream();
        }).toList();
    }
}
