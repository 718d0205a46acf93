// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.io.JsonValue.JsonArray;
import dev.topple.engine.io.JsonValue.JsonBoolean;
import dev.topple.engine.io.JsonValue.JsonNull;
import dev.topple.engine.io.JsonValue.JsonNumber;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonValue.JsonString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A JSON value together with where it stands, read with types. Every accessor refuses a value of another kind with a
 * {@link FormatException} such as {@code results.json: attacks[2].eps: expected a number, found a text}.
 */
public final class JsonView {

    private final String source;
    private final String path;
    private final JsonValue value;

    private JsonView(String source, String path, JsonValue value) {
        this.source = source;
        this.path = path;
        this.value = value;
    }

    /** The whole of a value; {@code source} is what messages call it. */
    public static JsonView of(JsonValue value, String source) {
        return new JsonView(source, "", value);
    }

    /** The whole of a file. */
    public static JsonView read(Path file) {
        return of(Json.read(file), file.toString());
    }

    /** The value itself. */
    public JsonValue value() {
        return value;
    }

    /** Where it stands, such as {@code attacks[2].eps}; empty for the whole. */
    public String path() {
        return path;
    }

    /** The member of that name of an object; refuses if there is none. */
    public JsonView field(String name) {
        JsonValue member = members().get(name);
        if (member == null) {
            throw fail("the member " + Messages.quote(name) + " is missing");
        }
        return new JsonView(source, child(name), member);
    }

    /** The member of that name of an object, unless it is missing or null. */
    public Optional<JsonView> optional(String name) {
        JsonValue member = members().get(name);
        return member == null || member instanceof JsonNull
                ? Optional.empty()
                : Optional.of(new JsonView(source, child(name), member));
    }

    /** The members of an object, in order. */
    public Map<String, JsonView> fields() {
        Map<String, JsonView> fields = new LinkedHashMap<>();
        members().forEach((name, member) -> fields.put(name, new JsonView(source, child(name), member)));
        return fields;
    }

    /** Refuses an object that has a member of any other name: the spelling mistakes in files that people write. */
    public JsonView only(Set<String> names) {
        for (String name : members().keySet()) {
            if (!names.contains(name)) {
                throw fail("unknown member " + Messages.quote(name) + "; known are "
                        + String.join(", ", names.stream().sorted().toList()));
            }
        }
        return this;
    }

    /** The elements of an array. */
    public List<JsonView> elements() {
        if (!(value instanceof JsonArray(List<JsonValue> elements))) {
            throw expected("an array");
        }
        List<JsonView> views = new ArrayList<>(elements.size());
        for (JsonValue element : elements) {
            views.add(new JsonView(source, path + "[" + views.size() + "]", element));
        }
        return views;
    }

    /** The element of that index of an array; refuses if there is none. */
    public JsonView element(int index) {
        if (!(value instanceof JsonArray(List<JsonValue> elements))) {
            throw expected("an array");
        }
        if (index < 0 || index >= elements.size()) {
            throw fail("there is no element " + index + " among " + elements.size());
        }
        return new JsonView(source, path + "[" + index + "]", elements.get(index));
    }

    /** The text. */
    public String asString() {
        if (value instanceof JsonString(String text)) {
            return text;
        }
        throw expected("a text");
    }

    /** The number, which a double must hold. */
    public double asDouble() {
        if (!(value instanceof JsonNumber number)) {
            throw expected("a number");
        }
        double result = number.toDouble();
        if (Double.isInfinite(result)) {
            throw fail(number.literal() + " is out of the range of a 64-bit floating-point number");
        }
        return result;
    }

    /** The integer, which a long must hold. */
    public long asLong() {
        if (!(value instanceof JsonNumber number)) {
            throw expected("an integer");
        }
        OptionalLong result = number.toLong();
        return result.orElseThrow(() -> fail("expected a 64-bit integer, found " + number.literal()));
    }

    /** The integer, which an int must hold. */
    public int asInt() {
        long result = asLong();
        if (result != (int) result) {
            throw fail("expected a 32-bit integer, found " + result);
        }
        return (int) result;
    }

    /** True or false. */
    public boolean asBoolean() {
        if (value instanceof JsonBoolean(boolean truth)) {
            return truth;
        }
        throw expected("true or false");
    }

    /** Whether the value is null. */
    public boolean isNull() {
        return value instanceof JsonNull;
    }

    /** The refusal of this value for a reason of the caller's own. */
    public FormatException fail(String problem) {
        return new FormatException(path.isEmpty() ? source : source + ": " + path, problem);
    }

    private Map<String, JsonValue> members() {
        if (value instanceof JsonObject(Map<String, JsonValue> members)) {
            return members;
        }
        throw expected("an object");
    }

    private String child(String name) {
        String shown = name.matches("[A-Za-z_][A-Za-z0-9_-]{0,99}") ? name : "[" + Messages.quote(name) + "]";
        return path.isEmpty() || shown.startsWith("[") ? path + shown : path + "." + shown;
    }

    private FormatException expected(String what) {
        return fail("expected " + what + ", found " + switch (value) {
            case JsonObject object -> "an object";
            case JsonArray array -> "an array";
            case JsonString string -> "a text";
            case JsonNumber number -> number.literal();
            case JsonBoolean bool -> bool.value();
            case JsonNull nothing -> "null";
        });
    }
}
