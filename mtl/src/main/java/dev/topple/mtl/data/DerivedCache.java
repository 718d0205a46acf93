// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Keeps in a folder what is slow to derive from files. An entry's name is a checksum of what it was derived from and
 * how, so it never goes stale; inside is a checksum of its content, so a damaged entry is noticed and made anew, with
 * one remark for all of them. A folder that cannot be written costs a remark and time, nothing else. Several threads
 * and processes may use one folder.
 */
public final class DerivedCache {

    private static final byte[] MAGIC = {'T', 'o', 'p', 'p', 'l', 'e', 'D', '1'};
    private static final int CHECKSUM = 32;

    private final Optional<Path> folder;
    private final Consumer<String> remarks;
    private final AtomicBoolean damageTold = new AtomicBoolean();
    private final AtomicBoolean failureTold = new AtomicBoolean();

    private DerivedCache(Optional<Path> folder, Consumer<String> remarks) {
        this.folder = folder;
        this.remarks = remarks;
    }

    /**
     * A cache in a folder, which is made when it is needed.
     *
     * @param remarks is told, in a line, of damaged entries and of a folder that cannot be used; by any thread
     */
    public static DerivedCache in(Path folder, Consumer<String> remarks) {
        return new DerivedCache(Optional.of(folder), remarks);
    }

    /** A cache that keeps nothing. */
    public static DerivedCache none() {
        return new DerivedCache(Optional.empty(), remark -> {});
    }

    /**
     * What was derived from a source, from the folder if it is there.
     *
     * @param kind names what is derived, and the version of how
     * @param source the content that it is derived from
     * @param length how many bytes it has
     * @param derivation makes it
     */
    byte[] get(String kind, byte[] source, int length, Supplier<byte[]> derivation) {
        if (folder.isEmpty()) {
            return derivation.get();
        }
        MessageDigest digest = Sha256.digest();
        digest.update(kind.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        String key = HexFormat.of().formatHex(digest.digest(source));
        Path file = folder.get().resolve(kind).resolve(key.substring(0, 40));
        try {
            return unpack(Files.readAllBytes(file), length);
        } catch (NoSuchFileException e) {
            // Not derived before.
        } catch (IOException e) {
            if (!damageTold.getAndSet(true)) {
                remarks.accept("a file of the cache is unusable and is made anew, as will be others like it: " + file
                        + ": " + e.getMessage());
            }
        }
        byte[] derived = derivation.get();
        keep(file, derived);
        return derived;
    }

    private void keep(Path file, byte[] derived) {
        try {
            Files.createDirectories(file.getParent());
            byte[] packed = pack(derived);
            AtomicFiles.write(file, out -> out.write(packed));
        } catch (IOException | UncheckedIOException e) {
            if (!failureTold.getAndSet(true)) {
                remarks.accept("the cache cannot be written, so the work is done again next time: " + e.getMessage());
            }
        }
    }

    private static byte[] pack(byte[] content) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(content);
            deflater.finish();
            byte[] packed = new byte[MAGIC.length + CHECKSUM + content.length + content.length / 1000 + 64];
            System.arraycopy(MAGIC, 0, packed, 0, MAGIC.length);
            System.arraycopy(Sha256.digest().digest(content), 0, packed, MAGIC.length, CHECKSUM);
            int at = MAGIC.length + CHECKSUM;
            while (!deflater.finished()) {
                if (at == packed.length) {
                    packed = Arrays.copyOf(packed, 2 * packed.length);
                }
                at += deflater.deflate(packed, at, packed.length - at);
            }
            return Arrays.copyOf(packed, at);
        } finally {
            deflater.end();
        }
    }

    private static byte[] unpack(byte[] packed, int length) throws IOException {
        int start = MAGIC.length + CHECKSUM;
        if (packed.length < start || !Arrays.equals(packed, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException("it is no such file, or cut off");
        }
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed, start, packed.length - start);
            byte[] content = new byte[length];
            int at = 0;
            while (at < length && !inflater.finished() && !inflater.needsInput()) {
                at += inflater.inflate(content, at, length - at);
            }
            if (at < length
                    || !Arrays.equals(Sha256.digest().digest(content), 0, CHECKSUM, packed, MAGIC.length, start)) {
                throw new IOException("its checksum is wrong");
            }
            return content;
        } catch (DataFormatException e) {
            throw new IOException("it is damaged", e);
        } finally {
            inflater.end();
        }
    }
}
