// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What the program says when something does not work: one line. */
final class Complaint {

    private static final int LONGEST = 2000;

    private Complaint() {}

    /** Why a file could not be read or written; Java says of some just its name. */
    static String of(IOException problem) {
        return line(switch (problem) {
            case NoSuchFileException e -> "there is no file or folder " + e.getFile();
            case AccessDeniedException e -> "no permission for " + e.getFile();
            case NotDirectoryException e -> e.getFile() + " is no folder";
            case FileAlreadyExistsException e -> e.getFile() + " exists already";
            case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
            default -> problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
        });
    }

    /** As above; a message of the program's own is better than Java's. */
    static String of(UncheckedIOException problem) {
        boolean own = problem.getMessage() != null && !problem.getMessage().equals(problem.getCause().toString());
        return own ? line(problem.getMessage()) : of(problem.getCause());
    }

    /** The text on one line, without characters that could move a terminal's cursor: it may hold names of files. */
    static String line(String text) {
        String line = String.valueOf(text).strip().replaceAll("\\s*\\R\\s*", "; ");
        StringBuilder safe = new StringBuilder();
        line.codePoints().limit(LONGEST).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                safe.append(String.format("\\u%04X", c));
            } else {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }
}
