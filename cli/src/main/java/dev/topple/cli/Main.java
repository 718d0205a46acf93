// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.DeviceUnavailableException;
import dev.topple.engine.io.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code topple}. */
@Command(name = "topple", description = "Attacks all tasks of a multi-task vision model at once.",
        mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        subcommands = {AttackCommand.class, TrainCommand.class, EvaluateCommand.class, DataCommand.class,
                DevicesCommand.class},
        footer = {"", "Exit status: 0 success, 2 bad input, 1 a failure of Topple.",
                "Start with: topple attack"})
public final class Main implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /** A command line without a command asks what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * Runs the program and ends the JVM with its exit status: 0 for success, 2 for bad input, 1 for a failure.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.exit(execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    /**
     * Runs the program.
     *
     * @param out results
     * @param err progress, remarks and errors
     * @param args the command line
     * @return the exit status
     */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new Main());
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((problem, arguments) -> {
            CommandLine command = problem.getCommandLine();
            String hint = "see " + command.getCommandSpec().qualifiedName() + " --help";
            if (problem instanceof CommandLine.UnmatchedArgumentException unmatched
                    && !unmatched.getSuggestions().isEmpty()) {
                hint = "did you mean " + unmatched.getSuggestions().get(0) + "? " + hint;
            }
            command.getErr().println("topple: " + oneLine(problem.getMessage()) + " (" + hint + ")");
            return 2;
        });
        line.setExecutionExceptionHandler((problem, command, result) -> report(problem, command.getErr()));
        return line.execute(args);
    }

    private static int report(Exception problem, PrintWriter err) {
        switch (problem) {
            case IllegalArgumentException e -> err.println("topple: " + oneLine(e.getMessage()));
            case FormatException e -> err.println("topple: " + oneLine(e.getMessage()));
            case DeviceUnavailableException e -> err.println("topple: " + oneLine(e.getMessage()));
            case UncheckedIOException e -> err.println("topple: " + oneLine(describe(e.getCause())));
            case IOException e -> err.println("topple: " + oneLine(describe(e)));
            default -> {
                err.println("topple: internal error: " + problem + "; please report it with the lines below");
                problem.printStackTrace(err);
                return 1;
            }
        }
        return 2;
    }

    /** Java says of a missing file just its name. */
    private static String describe(IOException problem) {
        return switch (problem) {
            case NoSuchFileException e -> "there is no file " + e.getFile();
            case java.nio.file.AccessDeniedException e -> "no permission for " + e.getFile();
            case java.nio.file.NotDirectoryException e -> "not a folder: " + e.getFile();
            default -> String.valueOf(problem.getMessage());
        };
    }

    private static String oneLine(String message) {
        return String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    /** The version and the commit that this program was built from. */
    static String version() {
        Properties properties = new Properties();
        try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version") + " (commit " + properties.getProperty("commit") + ")";
    }

    /** What {@code --version} prints: the version, the commit and the Java. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"topple " + version() + ", Java " + Runtime.version()};
        }
    }
}
