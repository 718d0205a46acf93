// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The small model that comes with the program, trained on <i>Rooms</i>. */
public final class DefaultModel {

    /** Its name. */
    public static final String NAME = "default";

    private static final String RESOURCE = "default.safetensors";

    private DefaultModel() {}

    /** Whether this build holds it. */
    public static boolean available() {
        return DefaultModel.class.getResource(RESOURCE) != null;
    }

    /**
     * Loads it.
     *
     * @throws IllegalStateException if this build does not hold it
     */
    public static ModelFile load() {
        try (InputStream in = open()) {
            return ModelFile.load(in, "the default model", NAME);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the default model: " + e.getMessage(), e);
        }
    }

    /**
     * The bytes of its file, which the caller closes.
     *
     * @throws IllegalStateException if this build does not hold it
     */
    public static InputStream open() {
        InputStream in = DefaultModel.class.getResourceAsStream(RESOURCE);
        if (in == null) {
            throw new IllegalStateException(
                    "this build holds no default model; train one with 'topple train' and name its file");
        }
        return in;
    }
}
