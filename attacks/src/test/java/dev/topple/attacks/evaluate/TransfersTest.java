// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TransfersTest {

    private static EvaluationResult evaluate(String balancers, UnaryOperator<Value> first, UnaryOperator<Value> second,
            Budget... budgets) {
        Toys.ToyModel model = Toys.of(List.of(first, second));
        List<Plan> plans = new ArrayList<>();
        for (Budget budget : budgets) {
            for (Balancer balancer : Balancers.parse(balancers, model.tasks())) {
                plans.add(new Plan(budget, Pgd.steps(2).withRandomStart(false), balancer));
            }
        }
        try (Device device = Toys.open("reference")) {
            return new Evaluation(model, new ToyData(6, Set.of("toy0", "toy1"), false), device, new Protocol(3, 4, 0),
                    plans).run((stage, index, stages, done, images) -> {}, new ResultSink() {});
        }
    }

    /** Twice a channel, plus 2. */
    private static UnaryOperator<Value> channel(int channel) {
        return images -> images.slice(1, channel, channel + 1).times(2).plus(2);
    }

    @Test
    void tasksThatAreOneShareEverything() {
        Transfer transfer = evaluate("single", channel(0), channel(0), linf(0.1)).transfers().getFirst();
        assertTrue(transfer.drops().get("toy0").get("toy1").percent() > 1);
        // Their labels differ, and so their metrics; but what one attack does, the other does, too.
        assertEquals(1, transfer.ratio(), 1e-12);
        assertEquals(transfer.drops().get("toy0"), transfer.drops().get("toy1"));
    }

    @Test
    void tasksThatLookAtDifferentChannelsShareNothing() {
        EvaluationResult result = evaluate("single,total", channel(0), channel(2), linf(0.1), linf(0.2));
        assertEquals(List.of(linf(0.1), linf(0.2)), result.transfers().stream().map(Transfer::budget).toList());
        Transfer transfer = result.transfers().getFirst();
        assertEquals(0, transfer.ratio());
        assertEquals(new Interval(0, 0), transfer.ratioInterval());
        assertEquals(0, transfer.drops().get("toy0").get("toy1").percent());
        Transfer.Drop own = transfer.drops().get("toy1").get("toy1");
        assertTrue(own.interval().low() <= own.percent() && own.percent() <= own.interval().high());
        double relative = result.attacks().get(1).tasks().get("toy1").values().stream().mapToDouble(Change::relative)
                .filter(each -> !Double.isNaN(each)).average().orElseThrow();
        assertEquals(100 * relative, own.percent(), 1e-9);
        assertEquals(List.of(), evaluate("single:toy0,total", channel(0), channel(1), linf(0.1)).transfers());
    }

    @Test
    void pairsWithoutADropOfTheirOwnDoNotCount() {
        int[] attacked = {0, 1};
        assertEquals((0.5 + 0.25) / 2, Transfers.ratio(new double[][] {{4, 4}, {1, 8}}, attacked));
        assertEquals(0.25, Transfers.ratio(new double[][] {{4, 4}, {1, -8}}, attacked));
        assertEquals(0.25, Transfers.ratio(new double[][] {{4, Double.NaN}, {1, 8}}, attacked));
        assertTrue(Double.isNaN(Transfers.ratio(new double[][] {{0, 1}, {1, 0}}, attacked)));
    }
}
