// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import java.util.ArrayList;
import java.util.List;

/**
 * JCuda's objects behind plain numbers. Numbers are not used twice, so that a stale one is found out.
 *
 * @param <T> what they stand for
 */
final class Handles<T> {

    private final String what;
    private final List<T> items = new ArrayList<>();

    /**
     * @param what the kind of object, for messages
     * @param first what the number 0 stands for
     */
    Handles(String what, T first) {
        this.what = what;
        items.add(first);
    }

    long add(T item) {
        items.add(item);
        return items.size() - 1L;
    }

    T get(long handle) {
        if (handle >= 0 && handle < items.size()) {
            T item = items.get((int) handle);
            if (item != null) {
                return item;
            }
        }
        throw new IllegalArgumentException("there is no " + what + " " + handle + " (any more)");
    }

    T remove(long handle) {
        T item = get(handle);
        items.set((int) handle, null);
        return item;
    }
}
