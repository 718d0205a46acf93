// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.io.SafetensorsHeader.Entry;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open safetensors file: its header is read and checked when it is opened, each tensor when it is asked for. A file
 * on disk is mapped, so a large one costs no more memory than the tensors that are read; close it to unmap it. Tensors
 * are copies and outlive it. Safe for use by several threads.
 */
public final class SafetensorsFile implements AutoCloseable {

    private static final int LARGEST_STREAM = 1 << 30;

    private final String source;
    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    /** Takes the arena that {@code all} lies in, or any if it lies in none. */
    private SafetensorsFile(String source, Arena arena, MemorySegment all) {
        this.source = source;
        this.arena = arena;
        long size = all.byteSize();
        if (size < SafetensorsHeader.LENGTH_BYTES) {
            throw new FormatException(source, "a file of " + size + " bytes is too short for safetensors");
        }
        long length = all.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        long rest = size - SafetensorsHeader.LENGTH_BYTES;
        if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
            throw new FormatException(source, "this is no safetensors file: the header's length, "
                    + Long.toUnsignedString(length) + ", passes the format's limit of " + SafetensorsHeader.MAX_BYTES);
        }
        if (length > rest) {
            throw new FormatException(source,
                    "the header's " + length + " bytes pass the end of the file; it may be truncated");
        }
        byte[] json = all.asSlice(SafetensorsHeader.LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        this.data = all.asSlice(SafetensorsHeader.LENGTH_BYTES + length);
        this.header = SafetensorsHeader.parse(json, data.byteSize(), source);
    }

    /**
     * Maps a file.
     *
     * @throws FormatException if it is no well-formed safetensors file
     * @throws UncheckedIOException if it cannot be read
     */
    public static SafetensorsFile open(Path file) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment all = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
            SafetensorsFile result = new SafetensorsFile(file.toString(), arena, all);
            opened = true;
            return result;
        } catch (IOException e) {
            throw Messages.cannot("read", file, e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    /**
     * A file in memory, which must not change while this is in use.
     *
     * @param source what messages call it
     */
    public static SafetensorsFile of(byte[] bytes, String source) {
        return new SafetensorsFile(source, Arena.ofShared(), MemorySegment.ofArray(bytes).asReadOnly());
    }

    /**
     * Reads a stream of at most 1 GiB to its end, for a model that lies in a jar; does not close it.
     *
     * @param source what messages call it
     */
    public static SafetensorsFile of(InputStream in, String source) {
        try {
            byte[] bytes = in.readNBytes(LARGEST_STREAM + 1);
            if (bytes.length > LARGEST_STREAM) {
                throw new FormatException(source, "more than " + LARGEST_STREAM + " bytes; open it as a file");
            }
            return of(bytes, source);
        } catch (IOException e) {
            throw Messages.cannot("read", source, e);
        }
    }

    /** What messages call it: the file's path. */
    public String source() {
        return source;
    }

    /** The names of the tensors, in the order of their data. */
    public List<String> names() {
        return List.copyOf(header.entries().keySet());
    }

    /** Whether there is a tensor of that name. */
    public boolean contains(String name) {
        return header.entries().containsKey(name);
    }

    /** The texts that came with the tensors: {@code __metadata__}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** One text of {@link #metadata}. */
    public Optional<String> metadata(String key) {
        return Optional.ofNullable(header.metadata().get(key));
    }

    /** How the file stores a tensor's elements. */
    public StoredType stored(String name) {
        return entry(name).stored();
    }

    /** The type that {@link #read} gives. */
    public TensorType type(String name) {
        Entry entry = entry(name);
        return new TensorType(entry.stored().dtype(), entry.shape());
    }

    /**
     * Reads a tensor.
     *
     * @throws FormatException if there is none of that name, or an element does not fit the engine's type
     */
    public Tensor read(String name) {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException(source + " was closed before " + Messages.quote(name) + " was read");
        }
        Entry entry = entry(name);
        MemorySegment slice = data.asSlice(entry.begin(), entry.end() - entry.begin());
        return ElementCodec.decode(entry.stored(), slice, entry.shape(), ByteOrder.LITTLE_ENDIAN,
                SafetensorsHeader.tensor(source, name));
    }

    /** Reads all tensors, in the order of their data. */
    public Map<String, Tensor> readAll() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        header.entries().keySet().forEach(name -> tensors.put(name, read(name)));
        return tensors;
    }

    private Entry entry(String name) {
        Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new FormatException(SafetensorsHeader.tensor(source, name), "there is no such tensor in the file");
        }
        return entry;
    }

    /** Unmaps the file; reading afterwards is refused. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @Override
    public String toString() {
        return "SafetensorsFile " + source + ", " + header.entries().size() + " tensors";
    }
}
