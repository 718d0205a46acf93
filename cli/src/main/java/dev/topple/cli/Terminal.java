// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.io.Console;

/** What is at the other end of the program's output. */
final class Terminal {

    private Terminal() {}

    /** Whether a person sees standard error as it is written. */
    static boolean errIsTerminal() {
        return Boolean.getBoolean("topple.terminal");
    }

    /** Whether standard output may carry colours: it is a terminal, and the person has not set NO_COLOR. */
    static boolean outHasColours() {
        Console console = System.console();
        return console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
    }

    /** The text in bold letters, where colours may be used. */
    static String bold(String text) {
        return outHasColours() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }
}
