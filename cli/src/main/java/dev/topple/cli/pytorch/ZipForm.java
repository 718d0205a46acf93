// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import dev.topple.cli.pytorch.PickleValue.Storage;
import dev.topple.engine.io.FormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * What {@code torch.save} writes since PyTorch 1.6: a zip archive that compresses nothing, in it one folder with
 * {@code data.pkl}, {@code byteorder} and, for each storage, {@code data/KEY}.
 */
final class ZipForm implements AutoCloseable {

    private static final String PICKLE = "data.pkl";
    private static final int LARGEST_PICKLE = 16 << 20;
    private static final int LARGEST_NOTE = 64;

    private final String source;
    private final ZipFile zip;
    private final String folder;
    private final ByteOrder order;
    private final PickleValue root;

    private ZipForm(String source, ZipFile zip) throws IOException {
        this.source = source;
        this.zip = zip;
        List<String> pickles = zip.stream().map(ZipEntry::getName)
                .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length()
                        - PICKLE.length() - 1)
                .toList();
        if (pickles.size() != 1) {
            throw new FormatException(source,
                    "this zip archive has " + (pickles.isEmpty() ? "no" : "more than one") + " "
                            + PICKLE + "; it was not written by torch.save");
        }
        String name = pickles.getFirst();
        this.folder = name.substring(0, name.length() - PICKLE.length());
        this.order = order();
        ByteBuffer pickle = ByteBuffer.wrap(content(name, LARGEST_PICKLE));
        this.root = PickleReader.read(pickle, source + ": " + name, new TorchGlobals());
    }

    static boolean is(byte[] head) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    }

    /** Opens a file; close it after the last storage was read. */
    static ZipForm open(Path file) throws IOException {
        ZipFile zip = null;
        boolean opened = false;
        try {
            zip = new ZipFile(file.toFile());
            ZipForm form = new ZipForm(file.toString(), zip);
            opened = true;
            return form;
        } catch (ZipException | EOFException | IllegalArgumentException e) {
            throw damaged(file.toString(), e);
        } finally {
            if (!opened && zip != null) {
                zip.close();
            }
        }
    }

    private static FormatException damaged(String source, Exception problem) {
        return new FormatException(source, "the zip archive is damaged or cut off"
                + (problem.getMessage() == null ? "" : ": " + problem.getMessage()), problem);
    }

    /** What was saved. */
    PickleValue root() {
        return root;
    }

    private ByteOrder order() throws IOException {
        String name = folder + "byteorder";
        if (zip.getEntry(name) == null) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        String text = new String(content(name, LARGEST_NOTE), StandardCharsets.ISO_8859_1).strip();
        return switch (text) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw new FormatException(source, name + " says '" + text + "', not 'little' or 'big'");
        };
    }

    Elements storage(Storage storage) throws IOException {
        String name = folder + "data/" + storage.key();
        byte[] bytes = content(name, Integer.MAX_VALUE - 8);
        if (bytes.length != storage.bytes()) {
            throw new FormatException(source, name + " has " + bytes.length + " bytes, but its storage of "
                    + storage.elements() + " elements of " + storage.type() + " needs " + storage.bytes());
        }
        return new Elements(source + ": " + name, ByteBuffer.wrap(bytes).order(order));
    }

    private byte[] content(String name, int most) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new FormatException(source, "there is no " + name + " in the archive; the file is not complete");
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new FormatException(source, name + " is compressed, as torch.save never does; save it again");
        }
        if (entry.getSize() > most) {
            throw new FormatException(source, name + " has " + entry.getSize() + " bytes, more than the " + most
                    + " that are read");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            CRC32 sum = new CRC32();
            sum.update(bytes);
            if (bytes.length != entry.getSize() || sum.getValue() != entry.getCrc()) {
                throw new FormatException(source, name + " does not have the checksum that the archive states; the file"
                        + " is damaged");
            }
            return bytes;
        } catch (ZipException | EOFException e) {
            throw damaged(source + ": " + name, e);
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
