// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How output may look.
 *
 * @param columns how wide a line may be
 * @param colours whether letters may be bold
 * @param symbols whether arrows and lines can be written, or ASCII has to do
 */
record Look(int columns, boolean colours, boolean symbols) {

    /** For files and pipes, whose readers are not known. */
    static final int USUAL_COLUMNS = 120;

    /** Narrower terminals have to wrap lines. */
    private static final int FEWEST_COLUMNS = 60;

    private static final String ALL_SYMBOLS = "↑↓─";

    Look {
        columns = Math.max(FEWEST_COLUMNS, columns);
    }

    /** What suits the other end of standard output. */
    @SuppressWarnings("SystemConsoleNull")
    static Look ofOutput() {
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        boolean colours = terminal && System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
        return new Look(terminal ? terminalColumns() : USUAL_COLUMNS, colours, encodes(ALL_SYMBOLS));
    }

    /** Whether a person sees standard error as it is written. */
    static boolean errorIsTerminal() {
        return Boolean.getBoolean("topple.terminal");
    }

    /** What stands after a metric's name. */
    String direction(boolean higherIsBetter) {
        return symbols ? higherIsBetter ? "↑" : "↓" : higherIsBetter ? "^" : "v";
    }

    /** What {@link #direction} means. */
    String directions() {
        return direction(true) + " high is good, " + direction(false) + " low is good";
    }

    /** A line across. */
    String rule(int width) {
        return (symbols ? "─" : "-").repeat(width);
    }

    /** A text in as many lines as it takes, broken between words. */
    List<String> wrap(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** The line in bold letters, where that is possible. */
    String bold(String line) {
        return colours ? "\u001b[1m" + line + "\u001b[0m" : line;
    }

    private static boolean encodes(String text) {
        String name = System.getProperty("stdout.encoding", "");
        Charset charset = Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
        return charset.newEncoder().canEncode(text);
    }

    /** Java does not know how wide a terminal is; stty does. */
    private static int terminalColumns() {
        try {
            Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            stty.waitFor(1, TimeUnit.SECONDS);
            return answer.matches("\\d{1,5} [1-9]\\d{0,4}")
                    ? Integer.parseInt(answer.substring(answer.indexOf(' ') + 1)) : USUAL_COLUMNS;
        } catch (IOException e) {
            return USUAL_COLUMNS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL_COLUMNS;
        }
    }
}
