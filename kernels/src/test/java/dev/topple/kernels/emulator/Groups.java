// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** Lanes of a warp by the place where they are. */
final class Groups {

    private final int[] pcs = new int[2 * Warp.LANES];
    private final int[] masks = new int[2 * Warp.LANES];
    private final int[] notes = new int[2 * Warp.LANES];
    private int size;

    void clear() {
        size = 0;
    }

    boolean empty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    int pc(int i) {
        return pcs[i];
    }

    int mask(int i) {
        return masks[i];
    }

    int note(int i) {
        return notes[i];
    }

    /** Adds lanes; those already at the same place are joined. */
    void add(int pc, int mask, int note) {
        for (int i = 0; i < size; i++) {
            if (pcs[i] == pc && notes[i] == note) {
                masks[i] |= mask;
                return;
            }
        }
        pcs[size] = pc;
        masks[size] = mask;
        notes[size++] = note;
    }

    void join(int pc, int mask, int note) {
        add(pc, mask, note);
    }

    void remove(int i) {
        size--;
        pcs[i] = pcs[size];
        masks[i] = masks[size];
        notes[i] = notes[size];
    }

    int lowest() {
        int best = 0;
        for (int i = 1; i < size; i++) {
            best = pcs[i] < pcs[best] ? i : best;
        }
        return best;
    }

    int highest() {
        int best = 0;
        for (int i = 1; i < size; i++) {
            best = pcs[i] > pcs[best] ? i : best;
        }
        return best;
    }

    /** Removes and returns all lanes at a place. */
    int take(int pc) {
        int mask = 0;
        for (int i = size - 1; i >= 0; i--) {
            if (pcs[i] == pc) {
                mask |= masks[i];
                remove(i);
            }
        }
        return mask;
    }

    int maskAt(int pc, int note) {
        for (int i = 0; i < size; i++) {
            if (pcs[i] == pc && notes[i] == note) {
                return masks[i];
            }
        }
        return 0;
    }

    void takeAt(int pc, int note) {
        for (int i = 0; i < size; i++) {
            if (pcs[i] == pc && notes[i] == note) {
                remove(i);
                return;
            }
        }
    }
}
