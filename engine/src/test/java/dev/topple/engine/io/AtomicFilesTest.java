// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static dev.topple.engine.io.IoTests.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {

    @TempDir
    Path folder;

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void createsAndReplaces() throws IOException {
        Path file = folder.resolve("a.bin");
        byte[] large = new byte[200_001];
        large[200_000] = 7;
        AtomicFiles.write(file, "old");
        AtomicFiles.write(file, large);
        assertArrayEquals(large, Files.readAllBytes(file));
        assertEquals(List.of("a.bin"), listing());
    }

    @Test
    void targetKeepsItsContentUntilTheEnd() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFiles.write(file, "old");
        AtomicFiles.write(file, out -> {
            out.write(new byte[100_000]);
            out.flush();
            assertEquals("old", Files.readString(file));
            assertEquals(2, listing().size());
        });
        assertEquals(100_000, Files.size(file));
    }

    @Test
    void failureLeavesNothingBehind() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFiles.write(file, "old");
        refused(UncheckedIOException.class, () -> AtomicFiles.write(file, out -> {
            out.write(1);
            throw new IOException("disk on fire");
        }), "cannot write " + file + ": disk on fire");
        IllegalStateException mine = new IllegalStateException("mine");
        assertSame(mine, assertThrows(IllegalStateException.class, () -> AtomicFiles.write(file, out -> {
            throw mine;
        })));
        assertThrows(StackOverflowError.class, () -> AtomicFiles.write(file, out -> {
            throw new StackOverflowError();
        }));
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("a.txt"), listing());
    }

    @Test
    void refusesWhatIsNoFile() throws IOException {
        refused(UncheckedIOException.class, () -> AtomicFiles.write(folder, "x"), "it is a folder");
        refused(UncheckedIOException.class, () -> AtomicFiles.write(Path.of("/"), "x"), "it is a folder");
        refused(UncheckedIOException.class, () -> AtomicFiles.write(folder.resolve("no/a.txt"), "x"),
                "there is no folder " + folder.resolve("no"));
        AtomicFiles.write(folder.resolve("file"), "x");
        refused(UncheckedIOException.class, () -> AtomicFiles.write(folder.resolve("file/a.txt"), "x"),
                "is not a folder");
        Path device = Path.of("/dev/null");
        Assumptions.assumeTrue(Files.exists(device));
        refused(UncheckedIOException.class, () -> AtomicFiles.write(device, "x"), "not a regular file");
    }

    @Test
    void followsLinks() throws IOException {
        Path target = folder.resolve("target");
        Path link = folder.resolve("link");
        AtomicFiles.write(target, "old");
        Files.createSymbolicLink(link, target);
        AtomicFiles.write(link, "new");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(target));
    }

    @Test
    void permissionsAreThoseOfAnyNewFile() throws IOException {
        Path plain = Files.createFile(folder.resolve("plain"));
        Path atomic = folder.resolve("atomic");
        AtomicFiles.write(atomic, "x");
        Assumptions.assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
        assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(atomic));
    }

    @Test
    void relativePathsWork() {
        Path relative = Path.of("").toAbsolutePath().relativize(folder.toAbsolutePath()).resolve("r.txt");
        AtomicFiles.write(relative, "x");
        assertTrue(Files.exists(folder.resolve("r.txt")));
    }
}
