// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The variables of a model while it is put together. Layers ask for theirs by name, within a scope:
 * {@code weights.in("encoder").in("stem")}. They start at random, or with the values of a file.
 */
public final class Weights {

    private static final int MOST_NAMED = 3;

    private final State state;
    private final String prefix;

    /** What all scopes of a model share. */
    private static final class State {
        private final Origin origin;
        private final Map<String, Variable> parameters = new LinkedHashMap<>();
        private final Map<String, Variable> statistics = new LinkedHashMap<>();
        private long count;

        State(Origin origin) {
            this.origin = origin;
        }
    }

    @FunctionalInterface
    private interface Origin {

        Tensor initial(String name, Shape shape, Initialiser initialiser);

        record Random(long seed) implements Origin {
            @Override
            public Tensor initial(String name, Shape shape, Initialiser initialiser) {
                // A stream by name: a layer starts with the same numbers whatever other layers there are.
                return initialiser.values(shape, new RandomSource(seed, name.hashCode()));
            }
        }

        /** One element stands for all. */
        record Sizes() implements Origin {
            @Override
            public Tensor initial(String name, Shape shape, Initialiser initialiser) {
                return Tensor.zeros(TensorType.f32(1));
            }
        }

        record Given(Map<String, Tensor> tensors, List<String> missing, List<String> unfit) implements Origin {
            @Override
            public Tensor initial(String name, Shape shape, Initialiser initialiser) {
                Tensor tensor = tensors.get(name);
                if (tensor == null) {
                    missing.add(name);
                } else if (tensor.dtype() != DType.F32 || !tensor.shape().equals(shape)) {
                    unfit.add(name + " is " + tensor.type() + " and should be f32" + shape);
                } else if (!finite(tensor.floats())) {
                    unfit.add(name + " holds NaN or infinity");
                } else {
                    return tensor;
                }
                // Never used: check() refuses the model. One element stands for all, so that a description cannot ask
                // for more memory than its file has.
                return Tensor.zeros(TensorType.f32(1));
            }

            private static boolean finite(float[] values) {
                for (float value : values) {
                    if (!Float.isFinite(value)) {
                        return false;
                    }
                }
                return true;
            }
        }
    }

    private Weights(State state, String prefix) {
        this.state = state;
        this.prefix = prefix;
    }

    /** Variables that start as their layers say, random numbers by this seed. */
    public static Weights random(long seed) {
        return new Weights(new State(new Origin.Random(seed)), "");
    }

    /** Variables that take over the given values as their first ones; {@link #check} says whether they fit. */
    public static Weights of(Map<String, Tensor> tensors) {
        return new Weights(new State(new Origin.Given(Map.copyOf(tensors), new ArrayList<>(), new ArrayList<>())), "");
    }

    /** Variables that cannot be used, for those who only want to know how many numbers a model has. */
    static Weights sizes() {
        return new Weights(new State(new Origin.Sizes()), "");
    }

    /** Variables that are zero, for those who only want to know shapes; all of a size share their memory. */
    static Weights zeros() {
        Map<Integer, float[]> bySize = new HashMap<>();
        return new Weights(new State((name, shape, initialiser) -> Tensor.of(shape,
                bySize.computeIfAbsent(shape.size(), float[]::new))), "");
    }

    /** How many numbers the parameters have that layers asked for. */
    long parameterCount() {
        return state.count;
    }

    /** The scope of a part of the model; names in it start with this scope's and a full stop. */
    public Weights in(String scope) {
        return new Weights(state, prefix + scope + ".");
    }

    /** What the names in this scope start with. */
    String prefix() {
        return prefix;
    }

    /** A variable that training changes by its gradient. */
    public Variable parameter(String name, Shape shape, Initialiser initialiser) {
        state.count += shape.size();
        return add(state.parameters, name, shape, initialiser);
    }

    /** A variable that training changes by what it sees: a running mean or variance. */
    public Variable statistic(String name, Shape shape, Initialiser initialiser) {
        return add(state.statistics, name, shape, initialiser);
    }

    private Variable add(Map<String, Variable> kind, String name, Shape shape, Initialiser initialiser) {
        String full = prefix + name;
        if (state.parameters.containsKey(full) || state.statistics.containsKey(full)) {
            throw new IllegalStateException("two layers have a variable '" + full + "'");
        }
        Variable variable = Variable.taking(full, state.origin.initial(full, shape, initialiser));
        kind.put(full, variable);
        return variable;
    }

    /** The variables that training changes by their gradient, in the order in which layers asked for them. */
    public List<Variable> parameters() {
        return List.copyOf(state.parameters.values());
    }

    /** The variables that training changes by what it sees. */
    public List<Variable> statistics() {
        return List.copyOf(state.statistics.values());
    }

    /**
     * Refuses given values that are not exactly what the layers asked for.
     *
     * @param source what the message calls them: a file
     * @throws FormatException with one line that names what is missing, what nobody asked for and what does not fit
     */
    public void check(String source) {
        if (!(state.origin instanceof Origin.Given(Map<String, Tensor> tensors, List<String> missing, List<
                String> unfit))) {
            return;
        }
        List<String> extra = tensors.keySet().stream()
                .filter(name -> !state.parameters.containsKey(name) && !state.statistics.containsKey(name))
                .sorted().toList();
        List<String> complaints = new ArrayList<>();
        complain(complaints, "missing", missing);
        complain(complaints, "extra", extra);
        complain(complaints, "unfit", unfit);
        if (!complaints.isEmpty()) {
            throw new FormatException(source,
                    "the tensors do not fit the model that the file describes: " + String.join("; ", complaints));
        }
    }

    private static void complain(List<String> complaints, String kind, List<String> names) {
        if (!names.isEmpty()) {
            complaints.add(kind + ": " + String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())))
                    + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : ""));
        }
    }
}
