// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import dev.topple.engine.io.StoredType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pickle can describe, as far as state dicts have it. Containers may contain themselves. */
sealed interface PickleValue {

    /** None, or something that nobody asks for. */
    enum Nothing implements PickleValue {
        NONE
    }

    /** True or false. */
    record Truth(boolean value) implements PickleValue {}

    /** An integer of any size. */
    record Whole(BigInteger value) implements PickleValue {

        static Whole of(long value) {
            return new Whole(BigInteger.valueOf(value));
        }
    }

    /** A float. */
    record Real(double value) implements PickleValue {}

    /** A str. */
    record Text(String value) implements PickleValue {}

    /** A bytes object, whose content nobody needs. */
    record Bytes(int length) implements PickleValue {}

    /** A tuple. */
    record Tuple(List<PickleValue> items) implements PickleValue {}

    /** A list. */
    final class Sequence implements PickleValue {

        private final List<PickleValue> items = new ArrayList<>();

        List<PickleValue> items() {
            return items;
        }
    }

    /** A dict; its keys are texts or integers. */
    final class Dictionary implements PickleValue {

        private final Map<String, PickleValue> entries = new LinkedHashMap<>();

        /** By the keys' texts. */
        Map<String, PickleValue> entries() {
            return entries;
        }
    }

    /** A class or function that is named; it is never run. */
    record Global(String module, String name) implements PickleValue {

        @Override
        public String toString() {
            return module + "." + name;
        }
    }

    /**
     * A storage: elements one after the other, of which tensors are views.
     *
     * @param key its name in the file
     * @param type of its elements; those of an untyped one are bytes
     * @param elements how many it has
     */
    record Storage(String key, StoredType type, long elements) implements PickleValue {

        long bytes() {
            return elements * type.bytes();
        }
    }

    /**
     * A tensor: elements of a storage.
     *
     * @param type of its elements
     * @param offset the place of the first one, counted in elements
     * @param size of each axis
     * @param stride of each axis, counted in elements
     */
    record View(Storage storage, StoredType type, long offset, List<Integer> size, List<Long> stride)
            implements PickleValue {

        int elements() {
            return size.stream().mapToInt(Integer::intValue).reduce(1, (a, b) -> a * b);
        }
    }
}
