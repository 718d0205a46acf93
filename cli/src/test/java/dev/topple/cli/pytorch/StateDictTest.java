// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.cli.pytorch.TorchFiles.Pickle;
import dev.topple.cli.pytorch.TorchFiles.Stored;
import dev.topple.cli.pytorch.TorchFiles.View;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateDictTest {

    private static final Stored SIX = Stored.floats("0", ByteOrder.LITTLE_ENDIAN, 0, 1, 2, 3, 4, 5);
    private static final Stored THREE = Stored.floats("1", ByteOrder.LITTLE_ENDIAN, 7, 8, 9);
    private static final List<View> VIEWS = List.of(new View("conv.weight", SIX, 0, List.of(2, 3), List.of(3, 1)),
            new View("conv.transposed", SIX, 0, List.of(3, 2), List.of(1, 3)),
            new View("conv.bias", THREE, 0, List.of(3), List.of(1)),
            new View("last", SIX, 4, List.of(2), List.of(1)), new View("scalar", THREE, 2, List.of(), List.of()));

    /** Where a test remembers things, beyond what is numbered. */
    private static final int FAR = 1 << 20;

    @TempDir
    private Path folder;

    private StateDict read(byte[] content) {
        return StateDict.read(TorchFiles.write(folder.resolve("weights.pth"), content));
    }

    private static byte[] of(Consumer<Pickle> content) {
        Pickle pickle = new Pickle();
        content.accept(pickle);
        return TorchFiles.zip(pickle.end(), VIEWS, "little");
    }

    private void refused(byte[] content, String... parts) {
        String message = assertThrows(FormatException.class, () -> read(content)).getMessage();
        assertEquals(1, message.lines().count());
        assertTrue(message.contains("weights.pth: "), message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    private static void assertViews(StateDict dict) {
        Map<String, Tensor> tensors = dict.tensors();
        assertEquals(VIEWS.stream().map(View::name).toList(), List.copyOf(tensors.keySet()));
        assertEquals(Shape.of(2, 3), tensors.get("conv.weight").shape());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, tensors.get("conv.weight").floats());
        assertEquals(Shape.of(3, 2), tensors.get("conv.transposed").shape());
        assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, tensors.get("conv.transposed").floats());
        assertArrayEquals(new float[] {7, 8, 9}, tensors.get("conv.bias").floats());
        assertArrayEquals(new float[] {4, 5}, tensors.get("last").floats());
        assertEquals(Shape.scalar(), tensors.get("scalar").shape());
        assertArrayEquals(new float[] {9}, tensors.get("scalar").floats());
    }

    @Test
    void bothForms() {
        assertViews(read(TorchFiles.zip(VIEWS)));
        assertViews(read(TorchFiles.legacy(VIEWS)));
    }

    @Test
    void theOtherByteOrder() {
        Stored stored = Stored.floats("0", ByteOrder.BIG_ENDIAN, 1.5f, -2);
        List<View> views = List.of(new View("x", stored, 0, List.of(2), List.of(1)));
        byte[] pickle = new Pickle().stateDict(views, false).end();
        assertArrayEquals(new float[] {1.5f, -2},
                read(TorchFiles.zip(pickle, views, "big")).tensors().get("x").floats());
        refused(TorchFiles.zip(pickle, views, "middle"), "byteorder", "'middle'");
    }

    /**
     * Written by PyTorch 1.13.1: {@code torch.save(d, file, _use_new_zipfile_serialization=…)} of an OrderedDict with
     * {@code base = torch.arange(24.).reshape(2, 3, 4) / 8}, views of {@code torch.arange(10.)} and one tensor of each
     * type.
     */
    @ParameterizedTest
    @ValueSource(strings = {"zip.pth", "legacy.pth"})
    void filesOfPyTorch(String name) throws IOException {
        Map<String, Tensor> tensors = read(resource(name)).tensors();
        assertEquals(17, tensors.size());
        float[] base = tensors.get("plain").floats();
        assertEquals(Shape.of(2, 3, 4), tensors.get("plain").shape());
        assertEquals(23 / 8f, base[23]);
        Tensor transposed = tensors.get("transposed");
        assertEquals(Shape.of(4, 2, 3), transposed.shape());
        for (int i = 0; i < 24; i++) {
            assertEquals(base[i % 6 / 3 * 12 + i % 3 * 4 + i / 6], transposed.floats()[i]);
        }
        assertArrayEquals(new float[] {3, 4, 5, 6}, tensors.get("part").floats());
        assertArrayEquals(new float[] {1, 4, 7}, tensors.get("stepped").floats());
        assertSame(tensors.get("whole"), tensors.get("tied"));
        assertArrayEquals(new float[] {1.5f, -2.25f, 65504}, tensors.get("half").floats());
        assertArrayEquals(new float[] {1.5f, Float.intBitsToFloat(0xFF62 << 16)}, tensors.get("bfloat").floats());
        assertArrayEquals(new float[] {0.1f}, tensors.get("double").floats());
        assertArrayEquals(new int[] {7}, tensors.get("steps").ints());
        assertArrayEquals(new int[] {0, 255}, tensors.get("bytes").ints());
        assertArrayEquals(new int[] {-128, 127}, tensors.get("chars").ints());
        assertArrayEquals(new int[] {-3}, tensors.get("shorts").ints());
        assertEquals(Shape.of(2, 1), tensors.get("ints").shape());
        assertArrayEquals(new boolean[] {true, false}, tensors.get("mask").booleans());
        assertEquals(Shape.of(0, 3), tensors.get("empty").shape());
        assertArrayEquals(new float[] {4, 5}, tensors.get("parameter").floats());
    }

    /** The same PyTorch's checkpoint of a DataParallel model beside an optimizer, numbers, texts and lists. */
    @Test
    void aCheckpointOfPyTorch() throws IOException {
        Map<String, Tensor> tensors = read(resource("zip-checkpoint.pth")).tensors();
        assertEquals(List.of("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
                "1.num_batches_tracked"), List.copyOf(tensors.keySet()));
        assertEquals(Shape.of(3, 2, 1, 1), tensors.get("0.weight").shape());
        assertArrayEquals(new float[] {0.9f, 0.9f, 0.9f}, tensors.get("1.running_var").floats());
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = StateDictTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void checkpointsAreLookedThrough() {
        View prefixed = new View("module.fc.weight", THREE, 0, List.of(3), List.of(1));
        Function<String, StateDict> under = key -> read(of(pickle -> pickle.op('}').op('(').text("epoch").whole(3)
                .text(key).stateDict(List.of(prefixed), false).op('u')));
        for (String key : List.of("state_dict", "model", "whatever")) {
            assertEquals(List.of("fc.weight"), List.copyOf(under.apply(key).tensors().keySet()));
        }
        StateDict two = read(of(pickle -> pickle.op('}').op('(').text("a").stateDict(List.of(prefixed), false).text("b")
                .op('}').text("c").stateDict(List.of(prefixed), false).op('s').op('u')));
        assertEquals(List.of("a.module.fc.weight", "b.c.module.fc.weight"), List.copyOf(two.tensors().keySet()));
    }

    /** What every hostile pickle tries first; no opcode that could do anything is even looked at. */
    @ParameterizedTest
    @CsvSource({"os,system", "posix,system", "builtins,eval", "builtins,getattr", "subprocess,Popen", "torch,load",
        "torch.hub,load", "collections,OrderedDict.fromkeys", "torch._utils,_rebuild_tensor_v2.__globals__"})
    void hostilePicklesAreRefused(String module, String name) {
        String help = "names " + module + "." + name + ", which no state dict needs; nothing was executed";
        refused(of(pickle -> pickle.global(module, name).text("touch /tmp/x").op(0x85).op('R')), "data.pkl: byte 2: ",
                help);
        refused(of(pickle -> pickle.op(0x8C).op(module.length()).raw(module).op(0x8C).op(name.length()).raw(name)
                .op(0x93).op(')').op('R')), help);
        // Behind a tensor that is all right.
        refused(of(pickle -> pickle.stateDict(VIEWS, false).op('0').global(module, name)), help);
    }

    @Test
    void wholeModelsAreRefused() {
        refused(of(pickle -> pickle.global("torchvision.models.resnet", "ResNet").op(')').op(0x81)),
                "holds a whole model", "save the model's state_dict()");
        refused(of(pickle -> pickle.global("__torch__.torch.nn", "Module")), "TorchScript");
        refused(of(pickle -> pickle.tensor(VIEWS.getFirst(), false)), "a single tensor");
        refused(of(pickle -> pickle.op('}').text("epoch").whole(1).op('s')), "no tensor in the file", "epoch");
    }

    @ParameterizedTest
    @CsvSource({"i", "o", "S", "I", "P", "V", "l", "d", "p"})
    void otherOpcodesAreRefused(char op) {
        refused(of(pickle -> pickle.op(op)), String.format("no pickle opcode 0x%02X", (int) op));
    }

    @Test
    void viewsStayInTheirStorages() {
        refusedView(new View("x", THREE, 1, List.of(3), List.of(1)), "passes the end of storage '1'");
        refusedView(new View("x", THREE, 0, List.of(2, 2), List.of(2, 1)), "passes the end of storage '1'");
        refusedView(new View("x", THREE, 0, List.of(1000), List.of(0)), "repeats elements");
        refusedView(new View("x", THREE, Long.MAX_VALUE, List.of(2), List.of(1)), "passes the end");
        refusedView(new View("x", THREE, -1, List.of(2), List.of(1)), "no number from 0 on");
        refusedView(new View("x", THREE, 0, List.of(-2), List.of(1)), "no number from 0 on");
        refusedView(new View("x", THREE, 0, List.of(2), List.of()), "makes no sense");
        refusedView(new View("x", new Stored("FloatStorage", "1", 4, THREE.bytes()), 0, List.of(4), List.of(1)),
                "data/1 has 12 bytes", "needs 16");
        refusedView(new View("x", new Stored("FloatStorage", "9", 3, THREE.bytes()), 0, List.of(3), List.of(1)),
                "no archive/data/9");
        refusedView(new View("x", new Stored("QInt8Storage", "1", 3, THREE.bytes()), 0, List.of(3), List.of(1)),
                "torch.QInt8Storage");
    }

    private void refusedView(View view, String... parts) {
        byte[] pickle = new Pickle().stateDict(List.of(view), false).end();
        refused(TorchFiles.zip(pickle, VIEWS, "little"), parts);
    }

    /** Many views that differ a little would ask for far more memory than the file has. */
    @Test
    void memoryIsNoMoreThanTheFile() {
        float[] many = new float[2000];
        Stored stored = Stored.floats("0", ByteOrder.LITTLE_ENDIAN, many);
        List<View> views = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            views.add(new View("x" + i, stored, i, List.of(1000), List.of(1)));
        }
        refused(TorchFiles.zip(views), "share storages of only 8000");
        refused(of(pickle -> {
            for (int i = 0; i < 3_000_000; i++) {
                pickle.op(']');
            }
        }), "more than 2000000 steps");
        refused(of(pickle -> pickle.op('X').little(0x7FFFFFFF, 4).raw("abc")), "passes the end of the pickle");
        refused(of(pickle -> pickle.op(0x8B).little(0x7FFFFFFF, 4)), "an integer of 2147483647 bytes");
    }

    /** A dict in itself, and dicts whose paths grow twice as many with each level. */
    @Test
    void circlesAndBushesEnd() {
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            refused(of(pickle -> pickle.op('}').op('r').little(FAR, 4).text("self").op('j').little(FAR, 4).op('s')),
                    "no tensor");
            refused(of(pickle -> {
                pickle.stateDict(VIEWS, false).op('r').little(FAR, 4).op('0');
                for (int i = 0; i < 200; i++) {
                    pickle.op('}').op('(').text("a").op('j').little(FAR, 4).text("b").op('j').little(FAR, 4).op('u')
                            .op('r').little(FAR, 4).op('0');
                }
                pickle.op('j').little(FAR, 4);
            }), "no tensor");
        });
    }

    /** Truncated anywhere, or with bits flipped: the right data or one line, in no time. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void damagedFiles(boolean zip) {
        byte[] whole = zip ? TorchFiles.zip(VIEWS) : TorchFiles.legacy(VIEWS);
        Random random = new Random(zip ? 1 : 2);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            int flips = i % 3 == 0 ? 0 : 1 + random.nextInt(3);
            for (int f = 0; f < flips; f++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            Optional<StateDict> found = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> attempt(damaged));
            refused += found.isEmpty() ? 1 : 0;
            if (zip) {
                // Data and pickle have checksums.
                found.ifPresent(StateDictTest::assertViews);
            } else {
                found.ifPresent(dict -> assertTrue(dict.tensors().size() <= VIEWS.size()));
            }
        }
        assertTrue(refused > 500 && refused < 1500, "refused " + refused);
    }

    private Optional<StateDict> attempt(byte[] damaged) {
        try {
            return Optional.of(read(damaged));
        } catch (FormatException e) {
            assertFalse(e.getMessage().isBlank());
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            return Optional.empty();
        }
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        refused(new byte[0], "no file of torch.save");
        refused("hello".getBytes(StandardCharsets.US_ASCII), "no file of torch.save");
        refused(new byte[] {'P', 'K', 3, 4, 0, 0}, "zip archive is damaged");
        Path none = folder.resolve("none.pth");
        assertThrows(UncheckedIOException.class, () -> StateDict.read(none));
        assertFalse(Files.exists(none));
    }
}
