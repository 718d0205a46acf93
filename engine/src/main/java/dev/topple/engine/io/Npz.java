// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.tensor.Tensor;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Reads and writes NumPy's npz files: a zip of {@link Npy npy} files, one for each named array. What an archive unpacks
 * to is bounded, whatever its own directory claims.
 */
public final class Npz {

    /** The most bytes of elements that {@link #read(Path)} unpacks: 1 GiB. */
    public static final long MAX_BYTES = 1L << 30;

    private static final int MOST_ENTRIES = 1 << 16;
    private static final String SUFFIX = ".npy";
    /** The earliest time that a zip can say: equal arrays give equal bytes at any time and in any time zone. */
    private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

    private Npz() {
    }

    /** Reads all arrays, of at most {@link #MAX_BYTES} together, in the order of the archive. */
    public static Map<String, Tensor> read(Path file) {
        return read(file, MAX_BYTES);
    }

    /**
     * Reads all arrays.
     *
     * @param maxBytes the most bytes of elements, all arrays together
     * @throws FormatException if the archive or an array is malformed, a name appears twice, or a limit is passed
     */
    public static Map<String, Tensor> read(Path file, long maxBytes) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            if (zip.size() > MOST_ENTRIES) {
                throw new FormatException(file.toString(),
                        zip.size() + " entries pass the limit of " + MOST_ENTRIES);
            }
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            long left = maxBytes;
            List<? extends ZipEntry> entries = Collections.list(zip.entries());
            for (ZipEntry entry : entries) {
                String where = file + ": " + Messages.quote(entry.getName());
                if (!entry.getName().endsWith(SUFFIX)) {
                    throw new FormatException(where, "an npz file holds .npy files alone");
                }
                String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
                if (arrays.containsKey(name)) {
                    throw new FormatException(where, "the name appears twice");
                }
                Tensor array = read(zip, entry, left, where);
                left -= (long) array.shape().size() * StoredType.of(array.dtype()).bytes();
                arrays.put(name, array);
            }
            return Collections.unmodifiableMap(arrays);
        } catch (ZipException | EOFException e) {
            throw new FormatException(file.toString(), "this is no readable zip file: " + reason(e), e);
        } catch (IOException e) {
            throw Messages.cannot("read", file, e);
        }
    }

    private static Tensor read(ZipFile zip, ZipEntry entry, long left, String where) throws IOException {
        // ZipFile itself does not compare checksums.
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            Tensor array = Npy.read(in, left, where);
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw new FormatException(where, "the zip entry is damaged: its checksum is wrong");
            }
            return array;
        } catch (ZipException | EOFException e) {
            throw new FormatException(where, "the zip entry is damaged: " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? "it ends too early" : e.getMessage();
    }

    /** Writes a file {@linkplain AtomicFiles in one step}: compressed, sorted by name, equal bytes for equal arrays. */
    public static void write(Path file, Map<String, Tensor> arrays) {
        arrays.forEach((name, array) -> Npy.check(array, StoredType.of(array.dtype()),
                file + ": " + Messages.quote(name)));
        AtomicFiles.write(file, out -> {
            ZipOutputStream zip = new ZipOutputStream(new Unclosed(out));
            for (Map.Entry<String, Tensor> array : new TreeMap<>(arrays).entrySet()) {
                ZipEntry entry = new ZipEntry(array.getKey() + SUFFIX);
                entry.setTimeLocal(EPOCH);
                zip.putNextEntry(entry);
                Npy.encode(array.getValue(), StoredType.of(array.getValue().dtype()), zip);
                zip.closeEntry();
            }
            zip.close();
        });
    }

    /** Lets the zip be closed, which frees its native memory, without closing the file below. */
    private static final class Unclosed extends FilterOutputStream {

        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
