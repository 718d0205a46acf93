// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/**
 * How far a long piece of work is and how long the rest takes, on standard error: a bar that moves on a terminal,
 * elsewhere a plain line now and then.
 */
final class Progress implements AutoCloseable {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final double KNOWN_FROM = 0.05;
    private static final double KNOWN_AFTER_SECONDS = 20;
    private static final int WIDEST_BAR = 40;
    private static final int NARROWEST_BAR = 10;

    private final PrintWriter err;
    private final String what;
    private final long total;
    private final ProgressBar bar;
    private final long began = System.nanoTime();
    private long lastLine = began;
    private volatile long done;
    private volatile long found;
    private volatile String remark = "";

    /**
     * Work that begins now.
     *
     * @param err standard error
     * @param what what is done, in a word or two
     * @param total how much work there is, in units that take about the same time each
     */
    Progress(PrintWriter err, String what, long total) {
        this.err = err;
        this.what = what;
        this.total = Math.max(1, total);
        this.bar = Look.errorIsTerminal()
                ? new ProgressBarBuilder().setTaskName(what).setInitialMax(this.total).setUpdateIntervalMillis(200)
                        .setRenderer(this::render).setConsumer(new ConsoleProgressBarConsumer(System.err)).build()
                : null;
    }

    /** So much of the work was done before, and took no time now. */
    synchronized void found(long count) {
        found += count;
    }

    /** So much is done, and what else is worth saying. */
    synchronized void at(long count, String newRemark) {
        done = Math.min(count, total);
        remark = newRemark;
        if (bar != null) {
            bar.stepTo(done);
            return;
        }
        long now = System.nanoTime();
        if (now - lastLine >= BETWEEN_LINES.toNanos()) {
            lastLine = now;
            err.println(what + ": " + percent().strip() + text());
            err.flush();
        }
    }

    /** The line on a terminal; the bar takes what the texts leave. */
    private String render(ProgressState state, int columns) {
        String before = what + " " + percent() + " ";
        String after = text();
        int room = Math.clamp(columns - before.length() - after.length() - 3L, 0, WIDEST_BAR);
        int filled = (int) (room * done / total);
        String shown = room < NARROWEST_BAR ? "" : "[" + "=".repeat(filled) + " ".repeat(room - filled) + "]";
        String line = before + shown + (shown.isEmpty() ? after : after.replaceFirst("^,", ""));
        return line.substring(0, Math.min(line.length(), Math.max(0, columns - 1)));
    }

    private String text() {
        return left() + (remark.isEmpty() ? "" : ", " + remark);
    }

    private String percent() {
        return String.format(Locale.ROOT, "%3d%%", 100 * done / total);
    }

    /** The first part of a work, with the JIT at its slowest, says nothing about the rest. */
    private String left() {
        long ready = done - found;
        double seconds = (System.nanoTime() - began) / 1e9;
        boolean known = ready > 0 && (ready >= (total - found) * KNOWN_FROM || seconds > KNOWN_AFTER_SECONDS);
        return known ? ", " + clock(Math.round(seconds / ready * (total - done))) + " left" : "";
    }

    private static String clock(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
