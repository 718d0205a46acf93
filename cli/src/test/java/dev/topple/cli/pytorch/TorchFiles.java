// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes files as {@code torch.save} does, opcode for opcode. */
public final class TorchFiles {

    private TorchFiles() {}

    /** A storage: the class that PyTorch names, its key, and its bytes. */
    public record Stored(String kind, String key, int elements, byte[] bytes) {

        public static Stored floats(String key, ByteOrder order, float... values) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(order);
            bytes.asFloatBuffer().put(values);
            return new Stored("FloatStorage", key, values.length, bytes.array());
        }
    }

    /** A tensor of a state dict. */
    public record View(String name, Stored storage, long offset, List<Integer> size, List<Integer> stride) {}

    /** The bytes of a pickle while it is written. */
    static final class Pickle {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int remembered;

        Pickle() {
            op(0x80).op(2);
        }

        Pickle op(int opcode) {
            bytes.write(opcode);
            return this;
        }

        /** A number in so many bytes, the last one first. */
        Pickle little(long value, int count) {
            for (int i = 0; i < count; i++) {
                op((int) (value >>> 8 * i) & 0xFF);
            }
            return this;
        }

        Pickle global(String module, String name) {
            return op('c').raw(module + "\n" + name + "\n");
        }

        Pickle raw(String text) {
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        Pickle text(String text) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            op('X').little(encoded.length, 4);
            bytes.writeBytes(encoded);
            return remember();
        }

        Pickle remember() {
            return remembered < 256 ? op('q').op(remembered++) : op('r').little(remembered++, 4);
        }

        Pickle whole(long value) {
            if (value != (int) value) {
                return op(0x8A).op(8).little(value, 8);
            }
            return value >= 0 && value < 256 ? op('K').op((int) value)
                    : value >= 0 && value < 65536 ? op('M').little(value, 2) : op('J').little(value, 4);
        }

        Pickle wholes(List<Integer> values) {
            if (values.isEmpty()) {
                return op(')');
            }
            op('(');
            values.forEach(this::whole);
            return op('t').remember();
        }

        Pickle orderedDict() {
            return global("collections", "OrderedDict").remember().op(')').op('R').remember();
        }

        /** A call of {@code torch._utils._rebuild_tensor_v2}. */
        Pickle tensor(View view, boolean legacy) {
            global("torch._utils", "_rebuild_tensor_v2").op('(').op('(').text("storage")
                    .global("torch", view.storage().kind()).text(view.storage().key()).text("cpu")
                    .whole(view.storage().elements());
            if (legacy) {
                op('N');
            }
            return op('t').remember().op('Q').whole(view.offset()).wholes(view.size()).wholes(view.stride()).op(0x89)
                    .orderedDict().op('t').remember().op('R').remember();
        }

        /** The state dict with the attribute that PyTorch's has. */
        Pickle stateDict(List<View> views, boolean legacy) {
            orderedDict().op('(');
            views.forEach(view -> text(view.name()).tensor(view, legacy));
            return op('u').op('}').text("_metadata").orderedDict().op('s').op('b');
        }

        byte[] end() {
            op('.');
            return bytes.toByteArray();
        }
    }

    private static Map<String, Stored> storages(List<View> views) {
        Map<String, Stored> storages = new LinkedHashMap<>();
        views.forEach(view -> storages.put(view.storage().key(), view.storage()));
        return storages;
    }

    /** A file of the present form. */
    public static byte[] zip(List<View> views) {
        return zip(new Pickle().stateDict(views, false).end(), views, "little");
    }

    static byte[] zip(byte[] pickle, List<View> views, String order) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            entry(zip, "archive/data.pkl", pickle);
            entry(zip, "archive/byteorder", order.getBytes(StandardCharsets.US_ASCII));
            storages(views).forEach((key, stored) -> entry(zip, "archive/data/" + key, stored.bytes()));
            entry(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        // PyTorch fills up to 64 bytes with a field of its own.
        entry.setExtra(new byte[] {'F', 'B', 4, 0, 'Z', 'Z', 'Z', 'Z'});
        try {
            zip.putNextEntry(entry);
            zip.write(content);
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of the form before PyTorch 1.6. */
    static byte[] legacy(List<View> views) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(new Pickle().op(0x8A).op(10).little(0x6A20F9469CFC6CL, 7).little(0x1950A8, 3).end());
            out.write(new Pickle().whole(1001).end());
            out.write(new Pickle().op('}').remember().op('(').text("protocol_version").whole(1001).text("little_endian")
                    .op(0x88).op('u').end());
            out.write(new Pickle().stateDict(views, true).end());
            Pickle keys = new Pickle().op(']').remember().op('(');
            storages(views).keySet().forEach(keys::text);
            out.write(keys.op('e').end());
            for (Stored stored : storages(views).values()) {
                out.writeLong(Long.reverseBytes(stored.elements()));
                out.write(stored.bytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static Path write(Path file, byte[] content) {
        try {
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
