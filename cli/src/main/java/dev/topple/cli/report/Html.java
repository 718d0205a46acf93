// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML. Texts and the values of attributes are always escaped, so whatever users named their files stays a text.
 */
final class Html {

    private static final char UNPRINTABLE = '\uFFFD';

    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** Opens an element; attributes are names and values in turn. */
    Html open(String tag, String... attributes) {
        start(tag, attributes);
        open.push(tag);
        return this;
    }

    /** Closes the innermost element. */
    Html close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** Closes the innermost element and goes to a new line, for people who read the source. */
    Html closeLine() {
        close();
        out.append('\n');
        return this;
    }

    /** An element that holds a text. */
    Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close();
    }

    /** An element without an end tag: {@code img}, {@code input}, {@code meta}; or one of SVG without content. */
    Html single(String tag, String... attributes) {
        start(tag, attributes);
        out.insert(out.length() - 1, '/');
        return this;
    }

    /** A text. */
    Html text(String text) {
        escape(text);
        return this;
    }

    /**
     * A text from outside, perhaps a long path: lines may break behind its commas and slashes, and whatever direction
     * it is written in, it does not turn its surroundings.
     */
    Html foreign(String text) {
        open("bdi");
        String[] parts = text.split("(?<=[,/\\\\])");
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                single("wbr");
            }
            text(parts[i]);
        }
        return close();
    }

    /** A style sheet of our own, as it is; it must hold no end tag. */
    Html style(String css) {
        if (css.contains("</")) {
            throw new IllegalArgumentException("a style sheet with an end tag");
        }
        out.append("<style>").append(css).append("</style>\n");
        return this;
    }

    /** A script of our own, as it is; it must hold no end tag. */
    Html script(String code) {
        if (code.contains("</")) {
            throw new IllegalArgumentException("a script with an end tag");
        }
        out.append("<script>").append(code).append("</script>\n");
        return this;
    }

    /** JSON for a script, which finds it by its id; whatever texts it holds, no end tag is among them. */
    Html data(String id, String json) {
        start("script", "type", "application/json", "id", id);
        out.append(json.replace("<", "\\u003c")).append("</script>\n");
        return this;
    }

    /** Everything so far in another writer, which must have closed all its elements. */
    Html append(Html other) {
        if (!other.open.isEmpty()) {
            throw new IllegalStateException("not closed: " + other.open);
        }
        out.append(other.out);
        return this;
    }

    /** The document. */
    String document() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not closed: " + open);
        }
        return "<!DOCTYPE html>\n" + out;
    }

    private void start(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            out.append('"');
        }
        out.append('>');
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(printable(text, i) ? c : UNPRINTABLE);
            }
        }
    }

    /** Control characters have no place in HTML, nor do halves of surrogate pairs, which no file can hold. */
    private static boolean printable(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
        }
        return !Character.isISOControl(c) || c == '\n' || c == '\t';
    }
}
