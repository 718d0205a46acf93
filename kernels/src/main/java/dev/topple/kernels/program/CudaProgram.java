// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.memory.Allocation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A lowered program. Its first run puts its works into the stream one by one, the second records them as a CUDA graph,
 * and from then on a run is one call of the driver. What is prepared of variables is made before that, and only where a
 * variable has changed. A run waits for nothing; only {@link #fetch} does.
 */
final class CudaProgram implements Executable {

    private static final long NOWHERE = 0;
    private static final long NONE = 0;

    private final CudaDevice device;
    private final CudaContext context;
    private final Resources resources;
    private final Lowered lowered;
    private final Map<String, TensorType> inputTypes = new LinkedHashMap<>();
    private final Map<String, TensorType> outputTypes = new LinkedHashMap<>();
    private final Set<String> unfed;
    private final List<DeviceVariable> assigned;
    private final List<Work> works;
    private final Places.Layout layout;
    private final Allocation kept;
    private long place = NOWHERE;
    private long recorded = NONE;
    private boolean warm;
    private boolean ran;
    private boolean closed;

    /**
     * Plans what was lowered and takes its memory.
     *
     * @param graph what was compiled, before anything was dropped
     * @param resources what the program holds, given back when it is closed; the caller's if this fails
     * @param assigned the variables that it assigns
     */
    CudaProgram(CudaDevice device, CudaContext context, Graph graph, Lowered lowered, Resources resources,
            List<DeviceVariable> assigned) {
        this.device = device;
        this.context = context;
        this.lowered = lowered;
        this.resources = resources;
        this.assigned = assigned;
        this.unfed = new LinkedHashSet<>(lowered.inputs().keySet());
        graph.inputs().forEach((name, value) -> inputTypes.put(name, value.type()));
        graph.outputs().forEach((name, value) -> outputTypes.put(name, value.type()));
        works = works(lowered.stages());
        List<Work> all = new ArrayList<>(works(lowered.prepared().stages()));
        all.addAll(works);
        layout = lowered.places().plan(all);
        kept = resources.hold(context.memory().allocate(layout.keptBytes(), "inputs and outputs of programs"));
        context.arena().retain(layout.workingBytes());
        resources.atEnd(() -> context.arena().release(layout.workingBytes()));
        settle();
        lowered.places().constants().forEach((region, tensor) -> context.upload(tensor, region));
        all.forEach(context::prepare);
    }

    private static List<Work> works(List<Stage> stages) {
        return stages.stream().flatMap(stage -> stage.works().stream()).toList();
    }

    /** Finds out where the arena lies; what was recorded with another place is of no use any more. */
    private void settle() {
        long now = context.arena().ensure();
        if (now != place) {
            forget();
            lowered.places().place(layout, now, kept.address());
            place = now;
        }
    }

    private void forget() {
        if (recorded != NONE) {
            context.driver().destroyGraph(recorded);
            recorded = NONE;
        }
    }

    private void open() {
        device.checkOpen();
        if (closed) {
            throw new IllegalStateException("the program is closed");
        }
    }

    private static void fits(Map<String, TensorType> types, String what, String name, Tensor tensor) {
        TensorType type = type(types, what, name);
        if (!tensor.type().equals(type)) {
            throw new IllegalArgumentException(
                    what + " '" + name + "' is " + type + ", but the tensor is " + tensor.type());
        }
    }

    private static TensorType type(Map<String, TensorType> types, String what, String name) {
        TensorType type = types.get(name);
        if (type == null) {
            throw new IllegalArgumentException("the program has no " + what + " '" + name + "'; it has "
                    + String.join(", ", types.keySet()));
        }
        return type;
    }

    @Override
    public void feed(String input, Tensor value) {
        open();
        fits(inputTypes, "input", input, value);
        Region region = lowered.inputs().get(input);
        // An input that nothing depends on has no place.
        if (region != null) {
            context.upload(value, region);
            unfed.remove(input);
        }
    }

    @Override
    public void run() {
        open();
        if (!unfed.isEmpty()) {
            throw new IllegalStateException("nothing was fed to input '" + unfed.iterator().next() + "'");
        }
        ran = false;
        settle();
        lowered.prepared().renew(context::start);
        try {
            if (warm && recorded == NONE) {
                recorded = context.record(works);
            }
            if (recorded == NONE) {
                works.forEach(context::start);
                warm = true;
            } else {
                context.replay(recorded);
            }
            ran = true;
        } finally {
            assigned.forEach(DeviceVariable::changed);
        }
    }

    @Override
    public void fetch(String output, Tensor into) {
        open();
        fits(outputTypes, "output", output, into);
        if (!ran) {
            throw new IllegalStateException("output '" + output + "' is not there before the program has run");
        }
        context.download(lowered.outputs().get(output), into);
    }

    @Override
    public Tensor fetch(String output) {
        Tensor tensor = Tensor.zeros(type(outputTypes, "output", output));
        fetch(output, tensor);
        return tensor;
    }

    @Override
    public String explain() {
        StringBuilder text = new StringBuilder();
        List<Stage> before = lowered.prepared().stages();
        int line = 0;
        if (!before.isEmpty()) {
            text.append(String.format("before the first run, and again when a variable has changed:%n"));
            line = explain(text, before, line);
            text.append(String.format("in each run, recorded as one CUDA graph:%n"));
        }
        explain(text, lowered.stages(), line);
        text.append(String.format("arena: %d bytes at most, of which %d are shared with other programs%n",
                arenaBytes(), layout.workingBytes()));
        List<PreparedForm> forms = lowered.prepared().forms();
        text.append(String.format("prepared weights: %d forms of %d bytes, shared with other programs%n",
                forms.size(), forms.stream().mapToLong(form -> form.region().bytes()).sum()));
        return text.toString();
    }

    private static int explain(StringBuilder text, List<Stage> stages, int first) {
        int line = first;
        for (Stage stage : stages) {
            text.append(String.format("%4d  %s%n", line++, stage.describe()));
            if (!stage.reason().isEmpty()) {
                text.append("        ").append(stage.reason()).append(System.lineSeparator());
            }
        }
        return line;
    }

    @Override
    public long arenaBytes() {
        return layout.workingBytes() + layout.keptBytes();
    }

    /** How many works a run has. */
    int workCount() {
        return works.size();
    }

    /** Whether a run is one call of the driver by now. */
    boolean isRecorded() {
        return recorded != NONE;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.closing(this);
            forget();
            resources.close();
        }
    }
}
