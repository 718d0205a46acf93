// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.cli.report.Checksum;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.model.EncoderWeights;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Norm;
import dev.topple.mtl.model.Normalisation;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which model is trained and with which weights it starts. */
final class TrainModelOptions {

    @Mixin
    private ModelShapeOptions shape;

    @Option(names = "--init", paramLabel = "FILE", description = "Start the encoder, all copies of it, with these"
            + " weights: safetensors, or a state dict of PyTorch (.pth, .pt), with the names of torchvision. Colours"
            + " are normalised as the file says, or as torchvision does.")
    private Optional<String> init;

    @Option(names = "--start", paramLabel = "MODEL", description = "Start with the weights of another model, a file or"
            + " 'default', wherever it has one of the same name and shape, instead of random ones.")
    private Optional<String> start;

    /**
     * The model that is asked for.
     *
     * @param usual the model where nothing is asked for
     */
    ModelDescription description(ModelDescription usual) {
        Optional<EncoderWeights> weights = weights();
        Norm norm = weights.map(EncoderWeights::folded).orElse(false) ? Norm.FOLDED : Norm.BATCH;
        Normalisation normalisation = weights.flatMap(EncoderWeights::normalisation).orElse(usual.normalisation());
        return shape.description(new ModelDescription(usual.encoder(), usual.decoder(), normalisation, usual.tasks()),
                norm);
    }

    private Optional<EncoderWeights> weights() {
        return init.map(file -> WeightsFile.encoder(DataOption.folder(file)));
    }

    /** A model with random weights, or with those of others where they fit. */
    MultiTaskModel untrained(ModelDescription description, long seed, PrintWriter err) {
        MultiTaskModel random = MultiTaskModel.create("trained", description, seed);
        if (start.isEmpty() && init.isEmpty()) {
            return random;
        }
        Map<String, Tensor> values = new LinkedHashMap<>();
        random.variables().forEach((name, variable) -> values.put(name, variable.initial()));
        if (start.isPresent()) {
            take(values, random, err);
        }
        weights().ifPresent(weights -> {
            EncoderWeights.Fit fit = weights.fit(random);
            values.putAll(fit.values());
            err.println("starting with " + fit.values().size() + " of " + random.encoderVariables().size()
                    + " weights of the encoder from " + init.get() + some("; not in the file: ", fit.missing())
                    + some("; not used: ", fit.unused()));
        });
        return MultiTaskModel.of("trained", description, values, init.or(() -> start).get());
    }

    private static String some(String what, List<String> names) {
        int most = 4;
        return names.isEmpty() ? "" : what + String.join(", ", names.subList(0, Math.min(most, names.size())))
                + (names.size() > most ? " and " + (names.size() - most) + " more" : "");
    }

    private void take(Map<String, Tensor> values, MultiTaskModel random, PrintWriter err) {
        int taken = 0;
        for (Variable variable : ModelOption.load(start.get()).model().variables().values()) {
            Tensor mine = values.get(variable.name());
            if (mine != null && mine.type().equals(variable.type())) {
                values.put(variable.name(), variable.initial());
                taken++;
            }
        }
        if (taken == 0) {
            throw new IllegalArgumentException("--start " + start.get() + ": no weight of this model fits the one that"
                    + " is trained");
        }
        err.println("starting with " + taken + " of " + random.variables().size() + " weights from " + start.get());
    }

    /** The checksums of the files that weights come from, by the name of the option. */
    Map<String, Checksum> origins() {
        Map<String, Checksum> origins = new LinkedHashMap<>();
        init.ifPresent(file -> origins.put("init", checksum(DataOption.folder(file))));
        start.map(DataOption::folder).filter(Files::isRegularFile)
                .ifPresent(file -> origins.put("start", checksum(file)));
        return origins;
    }

    private static Checksum checksum(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Checksum.of(file.toString(), in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What to type for the same choice, starting with a space. */
    String command() {
        return shape.command() + init.map(text -> " --init " + text).orElse("")
                + start.map(text -> " --start " + text).orElse("");
    }
}
