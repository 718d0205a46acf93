// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.function.IntUnaryOperator;

/** Makes actions out of what an operation does with its lanes' values. Lanes that do not take part are computed too. */
final class Lanes {

    private Lanes() {}

    /** One value of up to 32 bits. */
    interface W1 {
        void run(int[] out, int[] x);
    }

    /** Two. */
    interface W2 {
        void run(int[] out, int[] x, int[] y);
    }

    /** Three. */
    interface W3 {
        void run(int[] out, int[] x, int[] y, int[] z);
    }

    /** One value of 64 bits. */
    interface L1 {
        void run(long[] out, long[] x);
    }

    /** Two. */
    interface L2 {
        void run(long[] out, long[] x, long[] y);
    }

    /** Three. */
    interface L3 {
        void run(long[] out, long[] x, long[] y, long[] z);
    }

    /** 64 bits of 32. */
    interface LW {
        void run(long[] out, int[] x);
    }

    /** 32 bits of 64. */
    interface WL {
        void run(int[] out, long[] x);
    }

    /** 64 bits of two words. */
    interface LWW {
        void run(long[] out, int[] x, int[] y);
    }

    /** 64 bits of two words and 64 bits. */
    interface LWWL {
        void run(long[] out, int[] x, int[] y, long[] z);
    }

    /** 64 bits of 64 bits and a word. */
    interface LLW {
        void run(long[] out, long[] x, int[] y);
    }

    /** The lanes for which something holds of two words. */
    interface P2 {
        int run(int[] x, int[] y);
    }

    /** Any operation, on the bits of up to three values of any size. */
    interface Any {
        long apply(long x, long y, long z);
    }

    static Action w1(int d, int a, W1 f) {
        return (w, m) -> {
            f.run(w.out(d, m), w.word[a]);
            w.done(d, m, w.wordDefined[a]);
        };
    }

    static Action w2(int d, int a, int b, W2 f) {
        return (w, m) -> {
            f.run(w.out(d, m), w.word[a], w.word[b]);
            w.done(d, m, w.wordDefined[a] & w.wordDefined[b]);
        };
    }

    static Action w3(int d, int a, int b, int c, W3 f) {
        return (w, m) -> {
            f.run(w.out(d, m), w.word[a], w.word[b], w.word[c]);
            w.done(d, m, w.wordDefined[a] & w.wordDefined[b] & w.wordDefined[c]);
        };
    }

    static Action l1(int d, int a, L1 f) {
        return (w, m) -> {
            f.run(w.wideOut(d, m), w.wide[a]);
            w.wideDone(d, m, w.wideDefined[a]);
        };
    }

    static Action l2(int d, int a, int b, L2 f) {
        return (w, m) -> {
            f.run(w.wideOut(d, m), w.wide[a], w.wide[b]);
            w.wideDone(d, m, w.wideDefined[a] & w.wideDefined[b]);
        };
    }

    static Action l3(int d, int a, int b, int c, L3 f) {
        return (w, m) -> {
            f.run(w.wideOut(d, m), w.wide[a], w.wide[b], w.wide[c]);
            w.wideDone(d, m, w.wideDefined[a] & w.wideDefined[b] & w.wideDefined[c]);
        };
    }

    static Action lw(int d, int a, LW f) {
        return (w, m) -> {
            f.run(w.wideOut(d, m), w.word[a]);
            w.wideDone(d, m, w.wordDefined[a]);
        };
    }

    static Action wl(int d, int a, WL f) {
        return (w, m) -> {
            f.run(w.out(d, m), w.wide[a]);
            w.done(d, m, w.wideDefined[a]);
        };
    }

    static Action lww(int d, int a, int b, LWW f) {
        return (w, m) -> {
            f.run(w.wideOut(d, m), w.word[a], w.word[b]);
            w.wideDone(d, m, w.wordDefined[a] & w.wordDefined[b]);
        };
    }

    static Action lwwl(int d, int a, int b, int c, LWWL f) {
        return (w, m) -> {
            f.run(w.wideOut(d, m), w.word[a], w.word[b], w.wide[c]);
            w.wideDone(d, m, w.wordDefined[a] & w.wordDefined[b] & w.wideDefined[c]);
        };
    }

    static Action llw(int d, int a, int b, LLW f) {
        return (w, m) -> {
            f.run(w.wideOut(d, m), w.wide[a], w.word[b]);
            w.wideDone(d, m, w.wideDefined[a] & w.wordDefined[b]);
        };
    }

    /** An operation for each lane by itself. Sources arrive as {@link Values#normalise} gives them for their type. */
    static Action any(Register d, PtxType type, Register[] sources, PtxType[] types, Any f) {
        Register a = sources[0];
        Register b = sources.length > 1 ? sources[1] : a;
        Register c = sources.length > 2 ? sources[2] : a;
        PtxType ta = types[0];
        PtxType tb = sources.length > 1 ? types[1] : ta;
        PtxType tc = sources.length > 2 ? types[2] : ta;
        boolean extend = type.signed() && d.bits() > type.bits();
        return (w, m) -> {
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                long value = f.apply(Values.normalise(a.get(w, l), ta), Values.normalise(b.get(w, l), tb),
                        Values.normalise(c.get(w, l), tc));
                d.set(w, l, extend ? Values.truncate(Values.normalise(value, type), d.bits()) : Values.truncate(value,
                        type.bits()));
            }
            d.define(w, m, a.defined(w) & b.defined(w) & c.defined(w));
        };
    }

    static W1 each(IntUnaryOperator f) {
        return (o, x) -> {
            for (int l = 0; l < Warp.LANES; l++) {
                o[l] = f.applyAsInt(x[l]);
            }
        };
    }
}
