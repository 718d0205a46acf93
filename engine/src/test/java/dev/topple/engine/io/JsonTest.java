// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static dev.topple.engine.io.IoTests.malformed;
import static dev.topple.engine.io.IoTests.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonValue.JsonNull;
import dev.topple.engine.io.JsonValue.JsonNumber;
import dev.topple.engine.io.JsonValue.JsonString;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    private static JsonValue parse(String text) {
        return Json.parse(text, "t.json");
    }

    private static final JsonValue SAMPLE = JsonValue.object().put("schema", 1).put("name", "Räume\n\"\\\u0001 😀")
            .put("eps", 8 / 255.0).put("alpha", 0.1f).put("ok", true).put("none", new JsonNull())
            .put("empty", JsonValue.object().build()).put("sizes", JsonValue.integers(1, 2, 3))
            .put("rows", List.of(JsonValue.numbers(), JsonValue.strings(List.of("a", "b")))).build();

    @Test
    void roundTrips() {
        assertEquals(SAMPLE, parse(Json.compact(SAMPLE)));
        assertEquals(SAMPLE, parse(Json.pretty(SAMPLE)));
        assertEquals(SAMPLE, Json.parse(Json.pretty(SAMPLE).getBytes(StandardCharsets.UTF_8), "t.json"));
    }

    @Test
    void writesCompactly() {
        assertEquals("{\"schema\":1,\"name\":\"Räume\\n\\\"\\\\\\u0001 😀\",\"eps\":0.03137254901960784,\"alpha\":0.1,"
                + "\"ok\":true,\"none\":null,\"empty\":{},\"sizes\":[1,2,3],\"rows\":[[],[\"a\",\"b\"]]}",
                Json.compact(SAMPLE));
    }

    @Test
    void writesIndented() {
        JsonValue value = JsonValue.object().put("a", JsonValue.integers(1, 2)).put("b", List.of(JsonValue.integers()))
                .put("c", JsonValue.object().put("d", 1).build()).build();
        assertEquals("""
                {
                  "a": [1, 2],
                  "b": [
                    []
                  ],
                  "c": {
                    "d": 1
                  }
                }
                """, Json.pretty(value));
        int[] many = new int[300];
        String text = Json.pretty(JsonValue.object().put("many", JsonValue.integers(many)).build());
        assertTrue(text.lines().allMatch(line -> line.length() <= 120), text);
        assertTrue(text.lines().count() < 15, text);
        assertEquals(JsonValue.object().put("many", JsonValue.integers(many)).build(), parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0", "9223372036854775807", "-9223372036854775808", "1.5", "-1e-7", "1E+400",
        "0.1e5"})
    void keepsNumberLiterals(String literal) {
        assertEquals(new JsonNumber(literal), parse(literal));
        assertEquals(literal, Json.compact(parse(literal)));
    }

    @Test
    void readsNumbersExactly() {
        assertEquals(Long.MAX_VALUE, JsonView.of(parse("9223372036854775807"), "t").asLong());
        assertEquals(1000, JsonView.of(parse("1e3"), "t").asInt());
        assertEquals(3, JsonView.of(parse("3.0"), "t").asInt());
        for (double value : new double[] {0.1, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, 1e21, 123456789.125}) {
            assertEquals(value, JsonView.of(parse(Json.compact(JsonValue.of(value))), "t").asDouble());
        }
        for (float value : new float[] {0.1f, Float.MIN_VALUE, Float.MAX_VALUE, 16777216f}) {
            assertEquals(value, (float) JsonView.of(parse(Json.compact(JsonValue.of(value))), "t").asDouble());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "`` ~ line 1, column 1: expected a value, found the end of the text",
        "`  ` ~ column 3: expected a value, found the end",
        "[1,] ~ column 4: expected a value, found ']'",
        "[1 2] ~ column 4: expected ',' or ']', found '2'",
        "[1 ~ expected ',' or ']', found the end of the text",
        "{\"a\" 1} ~ column 6: expected ':' after a name, found '1'",
        "{\"a\":1,} ~ column 8: expected a name in double quotes, found '}'",
        "{a:1} ~ column 2: expected a name in double quotes, found 'a'",
        "{'a':1} ~ column 2: expected a name",
        "{\"a\":1 ~ expected ',' or '}', found the end",
        "{\"a\":1,\"b\":2,\"a\":3} ~ column 14: the name 'a' appears twice in one object",
        "{\"a\":1,\"\\u0061\":3} ~ the name 'a' appears twice",
        "01 ~ column 2: a number has a leading zero",
        "-01 ~ column 3: a number has a leading zero",
        "+1 ~ expected a value, found '+'",
        ".5 ~ expected a value, found '.'",
        "1. ~ column 3: expected a digit, found the end",
        "1.e3 ~ column 3: expected a digit, found 'e'",
        "1e ~ expected a digit",
        "1e+ ~ expected a digit",
        "- ~ expected a digit",
        "0x10 ~ expected the end of the text, found 'x'",
        "1 2 ~ column 3: expected the end of the text, found '2'",
        "{} x ~ expected the end of the text, found 'x'",
        "nul ~ expected a value, found 'n' (did you mean null?)",
        "True ~ expected a value, found 'T'",
        "NaN ~ expected a value, found 'N'",
        "-Infinity ~ expected a digit, found 'I'",
        "\"abc ~ column 1: a text that starts here has no closing quote",
        "\"\\x\" ~ column 2: unknown escape: a backslash, then 'x'",
        "\"\\ ~ unknown escape: a backslash, then the end",
        "\"\\u12G4\" ~ a \\u escape needs four hexadecimal digits",
        "\"\\u12 ~ a \\u escape needs four hexadecimal digits",
        "\"\\u１２３４\" ~ a \\u escape needs four hexadecimal digits",
        "\"\\uD800\" ~ an escape is half a surrogate pair",
        "\"\\uD800\\n\" ~ an escape is half a surrogate pair",
        "\"\\uD800\\uD800\" ~ an escape is half a surrogate pair",
        "\"\\uDC00\" ~ an escape is half a surrogate pair",
        "/* no */ 1 ~ expected a value, found '/'"})
    void refuses(String text, String message) {
        malformed(() -> parse(text), "t.json: line 1, column ", message);
    }

    @Test
    void refusesWhatNoTableCanHold() {
        malformed(() -> parse("{\n  \"😀\": [1,\n 😀]}"), "line 3, column 2: expected a value, found '😀'");
        malformed(() -> parse("\"a\nb\""), "column 3: a text holds the control character U+000A");
        malformed(() -> parse("[1]\u0000"), "column 4: expected the end of the text, found U+0000");
        malformed(() -> parse("\u0000"), "expected a value, found U+0000");
        malformed(() -> parse("\"\uD800\""), "column 2: a text holds half a surrogate pair");
        malformed(() -> parse("\"\uDE00\uD83D\""), "a text holds half a surrogate pair");
        malformed(() -> parse("\uFEFF1"), "a byte order mark does not belong here");
        malformed(() -> parse("1".repeat(2000)), "a number of 2000 characters passes the limit");
        malformed(() -> parse("\u00a01"), "expected a value");
    }

    @Test
    void boundsTheDepth() {
        String deepest = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
        assertEquals(deepest, Json.compact(parse(deepest)));
        malformed(() -> parse("[" + deepest + "]"), "column 65: nested deeper than 64 levels");
        malformed(() -> parse("{\"a\":".repeat(100_000)), "nested deeper than 64 levels");
        JsonValue nested = JsonValue.array(List.of(parse(deepest)));
        refused(IllegalArgumentException.class, () -> Json.compact(nested), "nested deeper than 64 levels");
        refused(IllegalArgumentException.class, () -> Json.pretty(nested), "nested deeper than 64 levels");
    }

    @Test
    void boundsTheNumberOfValues() {
        malformed(() -> parse("[" + "0,".repeat(Json.MAX_VALUES) + "0]"), "more than 2097152 values");
    }

    @Test
    void refusesBadUtf8() {
        int[][] bad = {{0xFF}, {0xC0, 0x80}, {0xE2, 0x82}, {0xED, 0xA0, 0x80}, {0xF4, 0x90, 0x80, 0x80}, {0x80}};
        for (int[] bytes : bad) {
            byte[] text = new byte[bytes.length + 3];
            text[0] = '"';
            text[1] = 'a';
            for (int i = 0; i < bytes.length; i++) {
                text[i + 2] = (byte) bytes[i];
            }
            text[text.length - 1] = '"';
            malformed(() -> Json.parse(text, "t.json"), "t.json: byte 2 is not UTF-8");
        }
        malformed(() -> Json.parse(new byte[] {'"', (byte) 0xE2}, "t.json"), "byte 1 is not UTF-8");
    }

    @Test
    void everyPrefixIsRefused() {
        String text = Json.compact(SAMPLE);
        for (int end = 0; end < text.length(); end++) {
            String prefix = text.substring(0, end);
            assertThrows(FormatException.class, () -> parse(prefix), prefix);
        }
    }

    @Test
    void decodesEscapes() {
        assertEquals(new JsonString("\"\\/\b\f\n\r\tA\u00e9😀"),
                parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00E9\\uD83D\\uDE00\""));
        assertEquals(new JsonString("\u007f\u2028"), parse("\"\u007f\u2028\""));
    }

    @Test
    void refusesToWriteWhatJsonCannotSay() {
        refused(IllegalArgumentException.class, () -> JsonValue.of(Double.NaN), "JSON has no number NaN");
        refused(IllegalArgumentException.class, () -> JsonValue.object().put("arp", Double.NEGATIVE_INFINITY),
                "member 'arp' is -Infinity, which JSON cannot say");
        refused(IllegalArgumentException.class, () -> JsonValue.object().put("a", Float.NaN), "member 'a' is NaN");
        refused(IllegalArgumentException.class, () -> JsonValue.object().put("a", 1).put("a", 2), "put twice");
        refused(IllegalArgumentException.class, () -> Json.compact(new JsonString("\uD800")), "surrogate");
        refused(IllegalArgumentException.class, () -> new JsonNumber("1,5"), "'1,5' is not a JSON number");
        refused(IllegalArgumentException.class, () -> new JsonNumber(""), "is not a JSON number");
    }

    @Test
    void messagesStayOnOneLine() {
        malformed(() -> parse("{\"a\\nERROR\\u001b[31m\\u2028\":1,\"a\\nERROR\\u001b[31m\\u2028\":1}"),
                "'a\\u000AERROR\\u001B[31m\\u2028' appears twice");
        malformed(() -> Json.parse("x", "bad\nname"), "bad\\u000Aname: line 1");
    }

    @Test
    void readsAndWritesFiles(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("a.json");
        Json.write(file, SAMPLE);
        assertEquals(SAMPLE, Json.read(file));
        Files.writeString(file, "{");
        malformed(() -> Json.read(file), file + ": line 1, column 2: expected a name");
        refused(UncheckedIOException.class, () -> Json.read(folder.resolve("none.json")), "cannot read ", "none.json",
                "no such file");
    }
}
