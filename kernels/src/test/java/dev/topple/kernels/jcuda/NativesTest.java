// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsLinux() {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "JCuda's libraries are for Linux on x86-64");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void eachContentHasItsFolder() throws Exception {
        Path root = folder.resolve("natives");
        Path one = Natives.place(root, "X", bytes("one"));
        Path other = Natives.place(root, "X", bytes("other"));
        assertNotEquals(one, other);
        assertEquals(one.getFileName(), other.getFileName());
        assertEquals("one", Files.readString(one));
        assertEquals("other", Files.readString(other));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
    }

    @Test
    void aFileThatIsThereStaysUnlessItIsDamaged() throws Exception {
        Path file = Natives.place(folder, "X", bytes("content"));
        Object first = Files.getAttribute(file, "unix:ino");
        Natives.place(folder, "X", bytes("content"));
        assertEquals(first, Files.getAttribute(file, "unix:ino"));

        Files.writeString(file, "contEnt");
        Natives.place(folder, "X", bytes("content"));
        assertEquals("content", Files.readString(file));
        Files.writeString(file, "con");
        Natives.place(folder, "X", bytes("content"));
        assertEquals("content", Files.readString(file));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void refusesAFolderWhereOthersMayWrite() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        IOException refusal = assertThrows(IOException.class, () -> Natives.place(shared, "X", bytes("content")));
        assertEquals("others may write there", refusal.getMessage());
    }

    @Test
    void choosesTheUsersCacheFirst() {
        assertEquals(List.of(Path.of("/caches/topple/natives"), Path.of("/tmp/topple-natives-ann")),
                Natives.roots(Map.of("XDG_CACHE_HOME", "/caches"), "/home/ann", "ann", "/tmp"));
        assertEquals(Path.of("/home/ann/.cache/topple/natives"),
                Natives.roots(Map.of("XDG_CACHE_HOME", "relative"), "/home/ann", "ann", "/tmp").getFirst());
    }

    @Test
    void namesALibraryThatIsMissing() {
        UnavailableException refusal =
                assertThrows(UnavailableException.class, () -> new Natives(List.of(folder)).load("JNothing",
                        UnaryOperator.identity(), () -> {}));
        assertTrue(refusal.getMessage().contains("lib/libJNothing-"), refusal.getMessage());
    }

    @Test
    void severalJvmsAtOnceGetWholeLibraries() throws Exception {
        Path root = folder.resolve("natives");
        Path start = folder.resolve("start");
        List<ChildJvm> children = new ArrayList<>();
        for (int child = 0; child < 3; child++) {
            children.add(new ChildJvm(folder, Map.of(), List.of(), NativesMain.class, root.toString(),
                    start.toString()));
        }
        Thread.sleep(400);
        Files.createFile(start);
        for (ChildJvm child : children) {
            ChildJvm.Result result = child.await();
            assertEquals(List.of(), result.errors());
            assertEquals(List.of("0 12000 true true"), result.output());
            assertEquals(0, result.status());
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        assertEquals(2, files.size(), files.toString());
        for (Path file : files) {
            String library = file.getFileName().toString().contains("Driver") ? "JCudaDriver" : "JCudaRuntime";
            assertArrayEquals(Natives.content(library), Files.readAllBytes(file));
        }
    }
}
