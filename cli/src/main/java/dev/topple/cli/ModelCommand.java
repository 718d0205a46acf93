// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code topple model}. */
@Command(name = "model", mixinStandardHelpOptions = true, description = "Describes models and converts weights.",
        subcommands = {DescribeCommand.class, ConvertCommand.class})
final class ModelCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say describe or convert");
    }
}
