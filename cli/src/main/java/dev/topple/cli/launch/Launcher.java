// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.launch;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The main class of the jar. Where the running Java is new enough and has the Vector API switched on, the program goes
 * on here; otherwise it is started again in a process of its own, which inherits standard input and output, receives
 * the signals and gives its exit status. For Java 8.
 */
public final class Launcher {

    private static final String LAUNCHED = "topple.launched";
    private static final String TERMINAL = "topple.terminal";

    /** How the names of the classes with vector kernels begin, within dev.topple.engine.cpu. */
    private static final String[] KERNELS = {"blocked.Wide", "blocked.Middle", "blocked.Narrow", "blocked.Vector",
        "blocked.WinogradVector", "blocked.EpilogueLanes", "blocked.BlockVectors", "kernel.Vector", "kernel.Gemm"};

    private Launcher() {}

    /**
     * Starts the program.
     *
     * @param args the program's own arguments
     */
    public static void main(String[] args) {
        int version = specification();
        boolean launched = System.getProperty(LAUNCHED) != null;
        // A second start would not help either: the program then goes on without vectors and says so itself.
        if (version >= JavaHomes.NEEDED && (launched || hasVectors())) {
            Program.start(args, launched, Boolean.getBoolean(TERMINAL));
            return;
        }
        Path running = Paths.get(System.getProperty("java.home"));
        Optional<Path> home;
        String wanted = System.getenv("TOPPLE_JAVA_HOME");
        if (wanted != null && !wanted.isEmpty()) {
            home = Optional.of(Paths.get(wanted)).filter(JavaHomes::suits);
            if (!home.isPresent()) {
                fail("TOPPLE_JAVA_HOME is " + wanted + ", which holds no Java " + JavaHomes.NEEDED
                        + " or newer; correct it, or unset it to have one looked for");
            }
        } else {
            home = new JavaHomes(System.getenv(), running, Paths.get(System.getProperty("user.home"))).find();
        }
        if (home.isPresent()) {
            System.exit(run(home.get(), args, version));
        } else if (version >= JavaHomes.NEEDED) {
            Program.start(args, launched, false);
        } else {
            fail("needs Java " + JavaHomes.NEEDED + " or newer and found none (this is Java " + version
                    + "); install one, for example from https://adoptium.net, or set TOPPLE_JAVA_HOME to its folder");
        }
    }

    private static int run(Path home, String[] args, int version) {
        List<String> command = new ArrayList<>();
        command.add(JavaHomes.executable(home).toString());
        command.addAll(Arrays.asList("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-XX:MaxRAMPercentage=70", "-XX:ObjectAlignmentInBytes=64",
                // The least memory: the script topple says why.
                "-XX:+UseSerialGC", "-Xmn32m", "-XX:+UseCountedLoopSafepoints", "-XX:LoopStripMiningIter=1000",
                "-D" + LAUNCHED + "=true"));
        if (System.getProperty("os.name").equals("Linux")) command.add("-XX:+UseTransparentHugePages");
        command.addAll(compilation());
        if (terminal(version)) command.add("-D" + TERMINAL + "=true");
        // What the person said to this Java (-Xmx, -D) is meant for the program; a debugger's port is taken already.
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-agentlib") && !option.startsWith("-Xrunjdwp")) command.add(option);
        }
        String options = System.getenv("TOPPLE_JAVA_OPTIONS");
        if (options != null && !options.trim().isEmpty()) command.addAll(Arrays.asList(options.trim().split("\\s+")));
        command.addAll(Arrays.asList("-cp", System.getProperty("java.class.path"), Launcher.class.getName()));
        command.addAll(Arrays.asList(args));
        try {
            Process program = new ProcessBuilder(command).inheritIO().start();
            // On SIGINT or SIGTERM: pass it on, and do not end before the program has saved what it has to save.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                program.destroy();
                await(program);
            }));
            return await(program);
        } catch (IOException problem) {
            fail("cannot start " + command.get(0) + ": " + problem.getMessage());
            return 2;
        }
    }

    /** Kernels go to the best compiler within their first calls; who calls one waits (docs/cpu-kernels.md, "Start"). */
    static List<String> compilation() {
        List<String> options = new ArrayList<>(Arrays.asList("-XX:CompileCommand=quiet",
                "-XX:Tier3BackEdgeThreshold=600000", "-XX:Tier4BackEdgeThreshold=400000"));
        for (String kernels : KERNELS) {
            String methods = ",dev.topple.engine.cpu." + kernels + "*::*,";
            options.add("-XX:CompileCommand=CompileThresholdScaling" + methods + "0.02");
            options.add("-XX:CompileCommand=BackgroundCompilation" + methods + "false");
        }
        return options;
    }

    private static int await(Process program) {
        while (true) {
            try {
                return program.waitFor();
            } catch (InterruptedException again) {
                // Nobody interrupts this thread for a reason of ours; the program's end is what counts.
            }
        }
    }

    /** Whether standard error is, as far as an old Java can tell, a terminal that understands cursor movements. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean terminal(int version) {
        String kind = System.getenv("TERM");
        // From 22 to 24 there is a console even without a terminal.
        return System.console() != null && (version < 22 || version > 24) && kind != null && !kind.equals("dumb")
                && File.separatorChar == '/';
    }

    private static boolean hasVectors() {
        return ClassLoader.getSystemResource("jdk/incubator/vector/FloatVector.class") != null;
    }

    private static int specification() {
        String version = System.getProperty("java.specification.version");
        return Integer.parseInt(version.startsWith("1.") ? version.substring(2) : version);
    }

    private static void fail(String message) {
        System.err.println("topple: " + message);
        System.exit(2);
    }
}
