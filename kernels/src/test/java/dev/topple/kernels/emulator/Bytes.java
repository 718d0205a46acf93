// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bytes with a state each: a piece of memory of any space.
 *
 * @param data what is there
 * @param state one of {@link #UNWRITTEN}, {@link #WRITTEN}, {@link #IN_FLIGHT} for each byte
 */
record Bytes(byte[] data, byte[] state) {

    static final byte UNWRITTEN = 0;
    static final byte WRITTEN = 1;
    static final byte IN_FLIGHT = 2;
    static final int FOUR_WRITTEN = 0x01010101;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    Bytes(int bytes) {
        this(new byte[bytes], new byte[bytes]);
    }

    static int getInt(byte[] from, int at) {
        return (int) INT.get(from, at);
    }

    static void setInt(byte[] to, int at, int value) {
        INT.set(to, at, value);
    }

    static long getLong(byte[] from, int at) {
        return (long) LONG.get(from, at);
    }

    static void setLong(byte[] to, int at, long value) {
        LONG.set(to, at, value);
    }

    /** Unsigned, of 1, 2, 4 or 8 bytes. */
    long get(int at, int bytes) {
        return switch (bytes) {
            case 1 -> data[at] & 0xffL;
            case 2 -> (short) SHORT.get(data, at) & 0xffffL;
            case 4 -> (int) INT.get(data, at) & 0xffffffffL;
            default -> (long) LONG.get(data, at);
        };
    }

    /** Of 1, 2, 4 or 8 bytes, which are written from now on. */
    void set(int at, int bytes, long value) {
        switch (bytes) {
            case 1 -> data[at] = (byte) value;
            case 2 -> SHORT.set(data, at, (short) value);
            case 4 -> INT.set(data, at, (int) value);
            default -> LONG.set(data, at, value);
        }
        mark(at, bytes, WRITTEN);
    }

    void mark(int at, int bytes, byte as) {
        switch (bytes) {
            case 4 -> INT.set(state, at, as * FOUR_WRITTEN);
            case 8 -> LONG.set(state, at, as * 0x0101010101010101L);
            default -> {
                for (int i = at; i < at + bytes; i++) {
                    state[i] = as;
                }
            }
        }
    }

    boolean written(int at, int bytes) {
        if (bytes == 4) {
            return (int) INT.get(state, at) == FOUR_WRITTEN;
        }
        for (int i = at; i < at + bytes; i++) {
            if (state[i] != WRITTEN) {
                return false;
            }
        }
        return true;
    }

    boolean inFlight(int at, int bytes) {
        for (int i = at; i < at + bytes; i++) {
            if (state[i] == IN_FLIGHT) {
                return true;
            }
        }
        return false;
    }
}
