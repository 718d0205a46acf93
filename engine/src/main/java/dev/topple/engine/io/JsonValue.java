// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/** A JSON value (RFC 8259), immutable. {@link JsonView} reads one with types and good messages. */
public sealed interface JsonValue {

    /** Members in the order in which they stand in the text; equality ignores the order. */
    record JsonObject(Map<String, JsonValue> members) implements JsonValue {

        /** Copies the members. */
        public JsonObject {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
            members.forEach((name, value) -> {
                Objects.requireNonNull(name, "a member's name");
                Objects.requireNonNull(value, name);
            });
        }
    }

    /** Values in order. */
    record JsonArray(List<JsonValue> elements) implements JsonValue {

        /** Copies the elements. */
        public JsonArray {
            elements = List.copyOf(elements);
        }
    }

    /** A text. */
    record JsonString(String text) implements JsonValue {

        /** Refuses null. */
        public JsonString {
            Objects.requireNonNull(text);
        }
    }

    /** A number, kept as its literal, so that every long and every double survives. Equality is of literals. */
    record JsonNumber(String literal) implements JsonValue {

        private static final double EXACT_INTEGERS = 0x1p53;

        /** Refuses what is no JSON number. */
        public JsonNumber {
            if (scan(literal, 0) != literal.length() || literal.isEmpty()) {
                throw new IllegalArgumentException(Messages.line(Messages.quote(literal) + " is not a JSON number"));
            }
        }

        /** The nearest double; infinite if the literal is out of range. */
        public double toDouble() {
            return Double.parseDouble(literal);
        }

        /** The integer, if it is one and a long holds it; {@code 1.0} and {@code 1e3} are integers up to 2^53. */
        public OptionalLong toLong() {
            if (literal.chars().allMatch(c -> c == '-' || Character.isDigit(c))) {
                try {
                    return OptionalLong.of(Long.parseLong(literal));
                } catch (NumberFormatException e) {
                    return OptionalLong.empty();
                }
            }
            double value = toDouble();
            boolean exact = value == Math.rint(value) && Math.abs(value) <= EXACT_INTEGERS;
            return exact ? OptionalLong.of((long) value) : OptionalLong.empty();
        }

        /** Where the number that starts at {@code from} ends, or {@code -1 - i} if character i breaks the grammar. */
        static int scan(String text, int from) {
            int i = from;
            if (at(text, i) == '-') {
                i++;
            }
            if (!digit(at(text, i))) {
                return -1 - i;
            }
            if (at(text, i) == '0') {
                i++;
                if (digit(at(text, i))) {
                    return -1 - i;
                }
            }
            i = digits(text, i);
            if (at(text, i) == '.') {
                i++;
                if (!digit(at(text, i))) {
                    return -1 - i;
                }
                i = digits(text, i);
            }
            if (at(text, i) == 'e' || at(text, i) == 'E') {
                i++;
                if (at(text, i) == '+' || at(text, i) == '-') {
                    i++;
                }
                if (!digit(at(text, i))) {
                    return -1 - i;
                }
                i = digits(text, i);
            }
            return i;
        }

        private static int digits(String text, int from) {
            int i = from;
            while (digit(at(text, i))) {
                i++;
            }
            return i;
        }

        private static char at(String text, int i) {
            return i < text.length() ? text.charAt(i) : 0;
        }

        private static boolean digit(char c) {
            return c >= '0' && c <= '9';
        }
    }

    /** True or false. */
    record JsonBoolean(boolean value) implements JsonValue {
    }

    /** null. */
    record JsonNull() implements JsonValue {
    }

    /** A text. */
    static JsonValue of(String text) {
        return new JsonString(text);
    }

    /** An integer. */
    static JsonValue of(long value) {
        return new JsonNumber(Long.toString(value));
    }

    /** A finite number, by the shortest literal that reads back as the same double. */
    static JsonValue of(double value) {
        return new JsonNumber(finite(value, Double.toString(value)));
    }

    /** A finite number, by the shortest literal that reads back as the same float. */
    static JsonValue of(float value) {
        return new JsonNumber(finite(value, Float.toString(value)));
    }

    private static String finite(double value, String literal) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "JSON has no number " + literal + "; leave the member out, or write null or a text");
        }
        return literal;
    }

    /** True or false. */
    static JsonValue of(boolean value) {
        return new JsonBoolean(value);
    }

    /** An array. */
    static JsonArray array(List<? extends JsonValue> elements) {
        return new JsonArray(new ArrayList<>(elements));
    }

    /** An array of texts. */
    static JsonArray strings(Collection<String> texts) {
        return array(texts.stream().map(JsonValue::of).toList());
    }

    /** An array of finite numbers. */
    static JsonArray numbers(double... values) {
        List<JsonValue> elements = new ArrayList<>(values.length);
        for (double value : values) {
            elements.add(of(value));
        }
        return array(elements);
    }

    /** An array of integers. */
    static JsonArray integers(int... values) {
        List<JsonValue> elements = new ArrayList<>(values.length);
        for (int value : values) {
            elements.add(of((long) value));
        }
        return array(elements);
    }

    /** An object, member by member. */
    static Builder object() {
        return new Builder();
    }

    /** Collects the members of an object in order; a name may be put once. */
    final class Builder {

        private final Map<String, JsonValue> members = new LinkedHashMap<>();

        private Builder() {
        }

        /** Adds any value. */
        public Builder put(String name, JsonValue value) {
            Objects.requireNonNull(value, name);
            if (members.putIfAbsent(Objects.requireNonNull(name), value) != null) {
                throw new IllegalArgumentException(Messages.line("member " + Messages.quote(name) + " was put twice"));
            }
            return this;
        }

        /** Adds a text. */
        public Builder put(String name, String text) {
            return put(name, of(text));
        }

        /** Adds an integer. */
        public Builder put(String name, long value) {
            return put(name, of(value));
        }

        /** Adds a finite number. */
        public Builder put(String name, double value) {
            return put(name, named(name, value, Double.toString(value)));
        }

        /** Adds a finite number, as short as its float allows. */
        public Builder put(String name, float value) {
            return put(name, named(name, value, Float.toString(value)));
        }

        private static JsonValue named(String name, double value, String literal) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(Messages.line("member " + Messages.quote(name)
                        + " is " + literal + ", which JSON cannot say; leave it out, or put null or a text"));
            }
            return new JsonNumber(literal);
        }

        /** Adds true or false. */
        public Builder put(String name, boolean value) {
            return put(name, of(value));
        }

        /** Adds an array. */
        public Builder put(String name, List<? extends JsonValue> elements) {
            return put(name, array(elements));
        }

        /** The object. */
        public JsonObject build() {
            return new JsonObject(members);
        }
    }
}
