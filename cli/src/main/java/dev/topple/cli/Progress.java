// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a long piece of work is, on standard error: a bar that moves on a terminal, elsewhere a plain line now and
 * then.
 */
final class Progress implements AutoCloseable {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final PrintWriter err;
    private final String what;
    private final long total;
    private final ProgressBar bar;
    private final long began = System.nanoTime();
    private long lastLine = began;
    private long done;
    private String remark = "";

    /**
     * Work that begins now.
     *
     * @param err standard error
     * @param what what is done, in a word or two
     * @param unit what is counted
     * @param total how many there are
     */
    Progress(PrintWriter err, String what, String unit, long total) {
        this.err = err;
        this.what = what;
        this.total = total;
        this.bar = Terminal.errIsTerminal()
                ? new ProgressBarBuilder().setTaskName(what).setUnit(" " + unit, 1).setInitialMax(total).showSpeed()
                        .setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(200)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err)).build()
                : null;
    }

    /** So many are done, and what else is worth saying. */
    synchronized void at(long count, String newRemark) {
        done = count;
        remark = newRemark;
        if (bar != null) {
            bar.stepTo(count);
            bar.setExtraMessage(newRemark.isEmpty() ? "" : " " + newRemark);
            return;
        }
        long now = System.nanoTime();
        if (now - lastLine >= BETWEEN_LINES.toNanos()) {
            lastLine = now;
            line(now);
        }
    }

    /** One more is done. */
    synchronized void step() {
        at(done + 1, remark);
    }

    private void line(long now) {
        double seconds = (now - began) / 1e9;
        String left = done == 0 ? "" : ", " + clock((long) (seconds / done * (total - done))) + " left";
        err.printf(Locale.ROOT, "%s: %d of %d%s%s%n", what, done, total, left,
                remark.isEmpty() ? "" : ", " + remark);
        err.flush();
    }

    private static String clock(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
