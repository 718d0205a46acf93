// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.memory;

import java.util.Comparator;
import java.util.NavigableSet;

/** Memory that was got from the driver in one piece, divided into blocks that follow each other without gaps. */
final class Segment {

    /** Those that fit best come first, and of these the lowest in memory, so that the choice is always the same. */
    static final Comparator<Block> BEST_FIT =
            Comparator.comparingLong((Block block) -> block.bytes).thenComparingLong(block -> block.address);

    private final SizeClass sizeClass;
    private final long address;
    private final long bytes;

    Segment(SizeClass sizeClass, long address, long bytes) {
        this.sizeClass = sizeClass;
        this.address = address;
        this.bytes = bytes;
    }

    SizeClass sizeClass() {
        return sizeClass;
    }

    long address() {
        return address;
    }

    long bytes() {
        return bytes;
    }

    /** All of it as one block, which is free. */
    Block whole() {
        return new Block(address, bytes);
    }

    /** A part of the segment. */
    final class Block {

        private final long address;
        private long bytes;
        private boolean used;
        private Block before;
        private Block after;

        private Block(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
        }

        long address() {
            return address;
        }

        long bytes() {
            return bytes;
        }

        Segment segment() {
            return Segment.this;
        }

        boolean isWholeSegment() {
            return bytes == Segment.this.bytes;
        }

        /** Takes so many bytes from its beginning; what is left becomes a block of its own, which is free. */
        void take(long wanted, NavigableSet<Block> free) {
            used = true;
            if (bytes == wanted) {
                return;
            }
            Block rest = new Block(address + wanted, bytes - wanted);
            rest.before = this;
            rest.after = after;
            if (after != null) {
                after.before = rest;
            }
            after = rest;
            bytes = wanted;
            free.add(rest);
        }

        /** Makes it free, together with free neighbours. */
        void giveBack(NavigableSet<Block> free) {
            used = false;
            Block first = this;
            if (after != null && !after.used) {
                free.remove(after);
                absorbNext();
            }
            if (before != null && !before.used) {
                first = before;
                free.remove(first);
                first.absorbNext();
            }
            free.add(first);
        }

        private void absorbNext() {
            bytes += after.bytes;
            after = after.after;
            if (after != null) {
                after.before = this;
            }
        }
    }
}
