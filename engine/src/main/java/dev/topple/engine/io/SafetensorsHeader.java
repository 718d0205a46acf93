// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What stands before the elements of a safetensors file.
 *
 * @param entries the tensors in the order of their data
 * @param metadata the texts of {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

    /** The size of the number in front of the header, its length. */
    static final int LENGTH_BYTES = 8;
    /** The longest header that the format allows. */
    static final int MAX_BYTES = 100_000_000;

    private static final String METADATA = "__metadata__";
    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");

    /** One tensor: bytes {@code begin} to {@code end} (exclusive), counted from the end of the header. */
    record Entry(String name, StoredType stored, Shape shape, long begin, long end) {
    }

    /**
     * Reads a header.
     *
     * @param dataBytes the number of bytes after the header; the tensors must fill them exactly
     */
    static SafetensorsHeader parse(byte[] json, long dataBytes, String source) {
        if (json.length == 0 || json[0] != '{') {
            throw new FormatException(source, "the header does not start with '{'; this is no safetensors file");
        }
        JsonView root = JsonView.of(Json.parse(json, source + ": header"), source + ": header");
        Map<String, String> metadata = new LinkedHashMap<>();
        List<Entry> entries = new ArrayList<>();
        root.fields().forEach((name, view) -> {
            if (name.equals(METADATA)) {
                view.fields().forEach((key, text) -> metadata.put(key, text.asString()));
            } else {
                entries.add(entry(name, view, dataBytes, source));
            }
        });
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        Map<String, Entry> ordered = new LinkedHashMap<>();
        long filled = 0;
        Entry before = null;
        for (Entry entry : entries) {
            if (entry.begin() < filled && before != null) {
                throw new FormatException(tensor(source, entry.name()), "its data overlaps that of "
                        + Messages.quote(before.name()) + " (byte " + entry.begin() + " comes before byte "
                        + filled + ")");
            }
            if (entry.begin() > filled) {
                throw new FormatException(tensor(source, entry.name()),
                        "bytes " + filled + " to " + entry.begin() + " before its data belong to no tensor");
            }
            filled = entry.end();
            before = entry;
            ordered.put(entry.name(), entry);
        }
        if (filled != dataBytes) {
            throw new FormatException(source, (dataBytes - filled) + " bytes at the end belong to no tensor");
        }
        return new SafetensorsHeader(ordered, metadata);
    }

    private static Entry entry(String name, JsonView view, long dataBytes, String source) {
        view.only(FIELDS);
        String where = tensor(source, name);
        String dtype = view.field("dtype").asString();
        StoredType stored = null;
        for (StoredType candidate : StoredType.values()) {
            stored = candidate.name().equals(dtype) ? candidate : stored;
        }
        if (stored == null) {
            throw new FormatException(where, "the dtype " + Messages.quote(dtype) + " is not supported");
        }
        Shape shape = shape(view.field("shape").elements(), where);
        List<JsonView> offsets = view.field("data_offsets").elements();
        if (offsets.size() != 2) {
            throw new FormatException(where, "data_offsets has " + offsets.size() + " numbers, not 2");
        }
        long begin = offsets.get(0).asLong();
        long end = offsets.get(1).asLong();
        if (begin < 0 || end < begin || end > dataBytes) {
            throw new FormatException(where, "its data, bytes " + begin + " to " + end + ", is not within the "
                    + dataBytes + " bytes after the header; the file may be truncated");
        }
        long needed = (long) shape.size() * stored.bytes();
        if (end - begin != needed) {
            throw new FormatException(where,
                    "it has " + (end - begin) + " bytes, but " + stored + shape + " needs " + needed);
        }
        return new Entry(name, stored, shape, begin, end);
    }

    private static Shape shape(List<JsonView> sizes, String where) {
        int[] dims = new int[sizes.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = sizes.get(i).asInt();
        }
        try {
            return Shape.of(dims);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new FormatException(where, String.valueOf(e.getMessage()), e);
        }
    }

    /** "FILE: tensor 'NAME'". */
    static String tensor(String source, String name) {
        return source + ": tensor " + Messages.quote(name);
    }

    /**
     * Lays tensors out: larger elements first, so that all are aligned, then by name, so that equal content gives equal
     * bytes.
     */
    static SafetensorsHeader layOut(List<Entry> tensors, Map<String, String> metadata) {
        List<Entry> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparingInt((Entry entry) -> -entry.stored().bytes()).thenComparing(Entry::name));
        Map<String, Entry> entries = new LinkedHashMap<>();
        long begin = 0;
        for (Entry entry : sorted) {
            if (entry.name().equals(METADATA)) {
                throw new IllegalArgumentException("a tensor cannot have the name " + METADATA);
            }
            long end = begin + (long) entry.shape().size() * entry.stored().bytes();
            entries.put(entry.name(), new Entry(entry.name(), entry.stored(), entry.shape(), begin, end));
            begin = end;
        }
        return new SafetensorsHeader(entries, new TreeMap<>(metadata));
    }

    /** The header as text, padded with spaces so that the data starts at a multiple of 8. */
    byte[] encode() {
        JsonValue.Builder root = JsonValue.object();
        if (!metadata.isEmpty()) {
            JsonValue.Builder texts = JsonValue.object();
            metadata.forEach(texts::put);
            root.put(METADATA, texts.build());
        }
        entries.forEach((name, entry) -> root.put(name, new JsonObject(fields(entry))));
        byte[] json = Json.compact(root.build()).getBytes(StandardCharsets.UTF_8);
        byte[] padded = new byte[Math.ceilDiv(json.length, 8) * 8];
        Arrays.fill(padded, (byte) ' ');
        System.arraycopy(json, 0, padded, 0, json.length);
        if (padded.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a safetensors header of " + padded.length + " bytes passes the format's limit of " + MAX_BYTES);
        }
        return padded;
    }

    private static Map<String, JsonValue> fields(Entry entry) {
        Map<String, JsonValue> fields = new LinkedHashMap<>();
        fields.put("dtype", JsonValue.of(entry.stored().name()));
        fields.put("shape", JsonValue.integers(entry.shape().dims()));
        fields.put("data_offsets",
                JsonValue.array(List.of(JsonValue.of(entry.begin()), JsonValue.of(entry.end()))));
        return fields;
    }
}
