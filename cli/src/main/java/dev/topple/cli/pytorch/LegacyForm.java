// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import dev.topple.cli.pytorch.PickleValue.Dictionary;
import dev.topple.cli.pytorch.PickleValue.Sequence;
import dev.topple.cli.pytorch.PickleValue.Storage;
import dev.topple.cli.pytorch.PickleValue.Text;
import dev.topple.cli.pytorch.PickleValue.Truth;
import dev.topple.cli.pytorch.PickleValue.Whole;
import dev.topple.engine.io.FormatException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What {@code torch.save} wrote before PyTorch 1.6: five pickles (a magic number, a version, facts about the machine,
 * what was saved, the keys of storages), then each storage with its number of elements before it.
 */
final class LegacyForm {

    /** An integer of ten bytes: the magic number. */
    private static final byte[] MAGIC = {(byte) 0x8A, 10, 0x6C, (byte) 0xFC, (byte) 0x9C, 0x46, (byte) 0xF9, 0x20, 0x6A,
        (byte) 0xA8, 0x50, 0x19, '.'};

    /** Before it stand two bytes that say the protocol, and from protocol 4 on perhaps nine with a length. */
    private static final int[] PLACES = {2, 11};

    /** How many bytes tell. */
    static final int HEAD = 11 + MAGIC.length;

    private static final int VERSION = 1001;

    private final String source;
    private final ByteBuffer file;
    private final ByteOrder order;
    private final PickleValue root;
    private final Map<String, Integer> starts = new HashMap<>();

    private LegacyForm(String source, ByteBuffer file) {
        this.source = source;
        this.file = file;
        pickle("the magic number");
        PickleValue version = pickle("the version");
        if (!(version instanceof Whole(BigInteger number)) || !number.equals(BigInteger.valueOf(VERSION))) {
            throw new FormatException(source, "it is of an unknown version of the form before PyTorch 1.6");
        }
        this.order = pickle("the facts about the machine") instanceof Dictionary facts
                && facts.entries().get("little_endian") instanceof Truth(boolean little) && !little
                        ? ByteOrder.BIG_ENDIAN
                        : ByteOrder.LITTLE_ENDIAN;
        TorchGlobals globals = new TorchGlobals();
        this.root = PickleReader.read(file, source + ": the state dict", globals);
        PickleValue keys = pickle("the storages");
        if (!(keys instanceof Sequence list)) {
            throw new FormatException(source, "the keys of its storages are no list; the file is damaged");
        }
        for (PickleValue key : list.items()) {
            place(key, globals.storages());
        }
    }

    static boolean is(byte[] head) {
        return head.length > 0 && head[0] == (byte) 0x80 && IntStream.of(PLACES).anyMatch(from -> head.length >= from
                + MAGIC.length && Arrays.equals(head, from, from + MAGIC.length, MAGIC, 0, MAGIC.length));
    }

    static LegacyForm open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new FormatException(file.toString(), "files of the form before PyTorch 1.6 are read up to 2 GiB;"
                        + " save it again with a newer PyTorch");
            }
            return new LegacyForm(file.toString(), channel.map(MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    private PickleValue pickle(String what) {
        return PickleReader.read(file, source + ": " + what, new TorchGlobals());
    }

    private void place(PickleValue key, Map<String, Storage> storages) {
        if (!(key instanceof Text(String name)) || !storages.containsKey(name) || starts.containsKey(name)) {
            throw new FormatException(source, "its storages are not those of its tensors; the file is damaged");
        }
        Storage storage = storages.get(name);
        file.order(order);
        long elements = file.remaining() < Long.BYTES ? -1 : file.getLong();
        if (elements != storage.elements() || storage.bytes() > file.remaining()) {
            throw new FormatException(source, "storage '" + name + "' is cut off or damaged");
        }
        starts.put(name, file.position());
        file.position(file.position() + (int) storage.bytes());
    }

    /** What was saved. */
    PickleValue root() {
        return root;
    }

    Elements storage(Storage storage) {
        Integer start = starts.get(storage.key());
        if (start == null) {
            throw new FormatException(source, "storage '" + storage.key() + "' is missing; the file is not complete");
        }
        return new Elements(source + ": storage '" + storage.key() + "'",
                file.slice(start, (int) storage.bytes()).order(order));
    }
}
