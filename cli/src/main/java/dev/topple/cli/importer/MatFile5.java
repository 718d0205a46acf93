// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.importer;

import dev.topple.engine.io.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The arrays of numbers in a MAT-file of level 5, as MATLAB writes unless it is asked for version 7.3 (The MathWorks,
 * "MAT-File Format"): small tables that come beside data sets. Other variables (cells, structures, texts) are passed
 * over. Later ones, of version 7.3, are HDF5 files.
 */
final class MatFile5 {

    private static final int HEADER = 128;
    private static final int VERSION = 0x100;
    private static final long MOST_BYTES = 16 << 20;
    private static final int MOST_UNPACKED = 64 << 20;

    private static final int MATRIX = 14;
    private static final int COMPRESSED = 15;
    /** The classes of arrays of numbers: double to uint64. */
    private static final int FIRST_NUMERIC = 6;
    private static final int LAST_NUMERIC = 15;

    private final String source;

    private MatFile5(String source) {
        this.source = source;
    }

    /** Part of a file: what it holds, and of which type. */
    private record Element(int type, ByteBuffer data) {}

    /**
     * Reads a file.
     *
     * @return the elements of each numeric array, first axis fastest, by name
     * @throws FormatException if it is no such file, or damaged
     * @throws UncheckedIOException if it cannot be read
     */
    static Map<String, double[]> read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new FormatException(file.toString(), "it is too large for a table; tables are read from MAT-files"
                        + " of level 5");
            }
            return new MatFile5(file.toString()).arrays(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": "
                    + (Files.exists(file) ? e.getMessage() : "there is no such file"), e);
        }
    }

    private Map<String, double[]> arrays(ByteBuffer file) {
        boolean little = file.remaining() >= HEADER && file.get(126) == 'I' && file.get(127) == 'M';
        boolean big = file.remaining() >= HEADER && file.get(126) == 'M' && file.get(127) == 'I';
        file.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        if (!(little || big) || file.getShort(124) != VERSION) {
            throw new FormatException(source, "this is no MAT-file of level 5");
        }
        file.position(HEADER);
        Map<String, double[]> arrays = new LinkedHashMap<>();
        while (file.hasRemaining()) {
            Element element = element(file);
            if (element.type() == COMPRESSED) {
                element = element(inflated(element.data()));
            }
            if (element.type() == MATRIX) {
                array(element.data(), arrays);
            }
        }
        return arrays;
    }

    private FormatException damaged(String problem) {
        return new FormatException(source, "the MAT-file is damaged: " + problem);
    }

    /** The next element, beginning with its tag; short ones have their data inside the tag. */
    private Element element(ByteBuffer from) {
        if (from.remaining() < 8) {
            throw damaged("it is cut off");
        }
        int start = from.position();
        int first = from.getInt();
        int shortLength = first >>> 16;
        int type = shortLength == 0 ? first : first & 0xFFFF;
        int length = shortLength == 0 ? from.getInt() : shortLength;
        if (length < 0 || length > (shortLength == 0 ? from.remaining() : 4)) {
            throw damaged("an element of " + Integer.toUnsignedLong(length) + " bytes does not fit");
        }
        Element element = new Element(type, from.slice(from.position(), length).order(from.order()));
        // All but compressed elements are padded to 8 bytes.
        int end = shortLength != 0 ? start + 8
                : start + 8 + (type == COMPRESSED ? length : (int) Math.min((length + 7L) & ~7L, from.remaining()));
        from.position(Math.min(end, from.limit()));
        return element;
    }

    private ByteBuffer inflated(ByteBuffer packed) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed);
            byte[] content = new byte[8];
            fill(inflater, content, 0);
            int length = ByteBuffer.wrap(content).order(packed.order()).getInt(4);
            if (length < 0 || length > MOST_UNPACKED) {
                throw damaged("an array of " + Integer.toUnsignedLong(length) + " bytes is no table");
            }
            byte[] whole = Arrays.copyOf(content, 8 + length);
            fill(inflater, whole, 8);
            return ByteBuffer.wrap(whole).order(packed.order());
        } catch (DataFormatException e) {
            throw damaged("what is compressed cannot be unpacked");
        } finally {
            inflater.end();
        }
    }

    private void fill(Inflater inflater, byte[] content, int from) throws DataFormatException {
        int at = from;
        while (at < content.length) {
            int read = inflater.inflate(content, at, content.length - at);
            if (read == 0) {
                throw damaged("what is compressed ends early");
            }
            at += read;
        }
    }

    private void array(ByteBuffer matrix, Map<String, double[]> arrays) {
        ByteBuffer flags = element(matrix).data();
        int kind = flags.remaining() < 8 ? -1 : flags.getInt(0) & 0xFF;
        if (kind < FIRST_NUMERIC || kind > LAST_NUMERIC) {
            return;
        }
        ByteBuffer dims = element(matrix).data();
        long count = dims.remaining() < 8 ? -1 : 1;
        while (dims.remaining() >= 4) {
            int dim = dims.getInt();
            count = dim < 0 || count < 0 || count > MOST_UNPACKED ? -1 : count * dim;
        }
        String name = StandardCharsets.ISO_8859_1.decode(element(matrix).data()).toString();
        Element values = element(matrix);
        int bytes = bytes(values.type());
        if (count < 0 || count > MOST_UNPACKED || count * bytes != values.data().remaining()) {
            throw damaged("the array " + name + " has not as many numbers as it says");
        }
        double[] numbers = new double[(int) count];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(values, i * bytes);
        }
        arrays.put(name, numbers);
    }

    private int bytes(int type) {
        return switch (type) {
            case 1, 2 -> 1;
            case 3, 4 -> 2;
            case 5, 6, 7 -> 4;
            case 9, 12, 13 -> 8;
            default -> throw damaged("numbers of the type " + type + " are unknown");
        };
    }

    private static double number(Element values, int at) {
        ByteBuffer data = values.data();
        return switch (values.type()) {
            case 1 -> data.get(at);
            case 2 -> data.get(at) & 0xFF;
            case 3 -> data.getShort(at);
            case 4 -> data.getShort(at) & 0xFFFF;
            case 5 -> data.getInt(at);
            case 6 -> data.getInt(at) & 0xFFFFFFFFL;
            case 7 -> data.getFloat(at);
            case 9 -> data.getDouble(at);
            default -> data.getLong(at);
        };
    }
}
