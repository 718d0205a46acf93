// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static dev.topple.engine.graph.Convolution.conv2d;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The examples of {@code README.md} and {@code docs/adding-an-attack.md}, as they stand there, compile and work. */
class DocumentedPartsTest {

    private final Variable weight = new Variable("weight", random(1, 8, 3, 3, 3));
    private final Variable depthWeight = new Variable("depth", random(2, 1, 8, 1, 1));
    private final Variable normalsWeight = new Variable("normals", random(3, 3, 8, 1, 1));
    private final Tensor images = Toys.random(Shape.of(2, 3, 9, 11), 4, 0, 1);
    private final Map<String, Tensor> labels = Map.of("depth", Toys.random(Shape.of(2, 1, 9, 11), 5, 1, 4), "normals",
            Toys.random(Shape.of(2, 3, 9, 11), 6, -1, 1));

    private static Tensor random(long seed, int... dims) {
        return Toys.random(Shape.of(dims), seed, -0.5, 0.5);
    }

    /** All weight on the task whose loss has grown least. */
    record LeastBroken() implements LossWeights {
        @Override
        public String name() {
            return "least-broken";
        }

        @Override
        public List<Value> weights(TaskLosses losses) {
            Value least = merit(losses);
            return IntStream.range(0, losses.size())
                    .mapToObj(i -> growth(losses, i).compare(Relation.EQUAL, least).cast(DType.F32))
                    .toList();
        }

        @Override
        public Value merit(TaskLosses losses) {
            return IntStream.range(0, losses.size()).mapToObj(i -> growth(losses, i)).reduce(Value::min).orElseThrow();
        }

        private static Value growth(TaskLosses losses, int task) {
            return losses.loss(task).dividedBy(losses.cleanLosses().get(task));
        }
    }

    record Momentum(int steps) implements StepRule {
        @Override
        public String name() {
            return "mi-fgsm";
        }

        @Override
        public boolean keepsBest() {
            return false;
        }

        @Override
        public Value start(Start at) {
            at.set("velocity", at.clean().times(0));
            return at.clean();
        }

        @Override
        public Value next(Step at) {
            Value g = at.direction();
            Value length = g.abs().sumKeepingAxes(1, 2, 3).max(g.graph().fill(Shape.scalar(), 1e-30));
            Value velocity = at.get("velocity").plus(g.dividedBy(length));
            at.set("velocity", velocity);
            return at.iterate().plus(at.budget().steepest(velocity).times(at.budget().epsilon() / steps));
        }
    }

    private Model mine() {
        return new Model() {
            @Override
            public String name() {
                return "mine";
            }

            @Override
            public List<Task> tasks() {
                return List.of(new Depth(), new Normals());
            }

            @Override
            public List<Value> predict(Value images) {
                Value features = conv2d(Geometry.UNIT.padding(1), images, images.graph().read(weight)).relu();
                return List.of(conv2d(Geometry.UNIT, features, images.graph().read(depthWeight)),
                        conv2d(Geometry.UNIT, features, images.graph().read(normalsWeight)));
            }
        };
    }

    @Test
    void aModelOfOnesOwnIsAttacked() {
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT)) {
            AttackResult result = Attack.of(mine(), linf(8 / 255.0), Pgd.steps(10), new Dgba())
                    .run(device, images, labels, 1);
            assertFalse(result.adversarial().sameBits(images));
            for (int i = 0; i < 2; i++) {
                assertTrue(result.finalMerit()[i] > result.cleanMerit()[i]);
            }
        }
    }

    @Test
    void partsOfOnesOwnWork() {
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT)) {
            AttackResult result = Attack.of(mine(), linf(8 / 255.0), new Momentum(10), new LeastBroken())
                    .run(device, images, labels, 1);
            for (int i = 0; i < 2; i++) {
                assertEquals(1, result.cleanMerit()[i], 1e-6, "before the attack nothing has grown");
                assertTrue(result.finalMerit()[i] > 1, "afterwards even the least broken task has");
            }
        }
    }
}
