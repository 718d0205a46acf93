// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.AttackOutcome;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.DefaultModel;
import dev.topple.mtl.model.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a DGBA attack on a device is the attack on another one.
 *
 * @param images how many images
 * @param losses the largest relative difference of a clean image's loss
 * @param direction the relative difference of the clean images' direction, L2
 * @param signs the share of elements in which the first step goes the same way
 * @param trustedArp the averaged relative performance on the device that is trusted
 * @param arp the same on the other one
 * @param sameBits whether two runs of the attack on the other one gave the same bits
 */
public record Parity(int images, double losses, double direction, double signs, double trustedArp, double arp,
        boolean sameBits) {

    private static final double EPSILON = 8 / 255.0;

    /** Attacks the images of a data set, all in one batch, on both devices. */
    public static Parity of(Model model, Dataset data, StepRule rule, Device trusted, Device other) {
        Batch batch;
        try (Batches batches = Batches.of(data, data.size())) {
            batch = batches.next().orElseThrow();
        }
        Direction expected = Direction.of(model, batch.images(), batch.labels(), trusted);
        Direction actual = Direction.of(model, batch.images(), batch.labels(), other);
        Attack attack = Attack.of(model, Budgets.linf(EPSILON), rule, new Dgba());
        AttackResult once = attack.run(other, batch.images(), batch.labels(), 0);
        AttackResult again = attack.run(other, batch.images(), batch.labels(), 0);
        return new Parity(data.size(), actual.lossDifference(expected), actual.difference(expected),
                actual.signs(expected), arp(model, data, rule, trusted), arp(model, data, rule, other),
                once.adversarial().sameBits(again.adversarial()));
    }

    private static double arp(Model model, Dataset data, StepRule rule, Device device) {
        List<AttackOutcome> outcomes = new ArrayList<>();
        new Evaluation(model, data, device, new Protocol(0, data.size(), 0),
                List.of(new Plan(Budgets.linf(EPSILON), rule, new Dgba())))
                .run((stage, index, stages, done, all) -> {}, new ResultSink() {
                    @Override
                    public void attack(AttackOutcome outcome) {
                        outcomes.add(outcome);
                    }
                });
        return outcomes.get(0).arp();
    }

    /** How far the two ARPs are apart, relative to the trusted one. */
    public double arpDifference() {
        return Math.abs(arp - trustedArp) / Math.abs(trustedArp);
    }

    JsonValue.JsonObject fact(String device, Precision precision) {
        return JsonValue.object().put("kind", "parity").put("device", device).put("precision", precision.label())
                .put("images", images).put("losses", losses).put("direction", direction).put("signs", signs)
                .put("trustedArp", trustedArp).put("arp", arp).put("sameBits", sameBits).build();
    }

    /**
     * The default model on held-out rooms, PGD with ten steps, against the device {@code cpu} in exact arithmetic.
     *
     * @param args {@code facts=FILE device=NAME images=32 size=96x128 steps=10 precisions=exact,fast}
     */
    public static void main(String[] args) {
        Arguments arguments = Arguments.of(args);
        String[] size = arguments.text("size").split("x");
        RoomsDataset data = RoomsDataset.heldOut(Integer.parseInt(arguments.text("images")),
                Integer.parseInt(size[0]), Integer.parseInt(size[1]));
        StepRule rule = Pgd.steps(Integer.parseInt(arguments.text("steps")));
        Model model = DefaultModel.load().model();
        for (String name : arguments.words("precisions")) {
            Precision precision = Precision.of(name);
            try (Device trusted = Devices.open("cpu", new DeviceOptions(0, Precision.EXACT));
                    Device other = arguments.open(precision, "auto")) {
                arguments.facts().add(Parity.of(model, data, rule, trusted, other)
                        .fact(other.description(), precision));
            }
        }
    }
}
