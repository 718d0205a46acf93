// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.study.CataloguePage;
import dev.topple.attacks.study.Measured;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple study catalogue}. */
@Command(name = "catalogue", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = "Writes the page of all attacks and balancers, in Markdown: what they are, and what they did in a"
                + " run of 'topple attack --attack all --balance all'.")
final class CatalogueCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--results", required = true, paramLabel = "FILE",
            description = "The run's results.json, or what --keep wrote of one.")
    private Path results;

    @Option(names = "--keep", paramLabel = "FILE", description = "Writes here what the page shows of the run.")
    private Optional<Path> keep = Optional.empty();

    @Option(names = "--page", paramLabel = "FILE", description = "Where the page goes. Default: standard output.")
    private Optional<Path> page = Optional.empty();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (!Files.exists(results)) {
            throw new NoSuchFileException(results.toString());
        }
        keep.ifPresent(Output::requireFile);
        page.ifPresent(Output::requireFile);
        Measured measured = Measured.of(JsonView.read(results));
        keep.ifPresent(file -> Json.write(file, measured.toJson()));
        String text = CataloguePage.of(measured);
        if (page.isEmpty()) {
            out.print(text);
            return 0;
        }
        Path beside = page.get().resolveSibling(page.get().getFileName() + ".part");
        Files.writeString(beside, text);
        Files.move(beside, page.get(), StandardCopyOption.REPLACE_EXISTING);
        out.println("Written: " + page.get());
        return 0;
    }
}
