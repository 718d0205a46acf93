// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads from a JPEG file how its picture must be turned to stand upright, and nothing else. */
final class Exif {

    private static final int START_OF_SCAN = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int ORIENTATION = 274;
    private static final byte[] NAME = {'E', 'x', 'i', 'f', 0, 0};

    private Exif() {}

    /** The orientation, 1 to 8; 1, upright, for a file that says none or whose EXIF data are damaged. */
    static int orientation(byte[] jpeg) {
        ByteBuffer file = ByteBuffer.wrap(jpeg);
        int at = 2;
        while (at + 4 <= jpeg.length && (jpeg[at] & 255) == 0xFF) {
            int marker = jpeg[at + 1] & 255;
            int length = file.getShort(at + 2) & 0xFFFF;
            if (marker == START_OF_SCAN || length < 2 || at + 2 + length > jpeg.length) {
                return 1;
            }
            if (marker == APP1 && named(jpeg, at + 4, length - 2)) {
                int from = at + 4 + NAME.length;
                return tiff(file.slice(from, at + 2 + length - from));
            }
            at += 2 + length;
        }
        return 1;
    }

    private static boolean named(byte[] jpeg, int from, int length) {
        for (int i = 0; i < NAME.length; i++) {
            if (i >= length || jpeg[from + i] != NAME[i]) {
                return false;
            }
        }
        return true;
    }

    /** The tag's value in the first directory of a TIFF structure. */
    private static int tiff(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return 1;
        }
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        if (directory < 8 || directory > tiff.limit() - 2) {
            return 1;
        }
        int entries = tiff.getShort(directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + 12 * i;
            if (entry + 12 > tiff.limit()) {
                return 1;
            }
            if ((tiff.getShort(entry) & 0xFFFF) == ORIENTATION) {
                int value = tiff.getShort(entry + 8);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }
}
