// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A graph that is interpreted node by node, in the order in which it was written down, leaving out what no output and
 * no assignment needs. Unlike the programs of other devices it allocates as it runs, and keeps every value until the
 * next run.
 */
public final class ReferenceExecutable implements Executable {

    private final ReferenceDevice device;
    private final List<Node> nodes;
    private final Map<String, TensorType> inputs = new HashMap<>();
    private final Map<String, Value> outputs;
    private final Map<Variable, Value> assignments;
    private final Set<Variable> variables = new HashSet<>();
    private final Map<String, Array> fed = new HashMap<>();
    private final Map<Value, Array> values = new HashMap<>();
    private boolean ran;
    private boolean closed;

    ReferenceExecutable(ReferenceDevice device, Graph graph) {
        if (graph.outputs().isEmpty() && graph.assignments().isEmpty()) {
            throw new IllegalArgumentException("the graph has neither an output nor an assignment");
        }
        this.device = device;
        this.outputs = new HashMap<>(graph.outputs());
        this.assignments = Map.copyOf(graph.assignments());
        graph.inputs().forEach((name, value) -> inputs.put(name, value.type()));
        Set<Node> needed = needed(graph);
        this.nodes = graph.nodes().stream().filter(needed::contains).toList();
        variables.addAll(assignments.keySet());
        for (Node node : nodes) {
            if (node.op() instanceof Source.Read read) {
                variables.add(read.variable());
            }
        }
    }

    private static Set<Node> needed(Graph graph) {
        Set<Node> needed = new HashSet<>();
        graph.outputs().values().forEach(value -> needed.add(value.node()));
        graph.assignments().values().forEach(value -> needed.add(value.node()));
        for (Node node : graph.nodes().reversed()) {
            if (needed.contains(node)) {
                node.operands().forEach(operand -> needed.add(operand.node()));
            }
        }
        return needed;
    }

    boolean uses(Variable variable) {
        return variables.contains(variable);
    }

    @Override
    public void feed(String input, Tensor value) {
        requireOpen();
        TensorType type = inputType(input);
        if (!type.equals(value.type())) {
            throw new IllegalArgumentException("input '" + input + "' is " + type + ", but was fed " + value.type());
        }
        fed.put(input, Array.copyOf(value));
    }

    /** Copies float64 values to a float input: nothing is rounded. */
    public void feedDoubles(String input, double[] value) {
        requireOpen();
        TensorType type = inputType(input);
        ReferenceDevice.requireFloats("input '" + input + "'", type, value.length);
        fed.put(input, Array.of(type.shape(), value.clone()));
    }

    private TensorType inputType(String input) {
        TensorType type = inputs.get(input);
        if (type == null) {
            throw new IllegalArgumentException("the graph has no input '" + input + "', but " + names(inputs));
        }
        return type;
    }

    private static String names(Map<String, ?> map) {
        return map.isEmpty() ? "none" : map.keySet().stream().sorted().collect(Collectors.joining(", "));
    }

    @Override
    public void run() {
        requireOpen();
        values.clear();
        ran = false;
        for (Node node : nodes) {
            List<Array> results = switch (node.op()) {
                case Source source -> List.of(source(source));
                default -> Interpreter.evaluate(node.op(), node.operands().stream().map(values::get).toList());
            };
            for (int i = 0; i < results.size(); i++) {
                values.put(node.result(i), results.get(i));
            }
        }
        assignments.forEach((variable, value) -> device.assign(variable, values.get(value)));
        ran = true;
    }

    private Array source(Source source) {
        return switch (source) {
            case Source.Input input -> {
                Array value = fed.get(input.name());
                if (value == null) {
                    throw new IllegalStateException("input '" + input.name() + "' was never fed");
                }
                yield value;
            }
            case Source.Read read -> device.value(read.variable());
            case Source.Fill fill -> {
                double[] filled = new double[fill.shape().size()];
                Arrays.fill(filled, fill.value());
                yield Array.of(fill.shape(), filled);
            }
            case Source.Constant constant -> Array.copyOf(constant.tensor());
        };
    }

    private Array output(String output) {
        requireOpen();
        Value value = outputs.get(output);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no output '" + output + "', but " + names(outputs));
        }
        if (!ran) {
            throw new IllegalStateException("output '" + output + "' is not there before the program has run");
        }
        return values.get(value);
    }

    @Override
    public void fetch(String output, Tensor into) {
        Array value = output(output);
        if (!value.type().equals(into.type())) {
            throw new IllegalArgumentException(
                    "output '" + output + "' is " + value.type() + ", but was fetched into " + into.type());
        }
        value.copyTo(into);
    }

    @Override
    public Tensor fetch(String output) {
        return output(output).toTensor();
    }

    /** A copy of a float output of the last run, in float64. */
    public double[] fetchDoubles(String output) {
        Array value = output(output);
        ReferenceDevice.requireFloats("output '" + output + "'", value.type(), value.size());
        return value.doubles().clone();
    }

    /** The nodes that are computed, one a line. */
    @Override
    public String explain() {
        return nodes.stream().map(node -> node + "\n").collect(Collectors.joining());
    }

    /** What the values of one run take, all of which are kept. */
    @Override
    public long arenaBytes() {
        return nodes.stream().flatMap(node -> node.results().stream())
                .mapToLong(value -> (long) value.shape().size() * bytes(value.dtype())).sum();
    }

    private static int bytes(DType dtype) {
        return switch (dtype) {
            case F32 -> Double.BYTES;
            case I32 -> Integer.BYTES;
            case BOOL -> 1;
        };
    }

    private void requireOpen() {
        device.requireOpen();
        if (closed) {
            throw new IllegalStateException("the program is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        values.clear();
        fed.clear();
        device.forget(this);
    }
}
