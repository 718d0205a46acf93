// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.io.Safetensors;
import dev.topple.engine.io.StoredType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.EncoderWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topple model convert}. */
@Command(name = "convert", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {
            "Writes the weights of a PyTorch file (.pth, .pt) or of another safetensors file as safetensors.",
            "A PyTorch file must hold a state dict, alone or in a checkpoint; Python is not needed, and nothing in the"
                    + " file is executed. Tensors keep their names, except for the prefixes 'module.' and"
                    + " '_orig_mod.'."})
final class ConvertCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "IN", description = "The file to read.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write; it must not exist yet.")
    private Path out;

    @Option(names = "--fold", description = "Fold batch normalisation into the convolutions of a torchvision ResNet or"
            + " MobileNetV2; tensors then have Topple's names.")
    private boolean fold;

    @Option(names = "--float16", description = "Store 16 bits instead of 32.")
    private boolean float16;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new IllegalArgumentException(out + " exists already; name another file, or remove it");
        }
        Output.requireFile(out);
        WeightsFile read = WeightsFile.read(in);
        Map<String, String> metadata = new LinkedHashMap<>(read.metadata());
        if (metadata.isEmpty()) {
            metadata.put("format", "pt");
        }
        Map<String, Tensor> tensors = fold ? folded(metadata) : read.tensors();
        Safetensors.write(out, tensors, metadata, float16 ? StoredType.F16 : StoredType.F32);
        long elements = tensors.values().stream().mapToLong(tensor -> tensor.shape().size()).sum();
        spec.commandLine().getOut().println("Written: " + out + " (" + Figures.count(tensors.size(), "tensor") + ", "
                + Figures.count(elements, "element") + ")");
        return 0;
    }

    private Map<String, Tensor> folded(Map<String, String> metadata) {
        EncoderWeights weights = WeightsFile.encoder(in);
        EncoderWeights folded = weights.fold();
        if (folded.tensors().keySet().equals(weights.tensors().keySet())) {
            throw new IllegalArgumentException("--fold: " + in + " has no batch normalisation under the names of a"
                    + " torchvision ResNet or MobileNetV2");
        }
        weights.normalisation().ifPresent(colours -> metadata.put("input", EncoderWeights.text(colours)));
        return folded.tensors();
    }
}
