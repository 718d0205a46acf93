// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static dev.topple.engine.io.IoTests.malformed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JsonViewTest {

    private static final JsonView VIEW = JsonView.of(Json.parse("""
            {"results": {"attacks": [1, 2, {"eps": "x", "steps": 2.5, "big": 1e999, "long": 4294967296}]},
             "none": null, "truth": false, "a.b": {"c": []},
             "huge": 123456789012345678901234567890}""", "r"), "r.json");

    @Test
    void readsWithTypes() {
        assertEquals(2, VIEW.field("results").field("attacks").element(1).asInt());
        assertEquals(List.of(1.0, 2.0),
                VIEW.field("results").field("attacks").elements().stream().limit(2).map(JsonView::asDouble).toList());
        assertEquals("x", attack().field("eps").asString());
        assertEquals(2.5, attack().field("steps").asDouble());
        assertEquals(1L << 32, attack().field("long").asLong());
        assertFalse(VIEW.field("truth").asBoolean());
        assertTrue(VIEW.field("none").isNull());
        assertTrue(VIEW.optional("none").isEmpty());
        assertTrue(VIEW.optional("missing").isEmpty());
        assertFalse(VIEW.optional("truth").orElseThrow().asBoolean());
        assertEquals(List.of("results", "none", "truth", "a.b", "huge"), List.copyOf(VIEW.fields().keySet()));
        assertEquals("results.attacks[2].eps", attack().field("eps").path());
    }

    private static JsonView attack() {
        return VIEW.field("results").field("attacks").element(2);
    }

    @Test
    void namesThePath() {
        malformed(() -> attack().field("eps").asDouble(),
                "r.json: results.attacks[2].eps: expected a number, found a text");
        malformed(() -> attack().field("steps").asInt(),
                "results.attacks[2].steps: expected a 64-bit integer, found 2.5");
        malformed(() -> attack().field("big").asDouble(), "results.attacks[2].big: 1e999 is out of the range");
        malformed(() -> attack().field("big").asLong(), "expected a 64-bit integer, found 1e999");
        malformed(() -> attack().field("long").asInt(), "expected a 32-bit integer, found 4294967296");
        malformed(() -> VIEW.field("huge").asLong(), "huge: expected a 64-bit integer");
        malformed(() -> VIEW.field("results").field("attacks").element(3),
                "results.attacks: there is no element 3 among 3");
        malformed(() -> VIEW.field("nothing"), "r.json: the member 'nothing' is missing");
        malformed(() -> attack().field("alpha"), "results.attacks[2]: the member 'alpha' is missing");
        malformed(() -> VIEW.field("a.b").field("c").asString(), "['a.b'].c: expected a text, found an array");
        malformed(() -> VIEW.field("none").field("x"), "none: expected an object, found null");
        malformed(() -> VIEW.field("truth").elements(), "truth: expected an array, found false");
        malformed(() -> VIEW.asBoolean(), "r.json: expected true or false, found an object");
        malformed(() -> attack().only(Set.of("eps", "steps")),
                "results.attacks[2]: unknown member 'big'; known are eps, steps");
        assertEquals("r.json: truth: no good", VIEW.field("truth").fail("no good").getMessage());
    }
}
