// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * The optimiser Adam (Kingma and Ba, 2015) as part of a graph, with weight decay as in AdamW (Loshchilov and Hutter,
 * 2019) or as a penalty. Moments are variables; what changes with the step is fed.
 */
public final class Adam implements Optimiser {

    private static final String STEP_SIZE = "adam.step-size";
    private static final String CORRECTION = "adam.correction";
    private static final String SHRINKAGE = "adam.shrinkage";

    /**
     * How it moves.
     *
     * @param beta1 how much of the mean gradient stays from step to step
     * @param beta2 how much of the mean squared gradient stays
     * @param epsilon what is added to the root of the mean squared gradient
     * @param weightDecay how much weights shrink
     * @param decoupled whether weights shrink by themselves (AdamW), all but biases and normalisations; otherwise the
     *     decay is a penalty whose gradient is added, for all parameters, as in PyTorch's {@code Adam}
     */
    public record Settings(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
            implements OptimiserSettings {

        /** As in PyTorch, without decay. */
        public static final Settings PLAIN = new Settings(0.9, 0.999, 1e-8, 0, false);

        /** AdamW with the usual moments and a decay of 0.01. */
        public static final Settings ADAMW = new Settings(0.9, 0.999, 1e-8, 0.01, true);

        public Settings {
            if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0 && weightDecay >= 0)) {
                throw new IllegalArgumentException("Adam: betas must be from 0 to below 1, epsilon positive and the"
                        + " decay at least 0, not " + beta1 + ", " + beta2 + ", " + epsilon + " and " + weightDecay);
            }
        }

        @Override
        public Adam over(List<Variable> parameters, double encoderRate) {
            return new Adam(this, parameters, encoderRate);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", "adam").put("beta1", beta1).put("beta2", beta2)
                    .put("epsilon", epsilon)
                    .put("weightDecay", weightDecay).put("decoupled", decoupled).build();
        }
    }

    private final Settings settings;
    private final List<Variable> parameters;
    private final RateGroups rates;
    private final List<Variable> firstMoments = new ArrayList<>();
    private final List<Variable> secondMoments = new ArrayList<>();

    /** An optimiser of these parameters whose moments are zero. */
    public Adam(Settings settings, List<Variable> parameters) {
        this(settings, parameters, 1);
    }

    /**
     * An optimiser with another learning rate for an encoder.
     *
     * @param encoderRate what the rate of parameters is multiplied by whose names start with {@code encoder.}
     */
    public Adam(Settings settings, List<Variable> parameters, double encoderRate) {
        this.settings = settings;
        this.rates = new RateGroups(parameters, encoderRate);
        this.parameters = List.copyOf(parameters);
        for (Variable parameter : parameters) {
            firstMoments.add(Variable.zeros("adam.first." + parameter.name(), parameter.type()));
            secondMoments.add(Variable.zeros("adam.second." + parameter.name(), parameter.type()));
        }
    }

    @Override
    public List<Variable> state() {
        List<Variable> moments = new ArrayList<>(firstMoments);
        moments.addAll(secondMoments);
        return moments;
    }

    @Override
    public void step(Graph graph, List<Value> gradients) {
        Value correction = graph.input(CORRECTION, TensorType.f32());
        Value[] stepSizes = rates.inputs(graph, STEP_SIZE);
        Value[] shrinkages = rates.inputs(graph, SHRINKAGE);
        for (int i = 0; i < parameters.size(); i++) {
            Value parameter = graph.read(parameters.get(i));
            Value gradient = gradients.get(i);
            if (!settings.decoupled() && settings.weightDecay() > 0) {
                gradient = gradient.plus(parameter.times(settings.weightDecay()));
            }
            Value first = mix(graph.read(firstMoments.get(i)), gradient, settings.beta1());
            Value second = mix(graph.read(secondMoments.get(i)), gradient.square(), settings.beta2());
            Value scale = second.times(correction).sqrt().plus(settings.epsilon());
            int group = rates.group(parameters.get(i));
            Value start = shrinks(parameters.get(i)) ? parameter.times(shrinkages[group]) : parameter;
            graph.assign(firstMoments.get(i), first);
            graph.assign(secondMoments.get(i), second);
            graph.assign(parameters.get(i), start.minus(first.times(stepSizes[group]).dividedBy(scale)));
        }
    }

    private static Value mix(Value old, Value fresh, double share) {
        return old.times(share).plus(fresh.times(1 - share));
    }

    private boolean shrinks(Variable parameter) {
        return settings.decoupled() && settings.weightDecay() > 0 && parameter.type().shape().rank() > 1;
    }

    @Override
    public void feed(Executable program, int step, double rate) {
        RateGroups.scalar(program, CORRECTION, 1 / (1 - StrictMath.pow(settings.beta2(), step + 1.0)));
        rates.feed(program, STEP_SIZE, rate, each -> each / (1 - StrictMath.pow(settings.beta1(), step + 1.0)));
        rates.feed(program, SHRINKAGE, rate, each -> 1 - each * settings.weightDecay());
    }
}
