// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.DeviceFailedException;
import dev.topple.engine.DeviceUnavailableException;
import dev.topple.engine.OutOfDeviceMemoryException;
import dev.topple.engine.io.FormatException;
import dev.topple.mtl.train.DivergedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code topple}. */
@Command(name = "topple", description = "Attacks all tasks of a multi-task vision model at once.",
        mixinStandardHelpOptions = true, versionProvider = Main.Version.class,
        subcommands = {AttackCommand.class, TrainCommand.class, EvaluateCommand.class, StudyCommand.class,
            TraceCommand.class, DataCommand.class, ModelCommand.class, DevicesCommand.class},
        footer = {"", "Exit status: 0 success, 2 bad input, 1 a failure of Topple.",
            "Start with: topple attack"})
public final class Main implements Runnable {

    /** The exit status where a person has to change something. */
    static final int BAD_INPUT = 2;
    /** The exit status where Topple has to be changed. */
    static final int FAILURE = 1;

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
            err.println("topple: " + Complaint.line(misuse(problem)));
            return BAD_INPUT;
        });
        line.setExecutionExceptionHandler((problem, command, result) -> report(problem, err));
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            err.println("topple: there is not enough memory; take a smaller --batch, --limit or --size, or give Java"
                    + " more: TOPPLE_JAVA_OPTIONS=-Xmx8g");
            return BAD_INPUT;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** What is wrong with a command line, and where to look for what is right. */
    private static String misuse(ParameterException problem) {
        String command = problem.getCommandLine().getCommandSpec().qualifiedName();
        String hint = "see " + command + " --help";
        if (!(problem instanceof UnmatchedArgumentException unmatched) || unmatched.getUnmatched().isEmpty()) {
            return problem.getMessage() + " (" + hint + ")";
        }
        String first = unmatched.getUnmatched().get(0);
        boolean expectsCommand = !problem.getCommandLine().getSubcommands().isEmpty();
        String what = first.startsWith("-") ? "there is no option " + first
                : expectsCommand ? "there is no command " + command + " " + first : "what is '" + first + "' for?";
        List<String> similar = unmatched.getSuggestions();
        return what + (similar.isEmpty() ? "" : "; did you mean " + similar.get(0) + "?") + " (" + hint + ")";
    }

    static int report(Exception problem, PrintWriter err) {
        if (problem instanceof DeviceFailedException) {
            err.println("topple: " + Complaint.line("the device failed: " + problem.getMessage())
                    + "; --device cpu does the same without it; if it happens again, please report it");
            return FAILURE;
        }
        Optional<String> complaint = switch (problem) {
            case IllegalArgumentException e -> Optional.of(String.valueOf(e.getMessage()));
            case FormatException e -> Optional.of(e.getMessage());
            case OutOfDeviceMemoryException e ->
                    Optional.of(e.getMessage() + "; take a smaller --batch, or --device cpu");
            case DeviceUnavailableException e -> Optional.of(e.getMessage());
            case DivergedException e -> Optional.of(e.getMessage());
            case UncheckedIOException e -> Optional.of(Complaint.of(e));
            case IOException e -> Optional.of(Complaint.of(e));
            default -> Optional.empty();
        };
        if (complaint.isPresent()) {
            err.println("topple: " + Complaint.line(complaint.get()));
            return BAD_INPUT;
        }
        err.println("topple: internal error: " + Complaint.line(problem.toString())
                + "; please report it with the lines below");
        problem.printStackTrace(err);
        return FAILURE;
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
