// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Writing HTML. */
class HtmlTest {

    private static String after(Html html) {
        return html.document().replace("<!DOCTYPE html>\n", "");
    }

    @Test
    void textsAndAttributesAreEscaped() {
        Html html = new Html().element("p", "a < b & \"c\" > 'd'", "title", "\"><script>alert('x')</script>");
        assertEquals("<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\">"
                + "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;</p>", after(html));
    }

    @Test
    void textsFromOutsideKeepToThemselves() {
        assertEquals("<bdi>a/<wbr/>b,<wbr/>&lt;i&gt;c</bdi>", after(new Html().foreign("a/b,<i>c")));
        assertEquals("<bdi></bdi>", after(new Html().foreign("")));
    }

    @Test
    void whatCannotBeWrittenIsReplaced() {
        assertEquals("\uFFFD[2K\uFFFD\uFFFDx\n\uD83D\uDE00",
                after(new Html().text("\u001b[2K\u0000\uD83Dx\n\uD83D\uDE00")));
    }

    @Test
    void elementsNestAndMustBeClosed() {
        assertEquals("<a><b x=\"1\"/></a>", after(new Html().open("a").single("b", "x", "1").close()));
        Html open = new Html().open("p");
        assertThrows(IllegalStateException.class, open::document);
        assertThrows(IllegalStateException.class, () -> new Html().append(open));
    }

    @Test
    void aStyleCannotEndItself() {
        assertThrows(IllegalArgumentException.class, () -> new Html().style("</style><script>"));
    }
}
