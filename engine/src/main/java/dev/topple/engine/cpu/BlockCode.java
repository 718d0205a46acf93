// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

/**
 * What a step of a {@link BlockProgram} does to blocks. Names with an {@code I} work on integers and truth values, the
 * others on floats.
 */
enum BlockCode {
    /** A block of an operand of the result's shape. */
    LOAD,
    /** A block of an operand that is broadcast. */
    LOAD_BROADCAST,
    /** A block of a result goes to memory. */
    STORE,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MAXIMUM,
    MINIMUM,
    NEGATE,
    ABS,
    SQRT,
    CLAMP,
    CLAMP_GRADIENT,
    RELU,
    RELU_GRADIENT,
    SIGN,
    EXP,
    LOG,
    /** From a and e^-|a|. */
    SIGMOID,
    /** From a and e^2|a|. */
    TANH,
    POWER,
    INVERSE,
    INVERSE_SQRT,
    COMPARE,
    CHOOSE,
    TO_INT,
    I_ADD,
    I_SUBTRACT,
    I_MULTIPLY,
    I_MAXIMUM,
    I_MINIMUM,
    I_AND,
    I_OR,
    I_NOT,
    I_COMPARE,
    I_CHOOSE,
    TO_FLOAT
}
