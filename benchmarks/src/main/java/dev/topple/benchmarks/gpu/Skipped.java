// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.io.JsonValue;

/** What could not be done. */
final class Skipped {

    private Skipped() {}

    static JsonValue.JsonObject fact(String what, String why) {
        return JsonValue.object().put("kind", "skipped").put("what", what).put("why", why).build();
    }
}
