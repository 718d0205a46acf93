// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.model.DefaultModel;
import dev.topple.mtl.model.ModelFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that chooses a model. */
final class ModelOption {

    @Option(names = "--model", paramLabel = "FILE", defaultValue = "default",
            description = "A model trained by 'topple train', or 'default' for the one that comes with Topple."
                    + " Default: ${DEFAULT-VALUE}.")
    private String model;

    ModelFile load() {
        if (!model.equals(DefaultModel.NAME)) {
            return ModelFile.load(Path.of(model));
        }
        if (!DefaultModel.available()) {
            throw new IllegalArgumentException("this build of Topple has no default model; train one with 'topple"
                    + " train' and name its file with --model");
        }
        return DefaultModel.load();
    }
}
