// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What stands before the elements of an npy file.
 *
 * @param fortran whether the first axis varies fastest
 * @param dataOffset the number of bytes before the elements
 */
record NpyHeader(StoredType stored, ByteOrder order, boolean fortran, Shape shape, int dataOffset) {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST = 1 << 16;
    private static final int ALIGNMENT = 64;

    /** The number of bytes of the elements. */
    long dataBytes() {
        return (long) shape.size() * stored.bytes();
    }

    /** The most bytes that reading holds at once for one form of the elements, in the file or in a tensor. */
    long memoryBytes() {
        return (long) shape.size() * Math.max(stored.bytes(), StoredType.of(stored.dtype()).bytes());
    }

    /** Reads a header and leaves the stream at the first element. */
    static NpyHeader read(InputStream in, String source) throws IOException {
        byte[] start = in.readNBytes(8);
        if (start.length < 8 || !Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
            throw new FormatException(source, "this is no npy file: it does not start with \\x93NUMPY and a version");
        }
        int version = start[6];
        if (version < 1 || version > 3 || start[7] != 0) {
            throw new FormatException(source,
                    "npy version " + (version & 0xFF) + "." + (start[7] & 0xFF) + " is unknown; 1.0, 2.0 and 3.0 are");
        }
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] lengthField = in.readNBytes(lengthBytes);
        long length = 0;
        for (int i = lengthField.length - 1; i >= 0; i--) {
            length = length << 8 | lengthField[i] & 0xFF;
        }
        if (length > LONGEST) {
            throw new FormatException(source, "an npy header of " + length + " bytes passes the limit of " + LONGEST);
        }
        byte[] text = in.readNBytes((int) length);
        if (lengthField.length < lengthBytes || text.length < length) {
            throw new FormatException(source, "the npy header is truncated");
        }
        String header = new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return new Parser(header, source).header(8 + lengthBytes + (int) length);
    }

    /** The bytes of a header of version 1.0 for row-major little-endian elements. */
    static byte[] encode(StoredType stored, Shape shape) {
        StringBuilder text = new StringBuilder("{'descr': '").append(stored.bytes() == 1 ? '|' : '<')
                .append(stored.numpy()).append("', 'fortran_order': False, 'shape': (");
        for (int axis = 0; axis < shape.rank(); axis++) {
            text.append(axis > 0 ? " " : "").append(shape.dim(axis)).append(axis + 1 < shape.rank() ? "," : "");
        }
        text.append(shape.rank() == 1 ? ",), }" : "), }");
        int padded = Math.ceilDiv(10 + text.length() + 1, ALIGNMENT) * ALIGNMENT;
        int length = padded - 10;
        if (length >= LONGEST) {
            throw new IllegalArgumentException("a shape of rank " + shape.rank() + " is too long for an npy header");
        }
        text.repeat(' ', length - text.length() - 1).append('\n');
        byte[] bytes = Arrays.copyOf(MAGIC, padded);
        bytes[6] = 1;
        bytes[8] = (byte) length;
        bytes[9] = (byte) (length >>> 8);
        System.arraycopy(text.toString().getBytes(StandardCharsets.ISO_8859_1), 0, bytes, 10, length);
        return bytes;
    }

    /** The part of Python's literals that npy headers use. */
    private static final class Parser {

        private final String text;
        private final String source;
        private int at;

        Parser(String text, String source) {
            this.text = text;
            this.source = source;
        }

        NpyHeader header(int dataOffset) {
            String descr = null;
            Boolean fortran = null;
            Shape shape = null;
            expect('{');
            while (!accept('}')) {
                String key = string();
                expect(':');
                switch (key) {
                    case "descr" -> {
                        once(descr, key);
                        descr = descr();
                    }
                    case "fortran_order" -> {
                        once(fortran, key);
                        fortran = truth();
                    }
                    case "shape" -> {
                        once(shape, key);
                        shape = shape();
                    }
                    default -> throw fail("the key " + Messages.quote(key) + " is unknown");
                }
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            space();
            if (at < text.length()) {
                throw fail("something follows the dictionary");
            }
            if (descr == null || fortran == null || shape == null) {
                throw fail("descr, fortran_order or shape is missing");
            }
            StoredType stored = stored(descr);
            ByteOrder order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            return new NpyHeader(stored, order, fortran, shape, dataOffset);
        }

        private void once(Object before, String key) {
            if (before != null) {
                throw fail("the key " + Messages.quote(key) + " appears twice");
            }
        }

        private String descr() {
            space();
            if (at < text.length() && text.charAt(at) == '[') {
                throw fail("records (structured types) are not supported; save each field as an array of its own");
            }
            return string();
        }

        private StoredType stored(String descr) {
            char order = descr.isEmpty() ? 0 : descr.charAt(0);
            for (StoredType type : StoredType.values()) {
                boolean ordered = order == '<' || order == '>' || order == '|' && type.bytes() == 1;
                if (ordered && !type.numpy().isEmpty() && descr.substring(1).equals(type.numpy())) {
                    return type;
                }
            }
            throw fail("the type " + Messages.quote(descr) + " is not supported; floats f2 f4 f8, integers i1 to i8 and"
                    + " u1 to u8, and b1 are");
        }

        private boolean truth() {
            space();
            boolean value = text.startsWith("True", at);
            if (!value && !text.startsWith("False", at)) {
                throw fail("fortran_order is neither True nor False");
            }
            at += value ? 4 : 5;
            return value;
        }

        private Shape shape() {
            expect('(');
            List<Integer> dims = new ArrayList<>();
            boolean comma = false;
            while (!accept(')')) {
                dims.add(size());
                comma = accept(',');
                if (!comma) {
                    expect(')');
                    break;
                }
            }
            if (dims.size() == 1 && !comma) {
                throw fail("the shape is a number, not a tuple");
            }
            try {
                return Shape.of(dims);
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw fail(String.valueOf(e.getMessage()));
            }
        }

        private int size() {
            space();
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            String digits = text.substring(start, at);
            try {
                return Integer.parseInt(digits);
            } catch (NumberFormatException e) {
                throw fail(digits.isEmpty() ? "the shape is not a tuple of numbers" : "the size " + digits
                        + " of an axis is too large");
            }
        }

        private String string() {
            space();
            char quote = at < text.length() ? text.charAt(at) : 0;
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
                throw fail("expected a text in quotes");
            }
            String result = text.substring(at + 1, end);
            at = end + 1;
            return result;
        }

        private boolean accept(char c) {
            space();
            boolean found = at < text.length() && text.charAt(at) == c;
            at += found ? 1 : 0;
            return found;
        }

        private void expect(char c) {
            if (!accept(c)) {
                throw fail("expected '" + c + "'");
            }
        }

        private void space() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
                at++;
            }
        }

        private FormatException fail(String problem) {
            return new FormatException(source, "npy header, character " + (at + 1) + ": " + problem);
        }
    }
}
