// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes files so that a reader, at any instant and after any crash, finds the old content or the new one, never a
 * part: the content goes to a file beside the target, reaches the disk, and then takes the target's name in one
 * step. On failure the target is untouched and the file beside it is deleted. A process that is killed leaves a
 * hidden file {@code .NAME.….tmp} behind, which may be deleted.
 */
public final class AtomicFiles {

    private AtomicFiles() {
    }

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {

        /** Writes everything to {@code out}, which is buffered and need not be closed. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Creates or replaces a file. A symbolic link is followed. Whatever {@code content} throws, the target stays as it
     * was.
     *
     * @throws java.io.UncheckedIOException if there is no such folder, the target is no regular file, or writing fails
     */
    public static void write(Path target, Content content) {
        try {
            Path resolved = Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target;
            if (Files.exists(resolved) && !Files.isRegularFile(resolved)) {
                throw new FileSystemException(target.toString(), null,
                        Files.isDirectory(resolved) ? "it is a folder" : "it is not a regular file");
            }
            Path name = resolved.getFileName();
            if (name == null) {
                throw new FileSystemException(target.toString(), null, "it is a folder");
            }
            Path folder = resolved.toAbsolutePath().getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                throw new FileSystemException(target.toString(), null,
                        Files.exists(folder) ? folder + " is not a folder" : "there is no folder " + folder);
            }
            replace(resolved, name, content);
            force(folder);
        } catch (IOException e) {
            throw Messages.cannot("write", target, e);
        }
    }

    /** Creates or replaces a file of bytes. */
    public static void write(Path target, byte[] content) {
        write(target, out -> out.write(content));
    }

    /** Creates or replaces a file of text, in UTF-8. */
    public static void write(Path target, String content) {
        write(target, content.getBytes(StandardCharsets.UTF_8));
    }

    private static void replace(Path target, Path name, Content content) throws IOException {
        // Not Files.createTempFile: its files are private to the owner, and so the result would be. Should the name
        // exist, CREATE_NEW fails and nothing is lost.
        Path beside = target.resolveSibling("." + name + "." + Long.toHexString(System.nanoTime()) + "-"
                + Thread.currentThread().threadId() + ".tmp");
        FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        boolean done = false;
        try {
            try (channel) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(beside);
            }
        }
    }

    /** Makes the renaming itself durable, where the file system can (Windows cannot open folders). */
    private static void force(Path folder) {
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // The content is safe on the disk under one of the two names; only their order of arrival is not.
            return;
        }
    }
}
