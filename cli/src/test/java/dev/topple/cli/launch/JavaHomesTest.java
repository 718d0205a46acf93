// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JavaHomesTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1.8.0_402, 8", "11.0.2, 11", "17.0.15, 17", "25, 25", "25.0.3, 25", "26-ea, 26", "'', 0", "x, 0"})
    void readsTheVersionOfARelease(String text, int version) throws IOException {
        assertEquals(version, JavaHomes.version(home("java", text, "")));
    }

    @Test
    void aFolderWithoutAReleaseIsNoJava() {
        assertEquals(0, JavaHomes.version(folder));
        assertFalse(JavaHomes.suits(folder.resolve("nowhere")));
    }

    @Test
    void anImageWithoutTheVectorApiDoesNotSuit() throws IOException {
        assertFalse(JavaHomes.suits(home("without", "25", "java.base java.desktop")));
        assertTrue(JavaHomes.suits(home("with", "25", "java.base jdk.incubator.vector java.desktop")));
        assertTrue(JavaHomes.suits(home("unlisted", "25", "")));
    }

    @Test
    void takesTheFirstThatIsNewEnough() throws IOException {
        Path old = home("old", "17.0.15", "");
        Path onPath = home("path", "25.0.1", "");
        Path javaHome = home("home", "26", "");
        assertEquals(Optional.of(javaHome), find(javaHome, old, onPath));
        assertEquals(Optional.of(onPath.toRealPath()), find(old, old, onPath));
    }

    @Test
    void prefersTheOldestThatSuitsInAFolderOfMany() throws IOException {
        Path old = home("old", "17", "");
        home(".jdks/b", "25.0.2", "");
        home(".jdks/a", "27", "");
        home(".jdks/c", "21", "");
        // A machine-wide Java that suits comes first and is as good.
        Optional<Path> found = find(old, old, old);
        assertTrue(found.isPresent());
        assertTrue(found.get().equals(folder.resolve(".jdks/b")) || !found.get().startsWith(folder));
    }

    private Optional<Path> find(Path javaHome, Path running, Path onPath) {
        Map<String, String> environment =
                Map.of("JAVA_HOME", javaHome.toString(), "PATH", onPath.resolve("bin").toString());
        return new JavaHomes(environment, running, folder).find();
    }

    private Path home(String name, String version, String modules) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"" + version + "\"\n"
                + (modules.isEmpty() ? "" : "MODULES=\"" + modules + "\"\n"));
        Path java = JavaHomes.executable(home);
        Files.writeString(java, "");
        assertTrue(java.toFile().setExecutable(true));
        return home;
    }
}
