// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.engine.io.Sha256;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.task.Task;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/** A checksum (SHA-256) of one image as it is attacked: its name, its pixels, and the labels of all tasks. */
final class Fingerprint {

    private Fingerprint() {}

    /**
     * The fingerprint of one row of a batch.
     *
     * @param labels of all tasks
     */
    static String of(Batch batch, int row, List<Task> tasks, Map<String, Tensor> labels) {
        MessageDigest digest = Sha256.digest();
        text(digest, batch.ids().get(row));
        tensor(digest, batch.images(), row);
        for (Task task : tasks) {
            text(digest, task.name());
            tensor(digest, labels.get(task.name()), row);
        }
        return Sha256.digits(digest);
    }

    /** Lengths go along, so that no two different sequences of texts and tensors are the same bytes. */
    private static void text(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }

    private static void tensor(MessageDigest digest, Tensor tensor, int row) {
        int each = tensor.shape().size() / tensor.shape().dim(0);
        text(digest, tensor.type().withShape(tensor.shape().with(0, 1)).toString());
        ByteBuffer bytes = ByteBuffer.allocate(each * Integer.BYTES);
        switch (tensor.dtype()) {
            case F32 -> bytes.asFloatBuffer().put(tensor.floats(), row * each, each);
            case I32 -> bytes.asIntBuffer().put(tensor.ints(), row * each, each);
            case BOOL -> {
                for (int i = 0; i < each; i++) {
                    bytes.put(i * Integer.BYTES, (byte) (tensor.booleans()[row * each + i] ? 1 : 0));
                }
            }
        }
        digest.update(bytes);
    }
}
