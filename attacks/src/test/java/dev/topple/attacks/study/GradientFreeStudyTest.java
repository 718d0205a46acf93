// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.Square;
import dev.topple.engine.Device;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The study of attacks that see losses alone. */
class GradientFreeStudyTest {

    private static final Protocol PROTOCOL = new Protocol(1, 2, 0);

    private final ToyModel model = Toys.smooth(3, 0.02, 1);
    private final LabelledToys data = new LabelledToys(model, 3);

    @Test
    void aCurveClimbsAndEndsWhereAnEvaluationDoes() {
        try (Device device = Toys.open("cpu")) {
            List<Long> progress = new ArrayList<>();
            GradientFree.Result result = new GradientFree(model, data, device, PROTOCOL, linf(8 / 255.0), 60,
                    List.of(30, 10, 100), GradientFree.rules(60)).run((done, all, what) -> {
                        progress.add(done);
                        assertTrue(done <= all);
                    });
            assertEquals(List.of("noise dgba", "pgd dgba", "pgd total", "square dgba", "square total", "nes dgba",
                    "nes total"), result.curves().stream().map(each -> each.attack() + " " + each.balancer()).toList());
            for (GradientFree.Curve curve : result.curves().subList(3, 7)) {
                assertEquals(List.of(10, 30, 60), curve.points().stream().map(GradientFree.Point::queries).toList());
                for (GradientFree.Point point : curve.points()) {
                    assertTrue(point.interval().low() <= point.interval().high());
                }
            }
            // The merit of DGBA is what it selects by, so that its best can only rise.
            GradientFree.Curve square = result.curves().get(3);
            double before = result.cleanLogLoss();
            for (GradientFree.Point point : square.points()) {
                assertTrue(point.meanLogLoss() >= before, square.toString());
                before = point.meanLogLoss();
            }
            assertTrue(before > result.cleanLogLoss());
            EvaluationResult evaluated = new Evaluation(model, data, device, PROTOCOL,
                    List.of(new Plan(linf(8 / 255.0), Square.queries(60), new Dgba())))
                    .run((stage, index, stages, done, all) -> {}, new ResultSink() {});
            assertEquals(evaluated.attacks().getFirst().arp(), square.last().arp(), 1e-9);
            assertEquals(evaluated.attacks().getFirst().arpInterval(), square.last().interval());
            assertEquals(evaluated.attacks().getFirst().meanLogLoss(), square.last().meanLogLoss(), 1e-9);
            assertEquals(List.of("pgd noise", "pgd pgd total", "square noise", "square square total", "nes noise",
                    "nes nes total"), result.leads().stream().map(lead -> lead.attack() + " " + lead.over()).toList());
            assertEquals(square.last().arp() - result.curves().get(4).last().arp(), result.leads().get(3).arp(), 1e-9);
            assertEquals(1, result.shareOfWhiteBox(result.curves().get(1)), 0);
            assertEquals(progress, progress.stream().sorted().toList());
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        try (Device device = Toys.open("cpu")) {
            assertThrows(IllegalArgumentException.class, () -> new GradientFree(model, data, device, PROTOCOL,
                    linf(0.1), 60, List.of(0), GradientFree.rules(60)));
            String message = assertThrows(IllegalArgumentException.class, () -> new GradientFree(model, data, device,
                    PROTOCOL, linf(0.1), 60, List.of(), List.of(new Ifgsm(2)))).getMessage();
            assertEquals("attack 'ifgsm' needs gradients", message);
        }
    }
}
