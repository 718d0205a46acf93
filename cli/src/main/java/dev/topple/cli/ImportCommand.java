// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.cli.importer.NyuV2Import;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topple data import}. */
@Command(name = "import", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Converts a data set from a file that Topple does not read itself into a folder that it does.")
final class ImportCommand implements Callable<Integer> {

    private static final String NYUV2 = "nyuv2";

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FORM", description = "What it is: 'nyuv2' for nyu_depth_v2_labeled.mat.")
    private String form;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file.")
    private Path file;

    @Option(names = "--out", paramLabel = "FOLDER", required = true, description = "The folder to make.")
    private Path out;

    @Option(names = "--mapping", paramLabel = "FILE", description = "The table that maps the file's 894 classes to 40."
            + " Default: " + NyuV2Import.MAPPING + " beside the file.")
    private Optional<Path> mapping;

    @Override
    public Integer call() throws IOException {
        if (!form.equals(NYUV2)) {
            throw new IllegalArgumentException("'" + form + "' is no form that is converted; " + NYUV2 + " is. Other"
                    + " data sets are read as they are: see topple data list");
        }
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + " is a folder; what is in folders is read as it is: --data nyuv2:"
                    + file);
        }
        Output.requireFile(out);
        Path table = mapping.orElseGet(() -> file.resolveSibling(NyuV2Import.MAPPING));
        if (!Files.exists(table)) {
            throw new IllegalArgumentException("there is no " + table + ", the table that maps the file's classes to"
                    + " the usual 40 (it is published with Gupta et al., CVPR 2013); name it with --mapping");
        }
        PrintWriter err = spec.commandLine().getErr();
        NyuV2Import.Result result;
        try (Progress progress = new Progress(err, "importing", 1000)) {
            result = NyuV2Import.run(file, table, out, (done, of) -> progress.at(1000L * done / of,
                    "image " + done + " of " + of));
        }
        result.problems().forEach(problem -> err.println("topple: skipped " + Complaint.line(problem)));
        if (!result.problems().isEmpty()) {
            err.println("topple: " + Figures.count(result.problems().size(), "image") + " left out, " + result.images()
                    + " written");
        }
        spec.commandLine().getOut().println("Written: " + out + " (" + Figures.count(result.images(), "image")
                + "); use it as --data nyuv2:" + out);
        return 0;
    }
}
