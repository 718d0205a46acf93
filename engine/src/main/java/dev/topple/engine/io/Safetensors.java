// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.io.SafetensorsHeader.Entry;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes tensors in the format safetensors: the length of the header (8 bytes, little-endian), a header in JSON, the
 * elements. Equal tensors and metadata give equal bytes, whatever the order of the maps. {@link SafetensorsFile} reads.
 */
public final class Safetensors {

    private static final Set<StoredType> FLOATS = Set.of(StoredType.F32, StoredType.F16, StoredType.BF16);

    private Safetensors() {
    }

    /** Writes a file {@linkplain AtomicFiles in one step}, f32 as {@link StoredType#F32}. */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        write(file, tensors, metadata, StoredType.F32);
    }

    /**
     * Writes a file {@linkplain AtomicFiles in one step}.
     *
     * @param metadata texts that go with the tensors; may be empty
     * @param floats how to store f32: F32, F16 or BF16, rounded to nearest; a finite value that would overflow is
     *        refused
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata,
            StoredType floats) {
        SafetensorsHeader header = header(tensors, metadata, floats, file.toString());
        AtomicFiles.write(file, out -> writeTo(out, header, tensors));
    }

    /** The bytes of a file. */
    public static byte[] encode(Map<String, Tensor> tensors, Map<String, String> metadata, StoredType floats) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writeTo(out, header(tensors, metadata, floats, "safetensors"), tensors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static SafetensorsHeader header(Map<String, Tensor> tensors, Map<String, String> metadata,
            StoredType floats, String source) {
        if (!FLOATS.contains(floats)) {
            throw new IllegalArgumentException("floats can be stored as F32, F16 or BF16, not as " + floats);
        }
        List<Entry> entries = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            StoredType stored = tensor.dtype() == DType.F32 ? floats : StoredType.of(tensor.dtype());
            ElementCodec.checkStorable(tensor, stored, SafetensorsHeader.tensor(source, name));
            entries.add(new Entry(name, stored, tensor.shape(), 0, 0));
        });
        return SafetensorsHeader.layOut(entries, metadata);
    }

    private static void writeTo(OutputStream out, SafetensorsHeader header, Map<String, Tensor> tensors)
            throws IOException {
        byte[] json = header.encode();
        out.write(ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).array());
        out.write(json);
        for (Entry entry : header.entries().values()) {
            ElementCodec.encode(tensors.get(entry.name()), entry.stored(), out);
        }
    }
}
