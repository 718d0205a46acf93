// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.topple.engine.io.Safetensors;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.DefaultModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no models, or were made to do harm, are refused in one line. */
class BadModelTest {

    private static final Consumer<Map<String, String>> SAME = metadata -> {};

    @TempDir
    private Path folder;
    private Path model;

    @BeforeEach
    void makeModel() {
        model = Runs.model(folder);
    }

    private static Runs.Outcome load(Path file) {
        return run(words("evaluate --size 16x16 --limit 1 --model", file));
    }

    private Runs.Outcome load(byte[] content) throws IOException {
        return load(Files.write(folder.resolve("bad.safetensors"), content));
    }

    private Runs.Outcome load(Consumer<Map<String, Tensor>> tensors, Consumer<Map<String, String>> metadata) {
        return load(Runs.changed(model, "bad.safetensors", tensors, metadata));
    }

    private static byte[] withHeader(long length, String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(text)
                .array();
    }

    private static byte[] withHeader(String header, int dataBytes) {
        return withHeader(header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes);
    }

    @Test
    void theModelItselfIsFine() {
        load(model).succeeded();
    }

    @Test
    void filesThatCannotBeRead() throws IOException {
        load(folder.resolve("missing.safetensors")).refused("missing.safetensors", "no such file");
        load(folder).refused(folder.toString());
        load(folder.resolve("small.safetensors/below")).refused("below");
        load(Path.of("mod\nel")).refused("mod");
    }

    @Test
    void filesThatAreNoSafetensors() throws IOException {
        load(new byte[0]).refused("too short");
        load(new byte[] {1, 2, 3}).refused("too short");
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);
        load(noise).refused("bad.safetensors");
        load("PK\3\4 a checkpoint of something else".getBytes(StandardCharsets.UTF_8)).refused("no safetensors");
    }

    @Test
    void truncatedFiles() throws IOException {
        byte[] whole = Files.readAllBytes(model);
        for (int length : new int[] {8, 100, whole.length / 2, whole.length - 1}) {
            load(Arrays.copyOf(whole, length)).refused("bad.safetensors");
        }
        load(Arrays.copyOf(whole, whole.length + 1)).refused("belong to no tensor");
    }

    @Test
    void maliciousHeaders() throws IOException {
        load(withHeader(Long.MAX_VALUE, "{}", 0)).refused("header");
        load(withHeader(-1, "{}", 0)).refused("header");
        load(withHeader(99_000_000, "{}", 0)).refused("header");
        load(withHeader("[".repeat(1 << 20), 0)).refused("header");
        load(withHeader("{\"a\":" + "[".repeat(1 << 20), 0)).refused("header");
        load(withHeader("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,4],\"data_offsets\":[0,16]}}", 16))
                .refused("a");
        load(withHeader("{\"a\":{\"dtype\":\"F32\",\"shape\":[-4],\"data_offsets\":[0,16]}}", 16)).refused("a");
        load(withHeader("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,1e18]}}", 16)).refused("a");
        load(withHeader("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", 16)).refused("overlap");
    }

    @Test
    void safetensorsOfSomethingElse() {
        Path file = folder.resolve("bert.safetensors");
        Safetensors.write(file, Map.of("embeddings", Tensor.filled(Shape.of(2, 3), 1)), Map.of("format", "pt"));
        load(file).refused("bert.safetensors", "no model of Topple");
        load(tensors -> {}, Map::clear).refused("no model of Topple");
        load(tensors -> {}, metadata -> metadata.put("version", "2")).refused("version 2");
    }

    @Test
    void damagedDescriptions() {
        load(tensors -> {}, metadata -> metadata.remove("model")).refused("metadata model");
        load(tensors -> {}, metadata -> metadata.put("model", "{}")).refused("metadata model");
        load(tensors -> {}, metadata -> metadata.put("model", "{\"encoder\":7}")).refused("metadata model");
        load(tensors -> {}, metadata -> metadata.put("seed", "x")).refused("seed");
        load(tensors -> {}, metadata -> metadata.put("metrics", "[]")).refused("metrics");
        load(tensors -> {}, metadata -> metadata.put("model", metadata.get("model").replace("[4,6]", "[4096,4096]")))
                .refused("do not fit");
        load(tensors -> {}, metadata -> metadata.put("model", metadata.get("model").replace("[4,6]", "[4,-6]")))
                .refused("channels");
        load(tensors -> {}, metadata -> metadata.put("model", metadata.get("model").replace("[4,6]", "[4,1e9]")))
                .refused("channels");
    }

    @Test
    void weightsThatDoNotFit() {
        load(tensors -> tensors.remove(first(tensors)), SAME).refused("missing: ");
        load(tensors -> tensors.put("more\u001b[31m", Tensor.filled(Shape.of(1), 1)), SAME)
                .refused("extra: more\\u001B");
        load(tensors -> {
            String name = tensors.keySet().stream().filter(each -> tensors.get(each).shape().rank() > 1).findFirst()
                    .orElseThrow();
            tensors.put(name, tensors.get(name).reshape(Shape.of(tensors.get(name).shape().size())));
        }, SAME).refused("unfit: ");
    }

    @Test
    void weightsThatAreNoNumbers() {
        load(tensors -> tensors.get(first(tensors)).floats()[0] = Float.NaN, SAME).refused("holds NaN or infinity");
        load(tensors -> tensors.get(first(tensors)).floats()[0] = Float.NEGATIVE_INFINITY, SAME)
                .refused("holds NaN or infinity");
    }

    private static String first(Map<String, Tensor> tensors) {
        return tensors.keySet().iterator().next();
    }

    @Test
    void aBuildWithoutTheDefaultModelSaysSo() {
        assumeFalse(DefaultModel.available(), "this build has the default model");
        for (String line : new String[] {"attack", "attack --json", "evaluate"}) {
            run(words(line)).refused("no default model", "topple train", "--model");
        }
    }
}
