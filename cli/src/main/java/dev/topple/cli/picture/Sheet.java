// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.picture;

import dev.topple.engine.io.AtomicFiles;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/** Pictures in rows and columns, with a caption over each column. */
public final class Sheet {

    private static final int GAP = 4;
    private static final int CAPTION = 18;
    private static final int NARROWEST = 128;
    private static final int WHITE = 0xFFFFFFFF;

    private Sheet() {}

    /**
     * Puts pictures together. Small ones are enlarged so that captions fit; pictures of a row may differ in size.
     *
     * @param warn takes a line if there can be no captions
     */
    public static BufferedImage of(List<List<BufferedImage>> rows, List<String> captions, Consumer<String> warn) {
        int columns = captions.size();
        int width = rows.stream().flatMap(List::stream).mapToInt(BufferedImage::getWidth).max().orElse(1);
        int zoom = Math.max(1, Math.ceilDiv(NARROWEST, width));
        int cell = width * zoom + GAP;
        int height = CAPTION;
        for (List<BufferedImage> row : rows) {
            height += rowHeight(row, zoom) + GAP;
        }
        BufferedImage sheet = new BufferedImage(columns * cell + GAP, height, BufferedImage.TYPE_INT_RGB);
        int[] blank = new int[sheet.getWidth()];
        Arrays.fill(blank, WHITE);
        for (int y = 0; y < height; y++) {
            sheet.setRGB(0, y, blank.length, 1, blank, 0, 0);
        }
        int y = CAPTION;
        for (List<BufferedImage> row : rows) {
            for (int c = 0; c < row.size(); c++) {
                place(row.get(c), zoom, sheet, GAP + c * cell, y);
            }
            y += rowHeight(row, zoom) + GAP;
        }
        caption(sheet, captions, cell, warn);
        return sheet;
    }

    private static void place(BufferedImage picture, int zoom, BufferedImage sheet, int left, int top) {
        for (int y = 0; y < picture.getHeight() * zoom; y++) {
            for (int x = 0; x < picture.getWidth() * zoom; x++) {
                sheet.setRGB(left + x, top + y, picture.getRGB(x / zoom, y / zoom));
            }
        }
    }

    /**
     * Writes over each column what it is. Letters need Java's desktop libraries and a font, which small machines lack;
     * Java then fails with exceptions and errors of several kinds, and a picture without captions is better than none.
     */
    private static void caption(BufferedImage sheet, List<String> captions, int cell,
            Consumer<String> warn) {
        try {
            Graphics2D g = sheet.createGraphics();
            g.setColor(Color.BLACK);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            for (int c = 0; c < captions.size(); c++) {
                caption(g, captions.get(c), GAP + c * cell, cell - GAP);
            }
            g.dispose();
        } catch (RuntimeException | LinkageError | InternalError problem) {
            warn.accept("the pictures have no captions, as Java finds no fonts here (" + problem
                    + "); their columns are: " + String.join(", ", captions));
        }
    }

    private static void caption(Graphics2D g, String text, int x, int width) {
        int size = 12;
        FontMetrics metrics;
        do {
            g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size--));
            metrics = g.getFontMetrics();
        } while (metrics.stringWidth(text) > width && size > 6);
        g.drawString(text, x, CAPTION - 5);
    }

    private static int rowHeight(List<BufferedImage> row, int zoom) {
        return row.stream().mapToInt(BufferedImage::getHeight).max().orElse(0) * zoom;
    }

    /** Writes a PNG, beside and then renamed. */
    public static void write(Path file, BufferedImage sheet) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(sheet, "png", bytes);
        AtomicFiles.write(file, bytes.toByteArray());
    }
}
