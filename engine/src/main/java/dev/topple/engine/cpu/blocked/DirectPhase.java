// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.graph.Convolution.Geometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sum over taps that has the same form for a grid of results. Result (y, x) of the grid is
 *
 * <pre>
 * sum over c, a, b of weight(rows[a], columns[b])[c] source[c][y stepY + shiftY[a]][x stepX + shiftX[b]]
 * </pre>
 *
 * where the source is 0 outside its bounds; it lies at row {@code outY + y outStepY} and column
 * {@code outX + x outStepX} of the target. A convolution is one such phase. The gradient of its image is one phase for
 * each residue of the row and column by the strides: each has only the taps that reach it.
 *
 * @param rows the kernel's rows that take part, ascending; empty where no tap reaches the phase
 * @param columns the kernel's columns that take part, ascending
 * @param residues 1, or the number of phases that are computed as one, side by side in the lanes of one block: a
 *        gradient with few channels, such as that of an image's three colours, would leave most lanes idle otherwise.
 *        Channel c of residue r is lane {@code r channels + c}, the phase's position that of the first residue, and
 *        rows and columns name no taps, since those differ between the residues
 */
record DirectPhase(int[] rows, int[] shiftY, int[] columns, int[] shiftX, int stepY, int stepX, int gridHeight,
        int gridWidth, int outY, int outX, int outStepY, int outStepX, int residues) {

    static List<DirectPhase> of(ConvolutionTask task) {
        Geometry g = task.geometry();
        if (!task.backward()) {
            return List.of(forward(task, g));
        }
        List<DirectPhase> phases = new ArrayList<>();
        for (int y = 0; y < Math.min(g.strideH(), task.targetHeight()); y++) {
            for (int x = 0; x < Math.min(g.strideW(), task.targetWidth()); x++) {
                phases.add(backward(task, g, y, x));
            }
        }
        int residues = g.strideH() * g.strideW();
        if (phases.size() == residues && residues > 1 && g.groups() == 1
                && task.targetChannels() * residues <= Blocks.WIDTH) {
            return List.of(sideBySide(task, g, phases));
        }
        return phases;
    }

    /** All phases as one, whose taps are those of any of them. */
    private static DirectPhase sideBySide(ConvolutionTask task, Geometry g, List<DirectPhase> phases) {
        int[] shiftY = phases.stream().flatMapToInt(p -> Arrays.stream(p.shiftY)).distinct().sorted().toArray();
        int[] shiftX = phases.stream().flatMapToInt(p -> Arrays.stream(p.shiftX)).distinct().sorted().toArray();
        return new DirectPhase(new int[shiftY.length], shiftY, new int[shiftX.length], shiftX, 1, 1,
                Math.ceilDiv(task.targetHeight(), g.strideH()), Math.ceilDiv(task.targetWidth(), g.strideW()), 0, 0,
                g.strideH(), g.strideW(), phases.size());
    }

    /**
     * The tap of the kernel, {@code row kernelWidth + column}, that tap (a, b) of this phase is for a channel of the
     * target; -1 for none.
     */
    int tap(ConvolutionTask task, int target, int a, int b) {
        if (residues == 1) {
            return rows[a] * task.kernelWidth() + columns[b];
        }
        Geometry g = task.geometry();
        int residue = target / task.targetChannels();
        int y = residue / g.strideW() + g.padTop() - shiftY[a] * g.strideH();
        int x = residue % g.strideW() + g.padLeft() - shiftX[b] * g.strideW();
        int row = Math.floorDiv(y, g.dilationH());
        int column = Math.floorDiv(x, g.dilationW());
        boolean hit = row * g.dilationH() == y && column * g.dilationW() == x && row >= 0 && row < task.kernelHeight()
                && column >= 0 && column < task.kernelWidth();
        return hit ? row * task.kernelWidth() + column : -1;
    }

    private static DirectPhase forward(ConvolutionTask task, Geometry g) {
        int[] rows = new int[task.kernelHeight()];
        int[] columns = new int[task.kernelWidth()];
        Arrays.setAll(rows, i -> i);
        Arrays.setAll(columns, i -> i);
        int[] shiftY = new int[rows.length];
        int[] shiftX = new int[columns.length];
        Arrays.setAll(shiftY, i -> i * g.dilationH() - g.padTop());
        Arrays.setAll(shiftX, i -> i * g.dilationW() - g.padLeft());
        return new DirectPhase(rows, shiftY, columns, shiftX, g.strideH(), g.strideW(), task.targetHeight(),
                task.targetWidth(), 0, 0, 1, 1, 1);
    }

    private static DirectPhase backward(ConvolutionTask task, Geometry g, int y, int x) {
        int[] rows = reaching(task.kernelHeight(), y + g.padTop(), g.dilationH(), g.strideH());
        int[] columns = reaching(task.kernelWidth(), x + g.padLeft(), g.dilationW(), g.strideW());
        if (rows.length == 0 || columns.length == 0) {
            rows = new int[0];
            columns = new int[0];
        }
        int[] shiftY = shifts(rows, y + g.padTop(), g.dilationH(), g.strideH());
        int[] shiftX = shifts(columns, x + g.padLeft(), g.dilationW(), g.strideW());
        return new DirectPhase(rows, shiftY, columns, shiftX, 1, 1, Math.ceilDiv(task.targetHeight() - y, g.strideH()),
                Math.ceilDiv(task.targetWidth() - x, g.strideW()), y, x, g.strideH(), g.strideW(), 1);
    }

    private static int[] reaching(int kernel, int at, int dilation, int stride) {
        int[] taps = new int[kernel];
        int count = 0;
        for (int t = 0; t < kernel; t++) {
            if ((at - t * dilation) % stride == 0) {
                taps[count++] = t;
            }
        }
        return Arrays.copyOf(taps, count);
    }

    private static int[] shifts(int[] taps, int at, int dilation, int stride) {
        int[] shifts = new int[taps.length];
        for (int i = 0; i < taps.length; i++) {
            shifts[i] = (at - taps[i] * dilation) / stride;
        }
        return shifts;
    }

    int taps() {
        return rows.length * columns.length;
    }

    /** Whether the results are a product of the pixels one by one, so that rows have no meaning. */
    boolean pointwise(ConvolutionTask task) {
        return taps() == 1 && stepY == 1 && stepX == 1 && shiftY[0] == 0 && shiftX[0] == 0 && outStepY == 1
                && outStepX == 1 && task.sourceHeight() == gridHeight && task.sourceWidth() == gridWidth;
    }
}
