// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.evaluate.BatchOutcome;
import dev.topple.attacks.evaluate.ImageAudit;
import dev.topple.attacks.evaluate.ImageOutcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The outcome of a batch as bytes: {@link DataOutputStream}'s forms, compressed, as most parts of a histogram or a
 * confusion matrix are 0. Every double comes back with the same bits (of NaN, as NaN), which JSON could not promise.
 */
final class BatchCodec {

    private static final String FORMAT = "topple-batch 3";

    /** More than any task has parts, any model tasks, or any batch images: a limit for damaged files alone. */
    private static final int MOST = 1 << 24;

    private BatchCodec() {}

    static byte[] encode(BatchOutcome batch) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
            out.writeUTF(FORMAT);
            out.writeDouble(batch.seconds());
            out.writeInt(batch.images().size());
            for (ImageOutcome image : batch.images()) {
                write(image, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(ImageOutcome image, DataOutputStream out) throws IOException {
        out.writeInt(image.index());
        out.writeUTF(image.fingerprint());
        write(image.parts(), out);
        write(image.releasedParts(), out);
        out.writeDouble(image.logLoss());
        ImageAudit audit = image.audit();
        out.writeDouble(audit.size());
        out.writeDouble(audit.minimumPixel());
        out.writeDouble(audit.maximumPixel());
        out.writeLong(audit.nanPixels());
        out.writeBoolean(audit.notWorse());
        out.writeInt(audit.zeroWeightTasks());
        out.writeBoolean(audit.undefinedGradient());
        out.writeBoolean(audit.zeroGradient());
        out.writeDouble(audit.roundedSize());
        ImageAudit.Climb climb = audit.climb();
        out.writeDouble(climb.clean());
        out.writeDouble(climb.start());
        out.writeDouble(climb.first());
        out.writeDouble(climb.best());
        out.writeDouble(climb.last());
    }

    private static void write(Map<String, double[]> parts, DataOutputStream out) throws IOException {
        out.writeInt(parts.size());
        for (Map.Entry<String, double[]> task : parts.entrySet()) {
            out.writeUTF(task.getKey());
            out.writeInt(task.getValue().length);
            for (double part : task.getValue()) {
                out.writeDouble(part);
            }
        }
    }

    /**
     * Reads what {@link #encode} made.
     *
     * @throws IOException if it is something else
     */
    static BatchOutcome decode(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(bytes)))) {
            if (!in.readUTF().equals(FORMAT)) {
                throw new IOException("it is of another version");
            }
            double seconds = in.readDouble();
            int count = count(in);
            List<ImageOutcome> images = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                images.add(image(in));
            }
            if (in.read() >= 0) {
                throw new IOException("something follows the last image");
            }
            return new BatchOutcome(images, seconds);
        } catch (EOFException e) {
            throw new IOException("it ends too early", e);
        }
    }

    private static ImageOutcome image(DataInputStream in) throws IOException {
        int index = in.readInt();
        String fingerprint = in.readUTF();
        Map<String, double[]> parts = parts(in);
        Map<String, double[]> releasedParts = parts(in);
        double logLoss = in.readDouble();
        ImageAudit audit = new ImageAudit(in.readDouble(), in.readDouble(), in.readDouble(), in.readLong(),
                in.readBoolean(), in.readInt(), in.readBoolean(), in.readBoolean(), in.readDouble(),
                new ImageAudit.Climb(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(),
                        in.readDouble()));
        return new ImageOutcome(index, fingerprint, parts, releasedParts, logLoss, audit);
    }

    private static Map<String, double[]> parts(DataInputStream in) throws IOException {
        Map<String, double[]> parts = new LinkedHashMap<>();
        int tasks = count(in);
        for (int i = 0; i < tasks; i++) {
            String task = in.readUTF();
            double[] values = new double[count(in)];
            for (int j = 0; j < values.length; j++) {
                values[j] = in.readDouble();
            }
            parts.put(task, values);
        }
        return parts;
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MOST) {
            throw new IOException("a count of " + count + " makes no sense");
        }
        return count;
    }
}
