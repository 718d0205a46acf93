// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.balance.Balancers.dgba;
import static dev.topple.attacks.balance.Balancers.single;
import static dev.topple.attacks.balance.Balancers.weighted;
import static dev.topple.attacks.budget.Budgets.linf;
import static dev.topple.engine.graph.Convolution.conv2d;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.attacks.balance.TaskLosses;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Norm;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.Models;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

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

    /** As in the README. */
    private Model inALine() {
        return Models.of("mine", List.of(new Depth(), new Normals()), images -> {
            Value features = conv2d(Geometry.UNIT.padding(1), images, images.graph().read(weight)).relu();
            return List.of(conv2d(Geometry.UNIT, features, images.graph().read(depthWeight)),
                    conv2d(Geometry.UNIT, features, images.graph().read(normalsWeight)));
        });
    }

    @Test
    void anAttackReadsAsOneWouldSayIt() {
        Model model = inALine();
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT)) {
            AttackResult result = Attack.pgd(linf(8 / 255.0)).steps(20).balancer(dgba()).on(model)
                    .run(device, images, labels, 1);
            Tensor adversarial = result.adversarial();
            assertTrue(adversarial.sameBits(Attack.of(mine(), linf(8 / 255.0), Pgd.steps(20), new Dgba())
                    .run(device, images, labels, 1).adversarial()));
        }
    }

    @Test
    void recipesShareParts() {
        Model model = inALine();
        Recipe pgd = Attack.pgd(linf(8 / 255.0)).alpha(2 / 255.0).restarts(3);
        Attack balanced = pgd.balancer(dgba()).on(model);
        Attack depthAlone = pgd.balancer(single("depth")).on(model);
        Attack towards = pgd.norm(Norm.L2).eps(0.5).alpha(0.1).targeted()
                .balancer(weighted(Map.of("depth", 3.0))).on(model);
        assertEquals(Pgd.steps(10).withAlpha(2 / 255.0).withRestarts(3), balanced.rule());
        assertEquals(balanced.rule(), depthAlone.rule());
        assertEquals(new Budget(Norm.L2, 0.5), towards.budget());
        assertEquals("pgd:targeted", towards.name());
        assertEquals(linf(8 / 255.0), depthAlone.budget());
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT)) {
            AttackResult result = towards.run(device, images, labels, 1);
            for (int i = 0; i < 2; i++) {
                assertTrue(result.finalMerit()[i] > result.cleanMerit()[i], "closer to the labels");
            }
        }
    }

    @Test
    void someoneLooksOnStepByStep() {
        List<Integer> steps = new ArrayList<>();
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT);
                CompiledAttack attack = Attack.pgd(linf(8 / 255.0)).steps(5).on(inALine()).on(device)) {
            attack.onStep(at -> steps.add(at.step()));
            attack.run(images, labels, ImageKeys.of(1, 0, 2));
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5), steps);
    }

    @Test
    void everyAttackAndBalancerHasAShortForm() {
        Model model = inALine();
        List<Recipe> recipes = List.of(Attack.fgsm(linf(0.1)), Attack.ifgsm(linf(0.1)), Attack.pgd(linf(0.1)),
                Attack.miFgsm(linf(0.1)), Attack.apgd(linf(0.1)), Attack.square(linf(0.1)), Attack.nes(linf(0.1)),
                Attack.noise(linf(0.1)));
        assertEquals(StepRules.names(), recipes.stream().map(recipe -> recipe.on(model).name()).toList());
        List<Balancer> balancers = List.of(single("depth"), Balancers.total(), weighted(Map.of("depth", 2.0)),
                Balancers.signSum(), dgba(), Balancers.wgd(), Balancers.softMin(1), Balancers.random(),
                Balancers.unitSum(), Balancers.gradDrop(), Balancers.mgda(), Balancers.pcGrad(), Balancers.caGrad(0.5),
                Balancers.imtlG(), Balancers.nash(), Balancers.aligned(), Balancers.upGrad());
        assertEquals(Balancers.names(),
                balancers.stream().map(balancer -> balancer.name().split(":")[0]).toList());
    }

    @Test
    void whatMakesNoSenseIsRefusedInASentence() {
        Model model = inALine();
        refused(() -> Attack.fgsm(linf(0.1)).steps(5).on(model), "attack 'fgsm' has no steps; it takes one");
        refused(() -> Attack.pgd(linf(0.1)).eps(8).on(model), "did you mean 8/255?");
        refused(() -> Attack.square(linf(0.1)).balancer(Balancers.mgda()).on(model), "sees losses alone");
        refused(() -> Models.of("mine", List.of(), images -> List.of()), "model 'mine' has no tasks");
        refused(() -> new Graphs(Models.of("mine", List.of(new Depth()), images -> List.of())).predict(),
                "gives 0 predictions for 1 tasks");
        refused(() -> new Graphs(Models.of("mine", List.of(new Depth()), List::of)).predict(),
                "model 'mine' predicts depth as");
    }

    private record Graphs(Model model) {
        void predict() {
            model.predict(new Graph().input("images", TensorType.f32(2, 3, 4, 5)));
        }
    }

    private static void refused(Executable action, String part) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(part) && message.lines().count() == 1, message);
    }

    /** The examples are those of the pages, but for spaces. */
    @Test
    void thePagesShowWhatIsTestedHere() throws IOException {
        String test = Files.readString(root("attacks/src/test/java/dev/topple/attacks/DocumentedPartsTest.java"))
                .replaceAll("\\s+", "");
        String page = Files.readString(root("docs/adding-an-attack.md"));
        String[] parts = page.split("```java");
        assertTrue(parts.length > 4, "the page has examples");
        for (int i = 1; i < parts.length; i++) {
            String example = parts[i].split("```")[0].replaceAll("//.*", "").replaceAll("\\s+", "");
            assertTrue(test.contains(example), parts[i].split("```")[0]);
        }
    }

    /** A file of the repository, from wherever the test runs. */
    private static Path root(String file) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(file))) {
                return folder.resolve(file);
            }
        }
        throw new AssertionError(file + " is nowhere above " + Path.of("").toAbsolutePath());
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
