// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import dev.topple.engine.graph.Graph;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Programs by a key, usually the shape that they were compiled for. It holds a bounded number of them; the one that was
 * not asked for the longest is closed to make room.
 *
 * @param <K> what tells programs apart, with value equality
 */
public final class ProgramCache<K> implements AutoCloseable {

    private final Device device;
    private final int capacity;
    private final Function<? super K, Graph> graphs;
    private final LinkedHashMap<K, Executable> programs = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * An empty cache.
     *
     * @param device compiles the programs
     * @param capacity how many programs are kept, at least 1
     * @param graphs writes down the graph for a key
     */
    public ProgramCache(Device device, int capacity, Function<? super K, Graph> graphs) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a program cache holds at least one program, not " + capacity);
        }
        this.device = device;
        this.capacity = capacity;
        this.graphs = graphs;
    }

    /** The program for a key, compiled if it is not there. It stays open until others have pushed it out. */
    public Executable get(K key) {
        Executable known = programs.get(key);
        if (known != null) {
            return known;
        }
        while (programs.size() >= capacity) {
            Map.Entry<K, Executable> oldest = programs.entrySet().iterator().next();
            programs.remove(oldest.getKey());
            oldest.getValue().close();
        }
        Executable program = device.compile(graphs.apply(key));
        programs.put(key, program);
        return program;
    }

    /** How many programs are held. */
    public int size() {
        return programs.size();
    }

    /** Closes all programs. */
    @Override
    public void close() {
        programs.values().forEach(Executable::close);
        programs.clear();
    }
}
