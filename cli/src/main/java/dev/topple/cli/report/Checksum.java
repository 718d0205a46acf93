// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.engine.io.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;

/**
 * What tells a file from every other.
 *
 * @param name of the file, for people
 * @param sha256 64 hexadecimal digits
 */
public record Checksum(String name, String sha256) {

    /** The checksum of a stream, read to its end. */
    public static Checksum of(String name, InputStream in) throws IOException {
        MessageDigest digest = Sha256.digest();
        new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
        return new Checksum(name, Sha256.digits(digest));
    }

    /** The checksum of bytes. */
    public static Checksum of(String name, byte[] bytes) {
        return new Checksum(name, Sha256.of(bytes));
    }
}
