// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of an encoder that was trained elsewhere, on ImageNet say. Names may be Topple's or those of
 * torchvision's
 * ResNets and MobileNetV2 ({@code layer1.0.bn1.running_mean}, {@code features.2.conv.0.0.weight}), also behind a
 * prefix such as {@code backbone.}. Batch normalisation is kept, or folded in where the encoder has none.
 *
 * @param source what messages call them: a file
 * @param tensors by Topple's name, batch normalisations by torchvision's
 * @param normalisation what the encoder wants done to colours first, where the file says it
 */
public record EncoderWeights(String source, Map<String, Tensor> tensors, Optional<Normalisation> normalisation) {

    private static final String NUMBER = "([-+0-9.eE]+)";
    private static final String THREE = "\\[" + NUMBER + "," + NUMBER + "," + NUMBER + "\\]";
    private static final Pattern MEAN_AND_DEVIATION = Pattern.compile("RGB, \\(x/255-" + THREE + "\\)/" + THREE);
    /** Every encoder's first convolution has one where batch normalisation is folded in, and none otherwise. */
    private static final String FOLDED_BIAS = "conv1.bias";
    private static final Map<String, String> NORM =
            Map.of("gamma", "weight", "beta", "bias", "mean", "running_mean", "variance", "running_var");

    public EncoderWeights {
        tensors = Map.copyOf(tensors);
    }

    /**
     * Reads a file in the format safetensors. Its metadata may say in {@code input} what is done to colours:
     * {@code RGB, x/127.5-1} or {@code RGB, (x/255-[m,m,m])/[d,d,d]}, colours {@code x} being 0 to 255.
     *
     * @throws FormatException if it is no such file, or says something else
     */
    public static EncoderWeights read(Path file) {
        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            return of(file.toString(), open.readAll(),
                    open.metadata("input").map(text -> normalisation(text, file.toString())));
        }
    }

    /** Weights under the names of their authors, of a file that says nothing about colours. */
    public static EncoderWeights of(String source, Map<String, Tensor> tensors) {
        return of(source, tensors, Optional.empty());
    }

    private static EncoderWeights of(String source, Map<String, Tensor> tensors, Optional<Normalisation> said) {
        boolean torchvisions = PublishedNames.prefix(tensors).isPresent() && PublishedNames.normalised(tensors);
        return new EncoderWeights(source, PublishedNames.ours(tensors),
                said.or(() -> torchvisions ? Optional.of(Normalisation.IMAGENET) : Optional.empty()));
    }

    private static Normalisation normalisation(String text, String source) {
        if (text.equals("RGB, x/127.5-1")) {
            return new Normalisation(List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f));
        }
        Matcher matcher = MEAN_AND_DEVIATION.matcher(text);
        if (!matcher.matches()) {
            throw new FormatException(source, "the metadata say '" + text + "' of the input; known are 'RGB, x/127.5-1'"
                    + " and 'RGB, (x/255-[m,m,m])/[d,d,d]'");
        }
        try {
            List<Float> numbers = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                numbers.add(Float.parseFloat(matcher.group(i)));
            }
            return new Normalisation(numbers.subList(0, 3), numbers.subList(3, 6));
        } catch (IllegalArgumentException e) {
            throw new FormatException(source, "the metadata's input '" + text + "' is no normalisation", e);
        }
    }

    /** What the metadata say in {@code input} of a normalisation. */
    public static String text(Normalisation normalisation) {
        return "RGB, (x/255-" + normalisation.mean().toString().replace(" ", "") + ")/"
                + normalisation.deviation().toString().replace(" ", "");
    }

    /** Whether batch normalisation is folded into the weights: convolutions have biases and nothing follows them. */
    public boolean folded() {
        return tensors.containsKey(FOLDED_BIAS);
    }

    /** The same with batch normalisation folded in, in float64. */
    public EncoderWeights fold() {
        return new EncoderWeights(source, PublishedNames.folded(tensors), normalisation);
    }

    /**
     * Which weights belong to a model's encoder.
     *
     * @param values by the names of the model's variables
     * @param missing variables of the encoder, by their names in it, that stay as they are
     * @param unused weights that the encoder does not have, such as a classifier's
     */
    public record Fit(Map<String, Tensor> values, List<String> missing, List<String> unused) {}

    /**
     * The weights that variables of a model start with: in every copy of a level of its encoder these. What the encoder
     * does not have, such as a classifier, is left out.
     *
     * @throws FormatException if no weight belongs to the encoder, or one has another shape
     */
    public Fit fit(MultiTaskModel model) {
        Map<Variable, String> names = model.encoderVariables();
        boolean wantsFolded = names.containsValue(FOLDED_BIAS);
        if (folded() && !wantsFolded && names.containsValue("conv1.weight")) {
            throw new FormatException(source, "batch normalisation is folded into these weights, but the encoder has"
                    + " some; choose an encoder without");
        }
        Map<String, Tensor> theirs = wantsFolded && !folded() ? PublishedNames.folded(tensors) : tensors;
        Map<String, Tensor> values = new LinkedHashMap<>();
        Set<String> used = new HashSet<>();
        Set<String> missing = new LinkedHashSet<>();
        names.forEach((variable, name) -> {
            String found = theirs.containsKey(name) ? name : theirs(name);
            Tensor tensor = theirs.get(found);
            if (tensor == null) {
                missing.add(name);
            } else if (!tensor.type().equals(variable.type())) {
                throw new FormatException(source, found + " is " + tensor.type() + ", but the encoder's is "
                        + variable.type() + "; choose the encoder that the weights are of");
            } else {
                used.add(found);
                values.put(variable.name(), tensor);
            }
        });
        if (values.isEmpty()) {
            throw new FormatException(source, "no weight belongs to the encoder; it has "
                    + names.values().stream().limit(3).toList() + " … and the file "
                    + tensors.keySet().stream().sorted().limit(3).toList() + " …");
        }
        return new Fit(values, List.copyOf(missing), theirs.keySet().stream()
                .filter(name -> !used.contains(name) && !name.endsWith("num_batches_tracked")).sorted().toList());
    }

    /** The values of {@link #fit}. */
    public Map<String, Tensor> into(MultiTaskModel model) {
        return fit(model).values();
    }

    /** The name that PyTorch gives a variable of a batch normalisation. */
    private static String theirs(String name) {
        int dot = name.lastIndexOf('.');
        String last = name.substring(dot + 1);
        return name.substring(0, dot + 1) + NORM.getOrDefault(last, last);
    }
}
