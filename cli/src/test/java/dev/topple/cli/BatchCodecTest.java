// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.evaluate.BatchOutcome;
import dev.topple.attacks.evaluate.ImageAudit;
import dev.topple.attacks.evaluate.ImageOutcome;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Outcomes of batches as bytes. */
class BatchCodecTest {

    private static final double[] ODD = {0, -0.0, 1.0 / 3, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE};

    private static BatchOutcome batch() {
        return new BatchOutcome(List.of(
                new ImageOutcome(7, "abc", Map.of("depth", ODD, "größe", new double[0]),
                        Map.of("depth", new double[] {-3, Double.NaN}), Math.nextUp(0.1),
                        new ImageAudit(Double.NaN, 0.25, Double.NEGATIVE_INFINITY, 1L << 40, true, 3, false, true, 0.5,
                                new ImageAudit.Climb(1, Double.NaN, 2, 3, -4))),
                new ImageOutcome(2, "", Map.of(), Map.of(), -1, new ImageAudit(0, 0, 1, 0, false, 0, true,
                        false, 0, new ImageAudit.Climb(0, 0, 0, 0, 0)))),
                1.5);
    }

    @Test
    void everyBitComesBack() throws IOException {
        BatchOutcome back = BatchCodec.decode(BatchCodec.encode(batch()));
        assertEquals(1.5, back.seconds());
        assertEquals(2, back.images().size());
        for (int i = 0; i < 2; i++) {
            ImageOutcome before = batch().images().get(i);
            ImageOutcome after = back.images().get(i);
            assertEquals(before.index(), after.index());
            assertEquals(before.fingerprint(), after.fingerprint());
            assertEquals(before.logLoss(), after.logLoss());
            assertEquals(before.audit(), after.audit());
            assertEquals(before.parts().keySet(), after.parts().keySet());
            before.parts().forEach((task, parts) -> assertArrayEquals(bits(parts), bits(after.parts().get(task))));
            assertEquals(before.releasedParts().keySet(), after.releasedParts().keySet());
            before.releasedParts().forEach(
                    (task, parts) -> assertArrayEquals(bits(parts), bits(after.releasedParts().get(task))));
        }
    }

    private static long[] bits(double[] values) {
        return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
    }

    @Test
    void damageIsAnIoException() throws IOException {
        byte[] bytes = BatchCodec.encode(batch());
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThrows(IOException.class, () -> BatchCodec.decode(part));
        }
        refused("too early", out -> out.writeUTF("topple-batch 3"));
        refused("version", out -> out.writeUTF("topple-batch 2"));
        for (int count : new int[] {-1, Integer.MAX_VALUE}) {
            refused("count", out -> {
                out.writeUTF("topple-batch 3");
                out.writeDouble(0);
                out.writeInt(count);
            });
        }
        refused("follows", out -> {
            out.writeUTF("topple-batch 3");
            out.writeDouble(0);
            out.writeInt(0);
            out.write(0);
        });
    }

    /** What writes a file that is no batch. */
    @FunctionalInterface
    private interface Content {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static void refused(String part, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
            content.writeTo(out);
        }
        String message =
                assertThrows(IOException.class, () -> BatchCodec.decode(bytes.toByteArray())).getMessage();
        assertTrue(message.contains(part), message);
    }
}
