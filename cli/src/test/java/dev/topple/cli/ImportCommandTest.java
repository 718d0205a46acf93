// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.cli.importer.MatFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {

    @TempDir
    private Path folder;

    private String place(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aFileBecomesAFolderThatIsRead() throws IOException {
        MatFiles.nyuV2(folder.resolve("nyu.mat"), 3);
        MatFiles.mapping(folder.resolve("classMapping40.mat"), IntStream.range(0, 894).map(c -> 40).toArray());
        String written = run("data", "import", "nyuv2", place("nyu.mat"), "--out", place("nyuv2")).succeeded().out();
        assertEquals("Written: " + place("nyuv2") + " (3 images); use it as --data nyuv2:" + place("nyuv2"),
                written.strip());
        run("data", "preview", "--data", "nyuv2:" + place("nyuv2") + ",classes=40", "--cache", "none", "--out",
                place("sheet.png")).succeeded();
        run("data", "import", "nyuv2", place("nyu.mat"), "--out", place("nyuv2")).refused("nyuv2 is a folder");
        Files.delete(folder.resolve("classMapping40.mat"));
        run("data", "import", "nyuv2", place("nyu.mat"), "--out", place("other")).refused("--mapping");
    }

    @Test
    void mistakesAreExplained() {
        run("data", "import", "imagenet", place("x"), "--out", place("y")).refused("'imagenet'", "topple data list");
        run("data", "import", "nyuv2", folder.toString(), "--out", place("y")).refused("is a folder", "--data nyuv2:");
        run("data", "import", "nyuv2", place("x.mat")).refused("--out");
        run("data", "preview", "--data", "nyuv2:" + place("x.mat"), "--out", place("y.png")).refused("no such");
        run("data", "preview", "--data", "taskonomy:" + place("x"), "--out", place("y.png")).refused("no such folder");
        run("data", "preview", "--data", "taskonomy:" + folder + ",split=all", "--out", place("y.png"))
                .refused("split=test_small", "'all'");
        run("data", "preview", "--data", "taskonomy:" + folder + ",classes=13", "--out", place("y.png"))
                .refused("labels=corrected", "'classes'");
        run("data", "preview", "--data", "taskonomy:" + folder, "--out", place("y.png")).refused("there is no test");
        assertTrue(run("data", "list").succeeded().out().contains("taskonomy:FOLDER"));
    }
}
