// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.MultiTaskModel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in hexadecimal digits. */
final class Sha256 {

    private Sha256() {}

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of what a model computes: its description and its weights, by name; neither its own name nor its file's. */
    static String of(MultiTaskModel model) {
        MessageDigest digest = digest();
        update(digest, model.description().toJson().toString());
        model.variables().forEach((name, variable) -> {
            Tensor value = variable.initial();
            update(digest, name + " " + value.type());
            ByteBuffer bytes = ByteBuffer.allocate(value.shape().size() * Float.BYTES);
            bytes.asFloatBuffer().put(value.floats());
            digest.update(bytes);
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
