// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.ResizedLoss;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.cpu.kernel.ResizedLossKernel;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Lowers losses of resized logits. The gradient is left unfinished beside the losses, and on the way back only a factor
 * for each image is multiplied in.
 */
final class ResizedLosses {

    private final CpuContext context;
    private final List<CpuInstruction> instructions;
    private final Function<Value, Slot> slots;
    private final Map<ResizedLoss, ResizedLossKernel> kernels = new HashMap<>();
    private final Map<ResizedLoss, Slot> unfinished = new HashMap<>();

    /**
     * Lowers the losses of one graph.
     *
     * @param instructions to which they are added
     * @param slots where values lie in the plain order
     */
    ResizedLosses(CpuContext context, List<CpuInstruction> instructions, Function<Value, Slot> slots) {
        this.context = context;
        this.instructions = instructions;
        this.slots = slots;
    }

    /** One of the two parts of a loss. */
    void lower(Unit unit, ResizedLoss loss) {
        Shape logits = loss.logits().shape();
        ResizedLossKernel kernel = kernels.computeIfAbsent(loss, this::kernel);
        List<Slot> left = loss.gradient().isEmpty() ? List.of()
                : List.of(unfinished.computeIfAbsent(loss,
                        l -> Slot.working(DType.F32, logits.dim(0) * kernel.unfinished())));
        if (unit.first() == loss.resize()) {
            instructions.add(new ResizedLossInstruction(logits, loss.labels().shape(), slots.apply(loss.logits()),
                    slots.apply(loss.labels()), slots.apply(loss.loss().result(0)), left, kernel, context.scratch()));
            return;
        }
        Value given = loss.gradient().orElseThrow().given();
        Slot factors = given.node().op() instanceof Source.Fill fill ? Slot.constant(Tensor.scalar(fill.value()))
                : slots.apply(given);
        instructions.add(new ResizedLossGradientInstruction(logits, left.get(0), factors,
                slots.apply(unit.last().result(0)), kernel));
    }

    private ResizedLossKernel kernel(ResizedLoss loss) {
        Resampling.Resize resize = loss.resizing();
        Shape small = loss.logits().shape();
        return new ResizedLossKernel(resize.method(), small.dim(1), small.dim(2), small.dim(3), resize.height(),
                resize.width(), loss.entropy().ignored(), context.lanes());
    }
}
