// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.io.JsonValue.JsonArray;
import dev.topple.engine.io.JsonValue.JsonBoolean;
import dev.topple.engine.io.JsonValue.JsonNull;
import dev.topple.engine.io.JsonValue.JsonNumber;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonValue.JsonString;
import java.util.List;
import java.util.Map;

/** Writes values as text, on one line or indented. */
final class JsonWriter {

    private static final int WIDTH = 120;

    private final StringBuilder out = new StringBuilder();

    private JsonWriter() {
    }

    static String compact(JsonValue value) {
        JsonWriter writer = new JsonWriter();
        writer.compact(value, 0);
        return writer.out.toString();
    }

    static String pretty(JsonValue value) {
        JsonWriter writer = new JsonWriter();
        writer.pretty(value, 0);
        return writer.out.append('\n').toString();
    }

    private void compact(JsonValue value, int depth) {
        switch (value) {
            case JsonObject object -> {
                check(depth);
                char separator = '{';
                for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
                    out.append(separator);
                    string(member.getKey());
                    out.append(':');
                    compact(member.getValue(), depth + 1);
                    separator = ',';
                }
                out.append(object.members().isEmpty() ? "{}" : "}");
            }
            case JsonArray array -> {
                check(depth);
                char separator = '[';
                for (JsonValue element : array.elements()) {
                    out.append(separator);
                    compact(element, depth + 1);
                    separator = ',';
                }
                out.append(array.elements().isEmpty() ? "[]" : "]");
            }
            case JsonString string -> string(string.text());
            case JsonNumber number -> out.append(number.literal());
            case JsonBoolean bool -> out.append(bool.value());
            case JsonNull nothing -> out.append("null");
        }
    }

    private void pretty(JsonValue value, int depth) {
        switch (value) {
            case JsonObject object when !object.members().isEmpty() -> {
                check(depth);
                String separator = "{";
                for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
                    out.append(separator);
                    indent(depth + 1);
                    string(member.getKey());
                    out.append(": ");
                    pretty(member.getValue(), depth + 1);
                    separator = ",";
                }
                indent(depth);
                out.append('}');
            }
            case JsonArray array when !array.elements().isEmpty() -> {
                check(depth);
                if (array.elements().stream().noneMatch(JsonWriter::nests)) {
                    plain(array.elements(), depth);
                } else {
                    String separator = "[";
                    for (JsonValue element : array.elements()) {
                        out.append(separator);
                        indent(depth + 1);
                        pretty(element, depth + 1);
                        separator = ",";
                    }
                    indent(depth);
                    out.append(']');
                }
            }
            default -> compact(value, depth);
        }
    }

    private static boolean nests(JsonValue value) {
        return value instanceof JsonObject || value instanceof JsonArray;
    }

    /** Plain values on one line if they fit, otherwise filled into as many lines as they need. */
    private void plain(List<JsonValue> elements, int depth) {
        List<String> texts = elements.stream().map(JsonWriter::compact).toList();
        int lineStart = out.lastIndexOf("\n") + 1;
        long length = out.length() - lineStart + 3;
        for (String text : texts) {
            length += text.length() + 2;
        }
        if (length <= WIDTH) {
            out.append('[').append(String.join(", ", texts)).append(']');
            return;
        }
        out.append('[');
        indent(depth + 1);
        int used = 2 * (depth + 1);
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i) + (i + 1 < texts.size() ? "," : "");
            if (i > 0 && used + 1 + text.length() > WIDTH) {
                indent(depth + 1);
                used = 2 * (depth + 1);
            } else if (i > 0) {
                out.append(' ');
                used++;
            }
            out.append(text);
            used += text.length();
        }
        indent(depth);
        out.append(']');
    }

    private void indent(int depth) {
        out.append('\n').repeat("  ", depth);
    }

    private static void check(int depth) {
        if (depth >= Json.MAX_DEPTH) {
            throw new IllegalArgumentException("a JSON value is nested deeper than " + Json.MAX_DEPTH + " levels");
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else if (!Character.isSurrogate(c)) {
                        out.append(c);
                    } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                        out.append(c).append(text.charAt(++i));
                    } else {
                        throw new IllegalArgumentException(
                                Messages.line("the text " + Messages.quote(text) + " holds half a surrogate pair"));
                    }
                }
            }
        }
        out.append('"');
    }
}
