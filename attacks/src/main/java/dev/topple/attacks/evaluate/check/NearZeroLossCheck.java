// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate.check;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.RelaxedDgba;
import dev.topple.attacks.balance.ReleasedDgba;
import dev.topple.attacks.balance.Wgd;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Balancers that divide by a loss, where a loss is next to nothing. */
record NearZeroLossCheck() implements Check {

    @Override
    public String name() {
        return "near-zero-loss";
    }

    @Override
    public String explanation() {
        return "A task's loss on the clean image is below a thousandth of its mean, or of rounding's size. A balancer"
                + " that divides by the loss gives that task nearly all the weight there and leaves the others alone;"
                + " compare with total or unit, or smooth it.";
    }

    @Override
    public List<Failure> failures(List<Facts> attacks) {
        return attacks.stream()
                .filter(facts -> divides(facts.attack().balancer()) && !facts.attack().aim().targeted())
                .filter(facts -> facts.attack().attended().size() > 1 && !facts.isNoise())
                .filter(facts -> facts.nearZero().values().stream().anyMatch(count -> count > 0))
                .map(facts -> new Failure(facts, facts.nearZero().entrySet().stream()
                        .filter(each -> each.getValue() > 0).map(each -> text(each, facts.images()))
                        .collect(Collectors.joining(", "))))
                .toList();
    }

    private static boolean divides(Balancer balancer) {
        return switch (balancer) {
            case Dgba dgba -> true;
            case RelaxedDgba relaxed -> true;
            case ReleasedDgba released -> true;
            case Wgd wgd -> true;
            default -> false;
        };
    }

    private static String text(Map.Entry<String, Integer> task, int images) {
        return task.getKey() + " in " + Checks.share(task.getValue(), images);
    }
}
