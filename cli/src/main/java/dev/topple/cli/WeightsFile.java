// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.cli.pytorch.StateDict;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.EncoderWeights;
import java.nio.file.Path;
import java.util.Map;

/**
 * Weights in a file of any form that is read: safetensors, or a state dict of PyTorch. The content tells which, not the
 * name.
 *
 * @param tensors by name
 * @param metadata texts that come with them; PyTorch has none
 */
record WeightsFile(Map<String, Tensor> tensors, Map<String, String> metadata) {

    static WeightsFile read(Path file) {
        if (StateDict.isPyTorch(file)) {
            return new WeightsFile(StateDict.read(file).tensors(), Map.of());
        }
        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            return new WeightsFile(open.readAll(), open.metadata());
        }
    }

    /** The weights of an encoder. */
    static EncoderWeights encoder(Path file) {
        return StateDict.isPyTorch(file)
                ? EncoderWeights.of(file.toString(), StateDict.read(file).tensors())
                : EncoderWeights.read(file);
    }
}
