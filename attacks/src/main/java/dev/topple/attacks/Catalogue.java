// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.DrawnWeights;
import dev.topple.attacks.balance.GramWeights;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Norm;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.mtl.task.Task;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What there is to choose from, for tables: what each step rule and balancer computes and where it is from. What code
 * knows of itself (norms, kinds, costs, what goes together) is asked of the code.
 */
public final class Catalogue {

    private Catalogue() {}

    /**
     * A step rule.
     *
     * @param name as in {@link StepRules#names}
     * @param walk how it walks, in a few words
     * @param source where it is from
     */
    public record Rule(String name, String walk, String source) {

        /** The rule with its default settings. */
        public StepRule rule() {
            return StepRules.of(name, OptionalInt.empty(), OptionalDouble.empty(), OptionalInt.empty(),
                    Optional.empty());
        }

        /** The norms that it works in. */
        public List<Norm> norms() {
            StepRule rule = rule();
            return Arrays.stream(Norm.values()).filter(norm -> works(rule, norm)).toList();
        }

        private static boolean works(StepRule rule, Norm norm) {
            try {
                rule.check(new Budget(norm, 0.5));
                return true;
            } catch (IllegalArgumentException refused) {
                return false;
            }
        }
    }

    /**
     * A balancer.
     *
     * @param name as in {@link Balancers#names}, with the settings that it needs
     * @param direction the formula of its direction; g_i is the gradient of the loss L_i
     * @param merit the formula of its merit
     * @param source where it is from
     */
    public record Entry(String name, String direction, String merit, String source) {

        /** The balancer for some tasks; {@code single} gives one per task. */
        public List<Balancer> balancers(List<Task> tasks) {
            return Balancers.parse(name.replace("TASK", tasks.getFirst().name()), tasks);
        }

        /** The name without settings. */
        public String plainName() {
            return name.split(":")[0];
        }
    }

    /** What a balancer makes its direction of: {@code losses}, {@code gram}, {@code drawn} or {@code pixels}. */
    public static String kind(Balancer balancer) {
        return switch (balancer) {
            case LossWeights weights -> "losses";
            case DrawnWeights drawn -> "drawn";
            case GramWeights gram -> "gram";
            default -> "pixels";
        };
    }

    /** The step rules, in the order of {@link StepRules#names}. */
    public static List<Rule> rules() {
        return List.of(
                new Rule("fgsm", "one step of epsilon from the clean image", "Goodfellow et al., 2015"),
                new Rule("ifgsm", "steps of epsilon / steps from the clean image; the last iterate",
                        "Kurakin et al., 2017; code of Zhang et al., 2023"),
                new Rule("pgd", "steps of one size from a random point; the best iterate of all walks",
                        "Madry et al., 2018"),
                new Rule("mi-fgsm", "steps along the sum of the directions so far; the last iterate",
                        "Dong et al., 2018"),
                new Rule("apgd", "step sizes halved per image where the merit stalls, momentum; the best iterate",
                        "Croce and Hein, 2020"),
                new Rule("square", "random squares, kept where the merit rises; no gradients",
                        "Andriushchenko et al., 2020"),
                new Rule("nes", "steps along a gradient estimated from pairs of merits; no gradients",
                        "Ilyas et al., 2018"),
                new Rule("noise", "random signs of full size, a control", "-"));
    }

    /** The balancers, in the order of {@link Balancers#names}. */
    public static List<Entry> balancers() {
        String sum = "sum L_i";
        String logs = "sum log L_i";
        return List.of(
                new Entry("single", "g_i of one task", "L_i", "-"),
                new Entry("total", "sum g_i", sum, "-"),
                new Entry("weighted:TASK=2", "sum w_i g_i with given w", "sum w_i L_i", "-"),
                new Entry("signsum", "sum sign(g_i)", sum, "code of Zhang et al., 2023"),
                new Entry("dgba", "sum g_i / L_i", logs, "Zhang et al., 2023"),
                new Entry("wgd", "sum g_i / L_i(x0)", "sum L_i / L_i(x0)", "Ghamizi et al., 2022"),
                new Entry("softmin", "gradient of the merit",
                        "-mu log sum exp(-r_i / mu), r_i = log(L_i / L_i(x0))", "after Lin et al., 2024"),
                new Entry("random", "sum w_i g_i, w the softmax of normal numbers at each step", sum,
                        "Lin et al., 2022"),
                new Entry("unit", "sum g_i / norm(g_i)", logs, "-"),
                new Entry("graddrop", "at each element the g_i of the likelier sign", sum, "after Chen et al., 2020"),
                new Entry("mgda", "shortest vector of the convex hull of g_i", sum,
                        "Désidéri, 2012; Sener and Koltun, 2018"),
                new Entry("pcgrad", "sum of g_i, each without what points against another", sum, "Yu et al., 2020"),
                new Entry("cagrad", "within c norm(g0) of the mean g0, what helps the least helped task most", sum,
                        "Liu et al., 2021"),
                new Entry("imtl-g", "sum w_i g_i with equal projections onto all g_i", logs, "Liu et al., 2021"),
                new Entry("nash", "sum w_i g_i with G w = 1 / w, G the Gram matrix", logs, "Navon et al., 2022"),
                new Entry("aligned", "mean of g_i with principal directions of one length", logs,
                        "Senushkin et al., 2023"),
                new Entry("upgrad", "mean of g_i, each projected onto the cone that harms no task", sum,
                        "Quinton and Rey, 2024"));
    }
}
