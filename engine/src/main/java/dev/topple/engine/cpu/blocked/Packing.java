// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Convolution.Geometry;
import java.util.List;

/**
 * All that the packed form of a weight depends on besides the weight.
 *
 * @param size its floats; some algorithms fill a form up where the source's layout allows it
 * @param phases what tells the phases of a strided convolution's gradient apart; empty for all others
 */
record Packing(String algorithm, int size, boolean backward, int inChannels, int outChannels, int kernelHeight,
        int kernelWidth, int groups, List<Object> phases) {

    /** For algorithms that pack for the kernel and its channels alone. */
    static Packing of(ConvolutionPlan plan, ConvolutionTask task) {
        return of(plan, task, List.of());
    }

    /** For algorithms that compute the gradient of a strided convolution for each residue of the place by itself. */
    static Packing byPhases(ConvolutionPlan plan, ConvolutionTask task) {
        Geometry g = task.geometry();
        boolean phased = task.backward() && g.strideH() * g.strideW() > 1;
        // An image smaller than the stride has fewer phases.
        return of(plan, task, phased ? List.of(g, Math.min(g.strideH(), task.targetHeight()),
                Math.min(g.strideW(), task.targetWidth())) : List.of());
    }

    private static Packing of(ConvolutionPlan plan, ConvolutionTask task, List<Object> phases) {
        return new Packing(plan.algorithm(), plan.packedSize(), task.backward(), task.inChannels(), task.outChannels(),
                task.kernelHeight(), task.kernelWidth(), task.geometry().groups(), phases);
    }
}
