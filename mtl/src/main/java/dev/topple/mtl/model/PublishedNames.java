// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From the names that torchvision gives the weights of its encoders to those of Topple's. ResNets have the same but for
 * batch normalisations, whose variables keep torchvision's names here ({@code bn1.running_mean}); MobileNetV2's
 * {@code features.2.conv.0.0.weight} is {@code block1.expand.weight} and its normalisation {@code block1.expand.norm}.
 */
final class PublishedNames {

    /** Of torchvision's batch normalisations. */
    private static final double EPSILON = 1e-5;

    /** A weight that each of the encoders has, and one more that tells them from others. */
    private static final List<List<String>> MARKS = List.of(List.of("conv1.weight", "layer1.0.conv1.weight"),
            List.of("features.0.0.weight", "features.1.conv.0.0.weight"));

    private static final Pattern BLOCK = Pattern.compile("features\\.(\\d{1,2})\\.conv\\.(\\d)(?:\\.(\\d))?\\.(\\w+)");
    private static final Pattern END = Pattern.compile("features\\.(0|18)\\.([01])\\.(\\w+)");
    private static final String VARIANCE = ".running_var";

    private PublishedNames() {}

    /** What stands before all names of an encoder of torchvision, such as {@code backbone.}; none if there is none. */
    static Optional<String> prefix(Map<String, Tensor> tensors) {
        for (List<String> marks : MARKS) {
            for (String name : tensors.keySet()) {
                String prefix = name.endsWith(marks.getFirst())
                        ? name.substring(0, name.length() - marks.getFirst().length())
                        : null;
                if (prefix != null && tensors.containsKey(prefix + marks.getLast())) {
                    return Optional.of(prefix);
                }
            }
        }
        return Optional.empty();
    }

    /** The tensors under Topple's names; those that are not an encoder's keep theirs. */
    static Map<String, Tensor> ours(Map<String, Tensor> tensors) {
        String prefix = prefix(tensors).orElse("");
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        // Those of the encoder last: they win where a decoder has a weight of the same name.
        tensors.forEach((name, tensor) -> renamed.putIfAbsent(name.startsWith(prefix) ? "" : name, tensor));
        renamed.remove("");
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                renamed.put(ours(name.substring(prefix.length())), tensor);
            }
        });
        return renamed;
    }

    private static String ours(String name) {
        Matcher end = END.matcher(name);
        if (end.matches()) {
            return (end.group(1).equals("0") ? "conv1" : "conv_last") + norm(end.group(2).equals("1")) + end.group(3);
        }
        Matcher block = BLOCK.matcher(name);
        if (block.matches()) {
            int number = Integer.parseInt(block.group(1)) - 1;
            // The first block expands nothing.
            int part = Integer.parseInt(block.group(2)) + (number == 0 ? 1 : 0);
            boolean inner = block.group(3) != null;
            boolean norm = inner ? block.group(3).equals("1") : part == 3;
            String layer = part == 0 ? "expand" : part == 1 ? "dw" : "project";
            return "block" + number + "." + layer + norm(norm) + block.group(4);
        }
        return name.startsWith("classifier.1.") ? "fc." + name.substring("classifier.1.".length()) : name;
    }

    private static String norm(boolean norm) {
        return norm ? ".norm." : ".";
    }

    /** Whether a batch normalisation is among the tensors. */
    static boolean normalised(Map<String, Tensor> tensors) {
        return tensors.keySet().stream().anyMatch(name -> name.endsWith(VARIANCE));
    }

    /**
     * The same with every batch normalisation folded into the convolution before it: its weight is multiplied by
     * {@code gamma / sqrt(variance + 1e-5)}, in float64, and it gets a bias.
     *
     * @param tensors under the names that {@link #ours} gives
     */
    static Map<String, Tensor> folded(Map<String, Tensor> tensors) {
        Map<String, Tensor> result = new LinkedHashMap<>(tensors);
        for (String name : tensors.keySet()) {
            if (name.endsWith(VARIANCE)) {
                String norm = name.substring(0, name.length() - VARIANCE.length());
                fold(result, norm, convolution(norm));
            }
        }
        return result;
    }

    /** The convolution before a normalisation. */
    private static String convolution(String norm) {
        if (norm.endsWith(".norm")) {
            return norm.substring(0, norm.length() - ".norm".length());
        }
        if (norm.endsWith("downsample.1")) {
            return norm.substring(0, norm.length() - 1) + "0";
        }
        int last = norm.lastIndexOf('.') + 1;
        return norm.substring(0, last) + norm.substring(last).replace("bn", "conv");
    }

    private static void fold(Map<String, Tensor> tensors, String norm, String convolution) {
        Tensor weight = tensors.get(convolution + ".weight");
        Tensor gamma = tensors.get(norm + ".weight");
        Tensor beta = tensors.get(norm + ".bias");
        Tensor mean = tensors.get(norm + ".running_mean");
        Tensor variance = tensors.get(norm + VARIANCE);
        if (weight == null || gamma == null || beta == null || mean == null || weight.shape().rank() != 4) {
            return;
        }
        Shape channels = Shape.of(weight.shape().dim(0));
        if (!List.of(gamma, beta, mean, variance).stream().allMatch(each -> each.shape().equals(channels))) {
            return;
        }
        float[] scaled = weight.floats().clone();
        float[] bias = new float[channels.size()];
        int each = weight.shape().product(1, 4);
        Tensor before = tensors.get(convolution + ".bias");
        for (int c = 0; c < bias.length; c++) {
            double factor = gamma.floats()[c] / Math.sqrt(variance.floats()[c] + EPSILON);
            double start = before == null ? 0 : before.floats()[c];
            bias[c] = (float) (beta.floats()[c] + (start - mean.floats()[c]) * factor);
            for (int i = c * each; i < (c + 1) * each; i++) {
                scaled[i] = (float) (scaled[i] * factor);
            }
        }
        tensors.put(convolution + ".weight", Tensor.of(weight.shape(), scaled));
        tensors.put(convolution + ".bias", Tensor.of(channels, bias));
        for (String gone : List.of(".weight", ".bias", ".running_mean", VARIANCE, ".num_batches_tracked")) {
            tensors.remove(norm + gone);
        }
    }
}
