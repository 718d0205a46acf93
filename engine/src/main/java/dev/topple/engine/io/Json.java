// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads and writes JSON by RFC 8259, strictly: no comments, no trailing commas, no duplicate names, no lone surrogates,
 * nothing after the value. Both directions are bounded, so that a hostile text is refused before it costs much.
 */
public final class Json {

    /** The deepest nesting of arrays and objects that is read or written. */
    public static final int MAX_DEPTH = 64;
    /** The longest text that is read, in bytes. */
    public static final int MAX_BYTES = 128 << 20;
    /** The most values that a text may hold. */
    public static final int MAX_VALUES = 1 << 21;

    private Json() {
    }

    /**
     * Reads a text.
     *
     * @param source what messages call it: a file's name
     * @throws FormatException with line and column if it is not exactly one JSON value
     */
    public static JsonValue parse(String text, String source) {
        if (text.length() > MAX_BYTES) {
            throw tooLong(source, text.length());
        }
        return new JsonReader(text, source).read();
    }

    /** Reads a text in UTF-8, without a byte order mark. */
    public static JsonValue parse(byte[] utf8, String source) {
        if (utf8.length > MAX_BYTES) {
            throw tooLong(source, utf8.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(utf8);
        CharBuffer chars = CharBuffer.allocate(utf8.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT).decode(bytes, chars, true);
        if (result.isError()) {
            throw new FormatException(source, "byte " + bytes.position() + " is not UTF-8");
        }
        return parse(chars.flip().toString(), source);
    }

    /** Reads a file. */
    public static JsonValue read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw tooLong(file.toString(), size);
            }
            return parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw Messages.cannot("read", file, e);
        }
    }

    /** The value on one line, without spaces. */
    public static String compact(JsonValue value) {
        return JsonWriter.compact(value);
    }

    /** The value indented by two spaces, short arrays of plain values on one line; ends with a line feed. */
    public static String pretty(JsonValue value) {
        return JsonWriter.pretty(value);
    }

    /** Writes a file, {@linkplain #pretty indented}, {@linkplain AtomicFiles in one step}. */
    public static void write(Path file, JsonValue value) {
        AtomicFiles.write(file, pretty(value));
    }

    private static FormatException tooLong(String source, long length) {
        return new FormatException(source, "a JSON text of " + length + " bytes passes the limit of " + MAX_BYTES);
    }
}
