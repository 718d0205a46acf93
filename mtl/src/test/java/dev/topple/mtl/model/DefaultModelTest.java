// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class DefaultModelTest {

    @Test
    void itIsSmallAndSaysWhereItComesFrom() throws IOException {
        if (!DefaultModel.available()) {
            assertTrue(assertThrows(IllegalStateException.class, DefaultModel::load).getMessage().contains("train"));
            return;
        }
        ModelFile file = DefaultModel.load();
        assertEquals("default", file.model().name());
        assertTrue(file.model().parameterCount() <= 1_000_000);
        assertTrue(file.provenance().command().startsWith("topple train"), file.provenance().command());
        assertTrue(file.provenance().metrics().members().size() > 0);
        try (InputStream in = DefaultModel.class.getResourceAsStream("default.safetensors")) {
            assertTrue(in.readAllBytes().length <= 4 << 20);
        }
    }
}
