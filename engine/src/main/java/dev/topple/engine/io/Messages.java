// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The wording that messages of this package share. */
final class Messages {

    private static final int LONGEST_QUOTE = 100;

    private Messages() {
    }

    /** The text with every control, format and line character escaped, so that it prints as one line. */
    static String line(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length();) {
            int c = text.codePointAt(i);
            boolean unprintable = switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE -> true;
                default -> false;
            };
            if (unprintable && out == null) {
                out = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (unprintable) {
                out.append("\\u").append(String.format("%04X", c));
            } else if (out != null) {
                out.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return out == null ? text : out.toString();
    }

    /** The text in single quotes, cut where it is long. */
    static String quote(String text) {
        return text.length() <= LONGEST_QUOTE ? "'" + text + "'" : "'" + text.substring(0, LONGEST_QUOTE) + "…'";
    }

    /** "cannot read FILE: why". */
    static UncheckedIOException cannot(String verb, Object file, IOException cause) {
        return new UncheckedIOException(line("cannot " + verb + " " + file + ": " + reason(cause)), cause);
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException missing -> "there is no such file or folder";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        };
    }
}
