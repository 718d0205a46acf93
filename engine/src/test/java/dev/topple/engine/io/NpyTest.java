// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static dev.topple.engine.io.IoTests.malformed;
import static dev.topple.engine.io.IoTests.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyTest {

    /** {@code np.save(f, np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3) + 0.5))}, NumPy 2.4. */
    private static final String FORTRAN =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAg"
                    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAA/AABgQAAAwD8AAJBA"
                    + "AAAgQAAAsEA=";
    /** {@code np.lib.format.write_array(f, np.arange(3, dtype="<i8"), version=(2, 0))}. */
    private static final String VERSION_2 =
            "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAg"
                    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAEAAAAAAAAA"
                    + "AgAAAAAAAAA=";

    @TempDir
    Path folder;

    private static byte[] file(int version, String header, byte... data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version).put((byte) 0);
        if (version == 1) {
            out.putShort((short) text.length);
        } else {
            out.putInt(text.length);
        }
        out.put(text).put(data);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static Tensor parse(byte[] bytes) {
        return Npy.parse(bytes, "a.npy");
    }

    private static Tensor parse(String descr, String fortran, String shape, byte... data) {
        return parse(file(1, "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n",
                data));
    }

    @Test
    void readsWhatNumPyWrote() {
        Tensor fortran = parse(Base64.getDecoder().decode(FORTRAN));
        assertEquals(Shape.of(2, 3), fortran.shape());
        assertArrayEquals(new float[] {0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f}, fortran.floats());
        assertArrayEquals(new int[] {0, 1, 2}, parse(Base64.getDecoder().decode(VERSION_2)).ints());
    }

    @Test
    void roundTripsEveryTypeAndShape() {
        Path file = folder.resolve("a.npy");
        for (DType dtype : DType.values()) {
            for (Shape shape : IoTests.shapes()) {
                Tensor tensor = IoTests.random(dtype, shape, 5);
                Npy.write(file, tensor);
                assertTrue(tensor.sameBits(Npy.read(file)), dtype + "" + shape);
            }
        }
        Npy.write(file, Tensor.of(Shape.of(3), 0, 200, 255), StoredType.U8);
        assertArrayEquals(new int[] {0, 200, 255}, Npy.read(file).ints());
        Npy.write(file, Tensor.of(Shape.of(2), 0.1f, -2f), StoredType.F16);
        assertArrayEquals(new float[] {0.099975586f, -2f}, Npy.read(file).floats());
    }

    /** The bytes of {@code np.save} for the same array. */
    @Test
    void writesWhatNumPyWrites() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Npy.encode(Tensor.of(Shape.of(2), true, false), StoredType.BOOL, out);
        byte[] bytes = out.toByteArray();
        assertEquals(0, (bytes.length - 2) % 64);
        String header = new String(bytes, 10, bytes.length - 12, StandardCharsets.ISO_8859_1);
        assertEquals("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", header.stripTrailing());
        assertTrue(header.endsWith(" \n"));
        assertEquals(header.length(), (bytes[8] & 0xFF) + 256 * bytes[9]);
    }

    @Test
    void transposesColumnsOfAnyRank() {
        Shape shape = Shape.of(2, 3, 4);
        byte[] data = new byte[24];
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 4; k++) {
                    data[i + 2 * j + 6 * k] = (byte) (i * 12 + j * 4 + k);
                }
            }
        }
        Tensor tensor = parse("|u1", "True", "(2, 3, 4)", data);
        assertEquals(shape, tensor.shape());
        for (int i = 0; i < 24; i++) {
            assertEquals(i, tensor.ints()[i]);
        }
        assertEquals(Shape.of(2, 0), parse("|u1", "True", "(2, 0)").shape());
        assertArrayEquals(new int[] {9}, parse("|u1", "True", "()", (byte) 9).ints());
        assertArrayEquals(new boolean[] {true, false, true, true},
                parse("|b1", "True", "(2,2)", (byte) 1, (byte) 1, (byte) 0, (byte) 1).booleans());
    }

    @Test
    void readsBothByteOrders() {
        assertArrayEquals(new float[] {1.5f},
                parse(">f4", "False", "(1,)", (byte) 0x3F, (byte) 0xC0, (byte) 0, (byte) 0).floats());
        assertArrayEquals(new int[] {-2}, parse(">i2", "False", "(1,)", (byte) 0xFF, (byte) 0xFE).ints());
        assertArrayEquals(new int[] {258}, parse("<u2", "False", "(1,)", (byte) 2, (byte) 1).ints());
        assertArrayEquals(new int[] {-128}, parse("|i1", "False", "(1,)", (byte) -128).ints());
        byte[] half = {0, 0x3C};
        assertArrayEquals(new float[] {1}, parse("<f2", "False", "()", half).floats());
        byte[] twice = ByteBuffer.allocate(8).putDouble(0.1).array();
        assertArrayEquals(new float[] {0.1f}, parse(">f8", "False", "()", twice).floats());
    }

    @Test
    void readsPythonsOtherSpellings() {
        assertEquals(Shape.of(1, 2), parse(file(3, "{\"shape\":(1,2,),\"fortran_order\":False,\"descr\":\"|u1\"}",
                new byte[2])).shape());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "<f4 ~ False ~ (3,) ~ truncated: 8 of the 12 bytes of F32[3]",
        "<f4 ~ False ~ (1,) ~ something follows the 4 bytes of F32[1]",
        "<f4 ~ False ~ (0,) ~ something follows the 0 bytes",
        "<f4 ~ False ~ (2) ~ the shape is a number, not a tuple",
        "<f4 ~ False ~ [2] ~ expected '('",
        "<f4 ~ False ~ (-2,) ~ the shape is not a tuple of numbers",
        "<f4 ~ False ~ (2L,) ~ expected ')'",
        "<f4 ~ False ~ (,) ~ the shape is not a tuple of numbers",
        "<f4 ~ False ~ (65536,65536) ~ more elements than an array can hold",
        "<f4 ~ False ~ (2147483648,) ~ the size 2147483648 of an axis is too large",
        "<f4 ~ False ~ (99999999999999999999,) ~ of an axis is too large",
        "<f4 ~ 0 ~ (2,) ~ fortran_order is neither True nor False",
        "|O ~ False ~ (1,) ~ the type '|O' is not supported",
        "<c8 ~ False ~ (1,) ~ the type '<c8' is not supported",
        "<U2 ~ False ~ (1,) ~ is not supported",
        "=f4 ~ False ~ (2,) ~ the type '=f4' is not supported",
        "|f4 ~ False ~ (2,) ~ the type '|f4' is not supported",
        "f4 ~ False ~ (2,) ~ the type 'f4' is not supported",
        "< ~ False ~ (2,) ~ the type '<' is not supported"})
    void refusesBadHeaders(String descr, String fortran, String shape, String message) {
        malformed(() -> parse(descr, fortran, shape, new byte[8]), "a.npy: ", message);
    }

    @Test
    void refusesBadStructure() {
        String good = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}";
        assertEquals(1, parse(file(1, good, (byte) 1)).ints()[0]);
        malformed(() -> parse(file(4, good, (byte) 1)), "npy version 4.0 is unknown");
        malformed(() -> parse(file(1, good + "x", (byte) 1)), "something follows the dictionary");
        malformed(() -> parse(file(1, "{}")), "descr, fortran_order or shape is missing");
        malformed(() -> parse(file(1, "")), "expected '{'");
        malformed(() -> parse(file(1, "{'descr")), "expected a text in quotes");
        malformed(() -> parse(file(1, "{'descr': ''}")), "is missing");
        malformed(() -> parse(file(1, "{'descr': '', 'fortran_order': False, 'shape': ()}")),
                "type '' is not supported");
        malformed(() -> parse(file(1, "{'descr': '|u1', 'descr': '|u1'}")), "the key 'descr' appears twice");
        malformed(() -> parse(file(1, "{'pickle': '|u1'}")), "the key 'pickle' is unknown");
        malformed(() -> parse(file(1, "{'descr': [('x', '<f4')]}")), "records (structured types) are not supported");
        malformed(() -> parse(file(1, "{'de\\x73cr': '|u1'}")), "expected a text in quotes");
        malformed(() -> parse(file(2, " ".repeat(70_000))), "an npy header of 70000 bytes passes the limit");
        byte[] huge = file(2, good);
        Arrays.fill(huge, 8, 12, (byte) 0xFF);
        malformed(() -> parse(huge), "an npy header of 4294967295 bytes passes the limit");
        malformed(() -> parse("PK\u0003\u0004....".getBytes(StandardCharsets.ISO_8859_1)), "this is no npy file");
        malformed(() -> parse("|b1", "False", "(1,)", (byte) 2), "element 0 is 2 and does not fit a truth value");
    }

    @Test
    void everyTruncationIsRefused() throws Exception {
        byte[] whole = Base64.getDecoder().decode(FORTRAN);
        Path file = folder.resolve("t.npy");
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            malformed(() -> parse(part), "a.npy: ");
            Files.write(file, part);
            malformed(() -> Npy.read(file), "t.npy: ");
        }
    }

    @Test
    void refusesToWriteWhatDoesNotFit() {
        Path file = folder.resolve("a.npy");
        refused(IllegalArgumentException.class, () -> Npy.write(file, Tensor.of(Shape.of(1), 256), StoredType.U8),
                "element 0 is 256 and does not fit U8");
        refused(IllegalArgumentException.class, () -> Npy.write(file, Tensor.scalar(1), StoredType.BF16),
                "NumPy has no type BF16");
        refused(IllegalArgumentException.class, () -> Npy.write(file, Tensor.scalar(1), StoredType.I32),
                "f32[] cannot be stored as I32");
        refused(UncheckedIOException.class, () -> Npy.read(file), "cannot read ", "no such file");
    }

    /** Reference values: numpy.load. */
    @Test
    @Tag("data")
    void readsRealDepth() {
        depth("0061", 1.5977215f, 1.675837f, 1.5347109f, 1.7347605873873302);
        depth("0295", 5.864834f, 6.216406f, 2.287483f, 3.8105069618532434);
    }

    private static void depth(String name, float first, float inside, float last, double mean) {
        Tensor depth = Npy.read(IoTests.data("nyuv2-originals").resolve("depth").resolve(name + ".npy"));
        assertEquals(Shape.of(480, 640), depth.shape());
        float[] values = depth.floats();
        assertEquals(first, values[0]);
        assertEquals(inside, values[100 * 640 + 200]);
        assertEquals(last, values[values.length - 1]);
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        assertEquals(mean, sum / values.length, 1e-9);
    }
}
