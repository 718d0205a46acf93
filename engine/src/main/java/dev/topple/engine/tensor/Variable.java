// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.tensor;

/**
 * The name of a value that lives on a device and outlasts a run: a weight, a running statistic, an optimiser's moment,
 * the iterate of an attack. Programs read and assign it; programs on one device that name the same variable share its
 * storage. Two variables are the same only if they are the same object.
 */
public final class Variable {

    private final String name;
    private final Tensor initial;

    /**
     * A variable that starts with a copy of the given value on every device.
     *
     * @param name what messages, dumps and files call it
     * @param initial its value until a program or {@code Device.write} assigns another
     */
    public Variable(String name, Tensor initial) {
        this(initial.copy(), name);
    }

    private Variable(Tensor initial, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a variable needs a name");
        }
        this.name = name;
        this.initial = initial;
    }

    /** A variable that starts with the given value itself, so that it exists once: nobody may write to it any more. */
    public static Variable taking(String name, Tensor initial) {
        return new Variable(initial, name);
    }

    /** A variable that starts at zero. */
    public static Variable zeros(String name, TensorType type) {
        return taking(name, Tensor.zeros(type));
    }

    /** What messages, dumps and files call it. */
    public String name() {
        return name;
    }

    /** Elements and shape. */
    public TensorType type() {
        return initial.type();
    }

    /** The value on a device that has not assigned another; not to be written to. */
    public Tensor initial() {
        return initial;
    }

    @Override
    public String toString() {
        return name + ":" + type();
    }
}
