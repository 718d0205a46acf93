// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The file formats that Topple itself reads and writes: {@link dev.topple.engine.io.Safetensors safetensors},
 * {@link dev.topple.engine.io.Npy npy}, {@link dev.topple.engine.io.Npz npz}, {@link dev.topple.engine.io.Json
 * JSON}, and {@link dev.topple.engine.io.AtomicFiles files that are never half-written}. Readers trust nothing:
 * every length, offset and count is checked before it is used.
 *
 * <p>Every method reports content that breaks its format as {@link dev.topple.engine.io.FormatException}, trouble
 * with the file system as {@link java.io.UncheckedIOException}, and a mistake of the caller as {@link
 * java.lang.IllegalArgumentException}; each message is one line that names the file and what is wrong. Images and
 * foreign data sets are read elsewhere.
 */
package dev.topple.engine.io;
