// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static dev.topple.engine.io.IoTests.malformed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsMalformedTest {

    private static byte[] file(String header, byte... data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return file(json.length, json, data);
    }

    private static byte[] file(long length, byte[] json, byte... data) {
        return ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN).putLong(length)
                .put(json).put(data).array();
    }

    private static SafetensorsFile open(byte[] bytes) {
        return SafetensorsFile.of(bytes, "m.safetensors");
    }

    private static String tensor(String name, String dtype, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets
                + "}";
    }

    @Test
    void everyTruncationIsRefused(@TempDir Path folder) throws Exception {
        byte[] whole = Safetensors.encode(Map.of("a", Tensor.of(Shape.of(2), 1f, 2f), "b", Tensor.scalar(3),
                "c", Tensor.of(Shape.of(3), true, true, false)), Map.of("k", "v"), StoredType.F32);
        Path file = folder.resolve("t.safetensors");
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            malformed(() -> open(part), "m.safetensors: ");
            Files.write(file, part);
            malformed(() -> SafetensorsFile.open(file), "t.safetensors: ");
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        malformed(() -> open(longer), "m.safetensors: 1 bytes at the end belong to no tensor");
    }

    /** Any single wrong byte gives a file that opens, or one clean refusal; never another exception. */
    @Test
    void everyWrongByteIsHandled() {
        byte[] whole = Safetensors.encode(Map.of("a", Tensor.of(Shape.of(2), 1f, 2f), "b",
                Tensor.of(Shape.of(1, 2), true, false)), Map.of("k", "v"), StoredType.F32);
        RandomSource random = new RandomSource(3);
        for (int i = 0; i < whole.length; i++) {
            for (int change = 0; change < 12; change++) {
                byte[] wrong = whole.clone();
                wrong[i] ^= (byte) (1 + random.nextInt(255));
                try {
                    open(wrong).readAll();
                } catch (FormatException e) {
                    assertEquals(-1, e.getMessage().indexOf('\n'), e.getMessage());
                }
            }
        }
    }

    @Test
    void refusesBadHeaderLengths() {
        malformed(() -> open(new byte[7]), "a file of 7 bytes is too short");
        malformed(() -> open(file(-1, new byte[8])), "the header's length, 18446744073709551615, passes");
        malformed(() -> open(file(Long.MIN_VALUE, new byte[8])), "9223372036854775808");
        malformed(() -> open(file(100_000_001, new byte[8])), "the header's length, 100000001, passes");
        malformed(() -> open(file(9, new byte[8])), "the header's 9 bytes pass the end of the file");
        malformed(() -> open(new byte[8]), "does not start with '{'");
        malformed(() -> open("<!DOCTYPE html>\n".getBytes(StandardCharsets.UTF_8)), "this is no safetensors file");
        malformed(() -> open(file(" {}")), "does not start with '{'");
        malformed(() -> open(file("[]")), "does not start with '{'");
    }

    @Test
    void acceptsWhatTheFormatAllows() {
        assertEquals(0, open(file("{}   ")).names().size());
        SafetensorsFile file = open(file("{" + tensor("late", "U8", "[1]", "[4,5]") + ","
                + tensor("none", "F32", "[0,3]", "[4,4]") + "," + tensor("first", "F32", "[]", "[0,4]") + "}",
                (byte) 0, (byte) 0, (byte) 0, (byte) 0x40, (byte) 200));
        assertEquals(List.of("first", "none", "late"), file.names());
        assertArrayEquals(new int[] {200}, file.read("late").ints());
        assertArrayEquals(new float[] {2}, file.read("first").floats());
        assertEquals(Shape.of(0, 3), file.read("none").shape());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "F32 ~ [1] ~ [0,8] ~ tensor 'x': it has 8 bytes, but F32[1] needs 4",
        "F32 ~ [3] ~ [0,8] ~ needs 12",
        "F32 ~ [2] ~ [0,9] ~ tensor 'x': its data, bytes 0 to 9, is not within the 8 bytes",
        "F32 ~ [2] ~ [1,9] ~ not within",
        "F32 ~ [2] ~ [8,0] ~ bytes 8 to 0, is not within",
        "F32 ~ [2] ~ [-8,0] ~ not within",
        "F32 ~ [2] ~ [9223372036854775807,9223372036854775807] ~ not within",
        "F32 ~ [2] ~ [0,9223372036854775808] ~ data_offsets[1]: expected a 64-bit integer",
        "F32 ~ [2] ~ [0,1e300] ~ expected a 64-bit integer",
        "F32 ~ [2] ~ [0,8.5] ~ expected a 64-bit integer",
        "F32 ~ [2] ~ [0] ~ data_offsets has 1 numbers, not 2",
        "F32 ~ [2] ~ [0,8,8] ~ data_offsets has 3 numbers, not 2",
        "F32 ~ [2] ~ {} ~ data_offsets: expected an array, found an object",
        "F32 ~ [1] ~ [4,8] ~ tensor 'x': bytes 0 to 4 before its data belong to no tensor",
        "F32 ~ [1] ~ [0,4] ~ 4 bytes at the end belong to no tensor",
        "F32 ~ [-2] ~ [0,8] ~ tensor 'x': shape [-2] has a negative size",
        "F32 ~ [65536,65536] ~ [0,8] ~ more elements than an array can hold",
        "F32 ~ [2147483647,2147483647,2147483647] ~ [0,8] ~ more elements than an array can hold",
        "F32 ~ [4294967298] ~ [0,8] ~ shape[0]: expected a 32-bit integer, found 4294967298",
        "F32 ~ [2147483648,2147483648,4] ~ [0,8] ~ expected a 32-bit integer",
        "F32 ~ [2.5] ~ [0,8] ~ expected a 64-bit integer, found 2.5",
        "F32 ~ [\"2\"] ~ [0,8] ~ shape[0]: expected an integer, found a text",
        "F32 ~ 2 ~ [0,8] ~ shape: expected an array, found 2",
        "F8_E4M3 ~ [8] ~ [0,8] ~ tensor 'x': the dtype 'F8_E4M3' is not supported",
        "f32 ~ [2] ~ [0,8] ~ the dtype 'f32' is not supported"})
    void refusesBadTensors(String dtype, String shape, String offsets, String message) {
        malformed(() -> open(file("{" + tensor("x", dtype, shape, offsets) + "}", new byte[8])), "m.safetensors: ",
                message);
    }

    @Test
    void refusesOverlapsHolesAndDuplicates() {
        malformed(() -> open(file("{" + tensor("a", "F32", "[1]", "[0,4]") + "," + tensor("b", "F32", "[1]", "[2,6]")
                + "}", new byte[6])), "tensor 'b': its data overlaps that of 'a' (byte 2 comes before byte 4)");
        malformed(() -> open(file("{" + tensor("a", "F32", "[1]", "[0,4]") + "," + tensor("b", "F32", "[1]", "[0,4]")
                + "}", new byte[4])), "overlaps");
        malformed(() -> open(file("{" + tensor("a", "F32", "[2]", "[0,8]") + "," + tensor("b", "F32", "[1]", "[4,8]")
                + "}", new byte[8])), "overlaps");
        malformed(() -> open(file("{" + tensor("a", "F32", "[1]", "[0,4]") + "," + tensor("b", "F32", "[1]", "[8,12]")
                + "}", new byte[12])), "tensor 'b': bytes 4 to 8 before its data belong to no tensor");
        malformed(() -> open(file("{" + tensor("a", "F32", "[1]", "[0,4]") + "," + tensor("a", "F32", "[1]", "[4,8]")
                + "}", new byte[8])), "the name 'a' appears twice");
    }

    @Test
    void refusesBadStructure() {
        malformed(() -> open(file("{\"x\":3}")), "header: x: expected an object, found 3");
        malformed(() -> open(file("{\"x\":{\"dtype\":\"F32\",\"shape\":[0]}}")), "'data_offsets' is missing");
        malformed(() -> open(file("{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"z\":1}}")),
                "unknown member 'z'");
        malformed(() -> open(file("{\"__metadata__\":{\"k\":1}}")), "__metadata__.k: expected a text, found 1");
        malformed(() -> open(file("{\"__metadata__\":[]}")), "__metadata__: expected an object");
        malformed(() -> open(file("{}x")), "header: line 1, column 3");
        malformed(() -> open(file("{\"x\":" + "[".repeat(5000))), "nested deeper");
        malformed(() -> open(file(3, new byte[] {'{', (byte) 0xFF, '}'})), "byte 1 is not UTF-8");
    }

    @Test
    void refusesElementsThatDoNotFit() {
        byte[] big = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(7).putLong(1L << 31).array();
        for (String dtype : new String[] {"I64", "U64"}) {
            SafetensorsFile file = open(file("{" + tensor("x", dtype, "[2]", "[0,16]") + "}", big));
            malformed(() -> file.read("x"), "m.safetensors: tensor 'x': element 1 is 2147483648 and does not fit");
        }
        byte[] ones = new byte[8];
        Arrays.fill(ones, (byte) -1);
        assertArrayEquals(new int[] {-1},
                open(file("{" + tensor("x", "I64", "[1]", "[0,8]") + "}", ones)).read("x").ints());
        malformed(() -> open(file("{" + tensor("x", "U64", "[1]", "[0,8]") + "}", ones)).read("x"),
                "element 0 is 18446744073709551615 and does not fit");
        malformed(() -> open(file("{" + tensor("x", "U32", "[2]", "[0,8]") + "}", ones)).read("x"),
                "element 0 is 4294967295 and does not fit");
        malformed(() -> open(file("{" + tensor("x", "BOOL", "[8]", "[0,8]") + "}", ones)).read("x"),
                "element 0 is 255 and does not fit a truth value");
        assertArrayEquals(new int[] {65535, 65535, 65535, 65535},
                open(file("{" + tensor("x", "U16", "[4]", "[0,8]") + "}", ones)).read("x").ints());
        assertArrayEquals(new int[] {-1, -1, -1, -1},
                open(file("{" + tensor("x", "I16", "[4]", "[0,8]") + "}", ones)).read("x").ints());
        assertArrayEquals(new int[] {-1, -1, -1, -1, -1, -1, -1, -1},
                open(file("{" + tensor("x", "I8", "[8]", "[0,8]") + "}", ones)).read("x").ints());
        byte[] doubles = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.1)
                .putDouble(Double.POSITIVE_INFINITY).putDouble(1e300).array();
        SafetensorsFile file = open(file("{" + tensor("x", "F64", "[2]", "[0,16]") + ","
                + tensor("y", "F64", "[1]", "[16,24]") + "}", doubles));
        assertArrayEquals(new float[] {0.1f, Float.POSITIVE_INFINITY}, file.read("x").floats());
        malformed(() -> file.read("y"), "tensor 'y': element 0 is 1.0E300 and does not fit");
    }

    @Test
    void hostileNamesStayOnOneLine() {
        assertThrows(FormatException.class, () -> open(file("{}")).read("no\nsuch"));
        malformed(() -> open(file("{" + tensor("a\\nb\\u001b[2J", "Q", "[]", "[0,0]") + "}")),
                "tensor 'a\\u000Ab\\u001B[2J': the dtype 'Q'");
    }
}
