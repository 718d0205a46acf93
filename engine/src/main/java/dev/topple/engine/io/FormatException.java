// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

/**
 * The content of a file breaks its format, or passes a limit. The message is one line: where (a file, and inside it a
 * tensor, a path or a line), then what is wrong. Characters that could break or fake a line are escaped.
 */
public final class FormatException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * A refusal.
     *
     * @param where the file, or the place inside it
     * @param problem what is wrong there
     */
    public FormatException(String where, String problem) {
        super(Messages.line(where + ": " + problem));
    }

    /** As above, with the cause. */
    public FormatException(String where, String problem, Throwable cause) {
        super(Messages.line(where + ": " + problem), cause);
    }
}
