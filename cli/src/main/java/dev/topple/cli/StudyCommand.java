// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code topple study}: without a name it says which studies there are. */
@Command(name = "study", mixinStandardHelpOptions = true,
        description = "Studies how attacks work: an experiment from start to finish, with its table and a JSON file.",
        subcommands = {ExactnessCommand.class, GridCommand.class, GradientFreeCommand.class, CatalogueCommand.class})
final class StudyCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
