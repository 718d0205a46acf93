// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.io.JsonValue.JsonArray;
import dev.topple.engine.io.JsonValue.JsonBoolean;
import dev.topple.engine.io.JsonValue.JsonNull;
import dev.topple.engine.io.JsonValue.JsonNumber;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonValue.JsonString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recursive descent over one text; the depth limit bounds the recursion. */
final class JsonReader {

    private static final int LONGEST_NUMBER = 1024;

    private final String text;
    private final String source;
    private int at;
    private int depth;
    private int values;

    JsonReader(String text, String source) {
        this.text = text;
        this.source = source;
    }

    JsonValue read() {
        if (text.startsWith("\uFEFF")) {
            throw fail(0, "a byte order mark does not belong here");
        }
        space();
        JsonValue value = value();
        space();
        if (at < text.length()) {
            throw fail(at, "expected the end of the text, found " + found(at));
        }
        return value;
    }

    private JsonValue value() {
        if (++values > Json.MAX_VALUES) {
            throw fail(at, "more than " + Json.MAX_VALUES + " values");
        }
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> new JsonString(string());
            case 't' -> word("true", new JsonBoolean(true));
            case 'f' -> word("false", new JsonBoolean(false));
            case 'n' -> word("null", new JsonNull());
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw fail(at, "expected a value, found " + found(at));
        };
    }

    private JsonObject object() {
        enter();
        Map<String, JsonValue> members = new LinkedHashMap<>();
        space();
        if (peek() == '}') {
            leave();
            return new JsonObject(members);
        }
        while (true) {
            if (peek() != '"') {
                throw fail(at, "expected a name in double quotes, found " + found(at));
            }
            int start = at;
            String name = string();
            if (members.containsKey(name)) {
                throw fail(start, "the name " + Messages.quote(name) + " appears twice in one object");
            }
            space();
            if (peek() != ':') {
                throw fail(at, "expected ':' after a name, found " + found(at));
            }
            at++;
            space();
            members.put(name, value());
            space();
            if (peek() == '}') {
                leave();
                return new JsonObject(members);
            }
            if (peek() != ',') {
                throw fail(at, "expected ',' or '}', found " + found(at));
            }
            at++;
            space();
        }
    }

    private JsonArray array() {
        enter();
        List<JsonValue> elements = new ArrayList<>();
        space();
        if (peek() == ']') {
            leave();
            return new JsonArray(elements);
        }
        while (true) {
            elements.add(value());
            space();
            if (peek() == ']') {
                leave();
                return new JsonArray(elements);
            }
            if (peek() != ',') {
                throw fail(at, "expected ',' or ']', found " + found(at));
            }
            at++;
            space();
        }
    }

    private void enter() {
        if (++depth > Json.MAX_DEPTH) {
            throw fail(at, "nested deeper than " + Json.MAX_DEPTH + " levels");
        }
        at++;
    }

    private void leave() {
        depth--;
        at++;
    }

    private JsonValue word(String word, JsonValue value) {
        if (!text.startsWith(word, at)) {
            throw fail(at, "expected a value, found " + found(at) + " (did you mean " + word + "?)");
        }
        at += word.length();
        return value;
    }

    private JsonNumber number() {
        int end = JsonNumber.scan(text, at);
        if (end < 0) {
            int bad = -1 - end;
            boolean zero = bad < text.length() && Character.isDigit(text.charAt(bad));
            throw fail(bad, zero ? "a number has a leading zero" : "expected a digit, found " + found(bad));
        }
        if (end - at > LONGEST_NUMBER) {
            throw fail(at, "a number of " + (end - at) + " characters passes the limit of " + LONGEST_NUMBER);
        }
        JsonNumber number = new JsonNumber(text.substring(at, end));
        at = end;
        return number;
    }

    private String string() {
        int start = at++;
        StringBuilder out = null;
        int plain = at;
        while (true) {
            if (at >= text.length()) {
                throw fail(start, "a text that starts here has no closing quote");
            }
            char c = text.charAt(at);
            if (c == '"') {
                String rest = text.substring(plain, at++);
                return out == null ? rest : out.append(rest).toString();
            }
            if (c < ' ') {
                throw fail(at, "a text holds the control character " + found(at) + "; write it as an escape");
            }
            if (c == '\\') {
                out = out == null ? new StringBuilder() : out;
                out.append(text, plain, at);
                escape(out);
                plain = at;
            } else if (Character.isSurrogate(c)) {
                if (!Character.isSurrogatePair(c, at + 1 < text.length() ? text.charAt(at + 1) : 0)) {
                    throw fail(at, "a text holds half a surrogate pair");
                }
                at += 2;
            } else {
                at++;
            }
        }
    }

    private void escape(StringBuilder out) {
        int start = at++;
        char c = peek();
        switch (c) {
            case '"', '\\', '/' -> out.append(c);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> {
                unicode(start, out);
                return;
            }
            default -> throw fail(start, "unknown escape: a backslash, then " + found(at));
        }
        at++;
    }

    private void unicode(int start, StringBuilder out) {
        char first = hex(start);
        if (!Character.isSurrogate(first)) {
            out.append(first);
            return;
        }
        if (!text.startsWith("\\u", at)) {
            throw fail(start, "an escape is half a surrogate pair");
        }
        at++;
        char second = hex(start);
        if (!Character.isSurrogatePair(first, second)) {
            throw fail(start, "an escape is half a surrogate pair");
        }
        out.append(first).append(second);
    }

    /** The character of the four digits after the {@code u} at the present place, which moves past them. */
    private char hex(int start) {
        int code = 0;
        for (int i = 1; i <= 4; i++) {
            char c = at + i < text.length() ? text.charAt(at + i) : 0;
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw fail(start, "a \\u escape needs four hexadecimal digits");
            }
            code = code << 4 | digit;
        }
        at += 5;
        return (char) code;
    }

    private void space() {
        while (at < text.length()) {
            switch (text.charAt(at)) {
                case ' ', '\t', '\n', '\r' -> at++;
                default -> {
                    return;
                }
            }
        }
    }

    /** The present character, or 0 at the end; a NUL in the text is legal nowhere, so the two need no distinction. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private String found(int position) {
        if (position >= text.length()) {
            return "the end of the text";
        }
        int c = text.codePointAt(position);
        return c < ' ' || c == 127 ? String.format("U+%04X", c) : "'" + Character.toString(c) + "'";
    }

    private FormatException fail(int position, String problem) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < position; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        int column = text.codePointCount(lineStart, position) + 1;
        return new FormatException(source, "line " + line + ", column " + column + ": " + problem);
    }
}
