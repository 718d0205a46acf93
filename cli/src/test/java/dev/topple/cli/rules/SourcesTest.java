// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How a source file looks, as far as the formatter does not see to it. */
class SourcesTest {

    private static final int LONGEST = 500;
    private static final List<String> HEADER =
            List.of("// Copyright 2026 the Topple authors", "// SPDX-License-Identifier: Apache-2.0");

    private final List<Path> main = Code.sources("main");
    private final List<Path> all = Stream.concat(main.stream(), Code.sources("test").stream()).toList();

    @Test
    void filesHaveOneSubject() {
        assertFalse(main.isEmpty());
        List<String> offenders = main.stream().filter(file -> Code.lines(file).size() > LONGEST)
                .map(file -> file + " has " + Code.lines(file).size() + " lines").toList();
        assertEquals(List.of(), offenders, "more than " + LONGEST + " lines: split the second subject off");
    }

    @Test
    void filesSayTheirLicense() {
        List<Path> offenders = all.stream()
                .filter(file -> !Code.lines(file).stream().limit(HEADER.size()).toList().equals(HEADER)).toList();
        assertEquals(List.of(), offenders, "start with " + HEADER);
    }

    @Test
    void packagesSayWhatTheyHold() {
        List<Path> offenders = main.stream().filter(file -> !file.endsWith("module-info.java")).map(Path::getParent)
                .distinct().filter(folder -> !Files.exists(Code.root().resolve(folder).resolve("package-info.java")))
                .toList();
        assertEquals(List.of(), offenders, "without package-info.java");
    }

    @Test
    void packageCommentsAreNotEmpty() {
        List<Path> offenders = main.stream().filter(file -> file.endsWith("package-info.java"))
                .filter(file -> Code.lines(file).stream().noneMatch(line -> line.startsWith("/**"))).toList();
        assertEquals(List.of(), offenders, "without a doc comment");
    }
}
