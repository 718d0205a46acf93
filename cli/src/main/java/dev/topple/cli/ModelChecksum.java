// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.io.Sha256;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.MultiTaskModel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A checksum of what a model computes: its description and its weights, by name; neither its own name nor its file's. */
final class ModelChecksum {

    private ModelChecksum() {}

    static String of(MultiTaskModel model) {
        MessageDigest digest = Sha256.digest();
        update(digest, model.description().toJson().toString());
        model.variables().forEach((name, variable) -> {
            Tensor value = variable.initial();
            update(digest, name + " " + value.type());
            ByteBuffer bytes = ByteBuffer.allocate(value.shape().size() * Float.BYTES);
            bytes.asFloatBuffer().put(value.floats());
            digest.update(bytes);
        });
        return Sha256.digits(digest);
    }

    private static void update(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }
}
