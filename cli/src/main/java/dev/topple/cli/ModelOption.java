// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.cli.report.Checksum;
import dev.topple.mtl.model.DefaultModel;
import dev.topple.mtl.model.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that chooses a model. */
final class ModelOption {

    @Option(names = "--model", paramLabel = "FILE", defaultValue = "default",
            description = "A model trained by 'topple train', or 'default' for the one that comes with Topple."
                    + " Default: ${DEFAULT-VALUE}.")
    private String model;

    ModelFile load() {
        return load(model);
    }

    /** The model of a file, or the default one. */
    static ModelFile load(String model) {
        if (!model.equals(DefaultModel.NAME)) {
            return ModelFile.load(Path.of(model));
        }
        if (!DefaultModel.available()) {
            throw new IllegalArgumentException("this build of Topple has no default model; train one with 'topple"
                    + " train' and name its file with --model");
        }
        return DefaultModel.load();
    }

    /** The checksum of the model's file; none if the file has become unreadable, which is said on standard error. */
    Optional<Checksum> checksum(PrintWriter err) {
        boolean embedded = model.equals(DefaultModel.NAME);
        try (InputStream in = embedded ? DefaultModel.open() : Files.newInputStream(Path.of(model))) {
            return Optional.of(Checksum.of(embedded ? "the default model" : model, in));
        } catch (IOException problem) {
            err.println("topple: the report has no checksum of the model: " + Complaint.of(problem));
            return Optional.empty();
        }
    }
}
