// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.launch;

import dev.topple.cli.Main;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The last step of a start, on a Java that is new enough. */
final class Program {

    private Program() {}

    /**
     * Hands over to the program.
     *
     * @param args the program's own arguments
     * @param launched whether another process started this one
     * @param terminal whether standard error is known to be a terminal
     */
    static void start(String[] args, boolean launched, boolean terminal) {
        if (terminal) eraseWarning();
        if (launched) endWithParent();
        HeapWatch.start();
        Main.main(args);
    }

    /**
     * The JVM says "WARNING: Using incubator modules" before any code of ours runs and has no switch against it; it is
     * the line above the cursor.
     */
    private static void eraseWarning() {
        System.err.print("\u001b[1A\u001b[2K\r");
        System.err.flush();
    }

    /** When somebody kills the process that started this one outright, this one must not go on behind their back. */
    private static void endWithParent() {
        Optional<ProcessHandle> parent = ProcessHandle.current().parent();
        if (parent.isEmpty()) return;
        CompletableFuture<Void> _ = parent.get().onExit().thenRun(() -> Runtime.getRuntime().halt(137));
    }
}
