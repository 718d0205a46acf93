// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * Stochastic gradient descent with momentum as part of a graph, as PyTorch defines it: the velocity is the momentum
 * times the velocity plus the gradient, and parameters move against it, the learning rate times as far. Weight decay is
 * a penalty whose gradient is added, for all parameters.
 */
public final class Sgd implements Optimiser {

    private static final String RATE = "sgd.rate";

    /**
     * How it moves.
     *
     * @param momentum how much of the velocity stays from step to step
     * @param weightDecay how much weights shrink
     * @param nesterov whether parameters move as if the velocity were a step older (Nesterov's momentum)
     */
    public record Settings(double momentum, double weightDecay, boolean nesterov) implements OptimiserSettings {

        public Settings {
            if (!(momentum >= 0 && momentum < 1 && weightDecay >= 0) || nesterov && momentum == 0) {
                throw new IllegalArgumentException("SGD: the momentum must be from 0 to below 1 (above 0 for"
                        + " Nesterov's) and the decay at least 0, not " + momentum + " and " + weightDecay);
            }
        }

        @Override
        public Sgd over(List<Variable> parameters, double encoderRate) {
            return new Sgd(this, parameters, encoderRate);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", "sgd").put("momentum", momentum).put("weightDecay", weightDecay)
                    .put("nesterov", nesterov).build();
        }
    }

    private final Settings settings;
    private final List<Variable> parameters;
    private final RateGroups rates;
    private final List<Variable> velocities = new ArrayList<>();

    /** An optimiser of these parameters at rest. */
    public Sgd(Settings settings, List<Variable> parameters, double encoderRate) {
        this.settings = settings;
        this.parameters = List.copyOf(parameters);
        this.rates = new RateGroups(parameters, encoderRate);
        if (settings.momentum() > 0) {
            parameters.forEach(parameter -> velocities
                    .add(Variable.zeros("sgd.velocity." + parameter.name(), parameter.type())));
        }
    }

    @Override
    public List<Variable> state() {
        return List.copyOf(velocities);
    }

    @Override
    public void step(Graph graph, List<Value> gradients) {
        Value[] rate = rates.inputs(graph, RATE);
        for (int i = 0; i < parameters.size(); i++) {
            Value parameter = graph.read(parameters.get(i));
            Value gradient = settings.weightDecay() == 0
                    ? gradients.get(i)
                    : gradients.get(i).plus(parameter.times(settings.weightDecay()));
            Value direction = gradient;
            if (!velocities.isEmpty()) {
                Value velocity = graph.read(velocities.get(i)).times(settings.momentum()).plus(gradient);
                graph.assign(velocities.get(i), velocity);
                direction = settings.nesterov() ? gradient.plus(velocity.times(settings.momentum())) : velocity;
            }
            graph.assign(parameters.get(i), parameter.minus(direction.times(rate[rates.group(parameters.get(i))])));
        }
    }

    @Override
    public void feed(Executable program, int step, double rate) {
        rates.feed(program, RATE, rate, each -> each);
    }
}
