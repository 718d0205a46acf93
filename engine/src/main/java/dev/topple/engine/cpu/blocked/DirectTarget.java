// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/** Where the results of a {@link DirectPhase} go, row by row, finished by the epilogue. */
final class DirectTarget {

    private static final int W = Blocks.WIDTH;

    private final ConvolutionTask task;
    private final DirectPhase phase;
    private final Epilogue epilogue;
    private final int groupTargets;
    private final int rowPitch;

    /**
     * A target.
     *
     * @param groupTargets the target's channels of a group
     * @param rowPitch from one row of the grid to the next, in pixels of the target, where each follows the other
     */
    DirectTarget(ConvolutionTask task, DirectPhase phase, Epilogue epilogue, int groupTargets, int rowPitch) {
        this.task = task;
        this.phase = phase;
        this.epilogue = epilogue;
        this.groupTargets = groupTargets;
        this.rowPitch = rowPitch;
    }

    /**
     * Finishes a row of a block of the target.
     *
     * @param v the sums, then, for several residues, room for one more row at {@code spare}
     */
    void finish(int group, int block, int image, int row, int pixels, float[] v, int vo, int spare, float[] y, int yo) {
        if (phase.residues() > 1) {
            finishResidues(image, row, v, vo, spare, y, yo);
            return;
        }
        int plane = task.targetHeight() * task.targetWidth();
        int from = Math.max(0, group * groupTargets - block * W);
        int to = Math.min(W, (group + 1) * groupTargets - block * W);
        int at = (phase.outY() + row * phase.outStepY()) * rowPitch + phase.outX();
        if (task.target() == Form.PLAIN) {
            epilogue.finishPlain(block, from, to, v, vo, pixels, y, yo,
                    (image * task.targetChannels() + block * W) * plane + at, plane, phase.outStepX());
            return;
        }
        int index = ((image * Blocks.count(task.targetChannels()) + block) * plane + at) * W;
        // Lanes of another group in the same block are perhaps another thread's.
        if (from == 0 && (to == W || (group + 1) * groupTargets == task.targetChannels())) {
            epilogue.finish(block, v, vo, pixels, y, yo, index, phase.outStepX());
        } else {
            epilogue.finishLanes(block, from, to, v, vo, pixels, y, yo, index, phase.outStepX());
        }
    }

    /** For results of several residues side by side: each in turn is moved to the first lanes. */
    private void finishResidues(int image, int row, float[] v, int vo, int spare, float[] y, int yo) {
        int channels = task.targetChannels();
        int plane = task.targetHeight() * task.targetWidth();
        for (int residue = 0; residue < phase.residues(); residue++) {
            int right = residue % phase.outStepX();
            int pixels = Math.ceilDiv(task.targetWidth() - right, phase.outStepX());
            int to = row * phase.outStepY() + residue / phase.outStepX();
            if (to >= task.targetHeight()) {
                continue;
            }
            lanes(v, vo + residue * channels, channels, pixels, v, spare);
            int at = to * task.targetWidth() + right;
            if (task.target() == Form.PLAIN) {
                epilogue.finishPlain(0, 0, channels, v, spare, pixels, y, yo, image * channels * plane + at, plane,
                        phase.outStepX());
            } else {
                epilogue.finish(0, v, spare, pixels, y, yo, (image * plane + at) * W, phase.outStepX());
            }
        }
    }

    private static void lanes(float[] v, int vo, int count, int pixels, float[] y, int yo) {
        for (int p = 0; p < pixels; p++) {
            for (int l = 0; l < count; l++) {
                y[yo + p * W + l] = v[vo + p * W + l];
            }
        }
    }
}
