// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.model.AsppSumDecoder;
import dev.topple.mtl.model.DecoderSettings;
import dev.topple.mtl.model.DeepLabDecoder;
import dev.topple.mtl.model.DigitEncoder;
import dev.topple.mtl.model.EncoderSettings;
import dev.topple.mtl.model.LightDecoder;
import dev.topple.mtl.model.LinearDecoder;
import dev.topple.mtl.model.MobileNetV2Encoder;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.Norm;
import dev.topple.mtl.model.Padding;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResNetEncoder;
import dev.topple.mtl.sharing.Sharing;
import dev.topple.mtl.train.DefaultRecipe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what a model is made of. */
final class ModelShapeOptions {

    @Option(names = "--encoder", paramLabel = "ENCODER", description = {"The encoder:",
        "residual: that of the model that comes with Topple;",
        "resnet18, resnet34, resnet50 [,stride=8|16|32] [,layers=3|4] [,ceil]: a ResNet whose last layers are dilated"
                + " to the output stride, with all layers or without the last; ceil: its pooling rounds up;",
        "mobilenetv2 [,width=W] [,levels=1…5] [,relu] [,keras]: with ReLU6 or ReLU, padding of PyTorch or Keras;",
        "of both ,folded: without batch normalisation, that of --init is folded into the weights;",
        "digits [,widths=16+32+64] [,convolutions=N]: for small pictures.", "Default: residual."})
    private Optional<String> encoder;

    @Option(names = {"--decoder", "--heads"}, paramLabel = "DECODER", description = {"The decoder of each task:",
        "pyramid [,width=W] [,context=2+4]: sums from coarse to fine; with context, the coarsest feature first passes"
                + " dilated convolutions and sees the mean of the image;",
        "aspp-sum [,width=1024] [,dilations=6+12+18+24]: the sum of dilated branches, as in AdaShare, TreeMTL,"
                + " DGBA;",
        "deeplab [,width=256] [,dilations=6+12+18]: that of DeepLabV3;", "light [,width=128]: Lite R-ASPP;",
        "linear [,grid=1]: one linear layer for tasks of the whole image.", "Default: pyramid,width=32, or"
                + " linear,grid=3 for small pictures."})
    private Optional<String> decoder;

    @Option(names = "--share", paramLabel = "LAYOUT", description = "Which levels of the encoder tasks share: all,"
            + " independent, share-K (the first K levels) or the number of a layout. Default: all.")
    private Optional<String> share;

    /** A name and what stands behind it, {@code NAME,KEY=VALUE,FLAG}. */
    private record Words(String option, String text, String name, Map<String, String> values) {

        static Words of(String option, String text) {
            String[] parts = text.split(",", -1);
            Map<String, String> values = new LinkedHashMap<>();
            for (String part : Arrays.copyOfRange(parts, 1, parts.length)) {
                String[] pair = part.split("=", 2);
                values.put(pair[0], pair.length > 1 ? pair[1] : "");
            }
            return new Words(option, text, parts[0], values);
        }

        int number(String key, int usual) {
            return (int) real(key, usual);
        }

        double real(String key, double usual) {
            String value = values.remove(key);
            try {
                return value == null ? usual : Double.parseDouble(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(option + " " + text + ": " + key + " must be a number, not '"
                        + value + "'", e);
            }
        }

        List<Integer> numbers(String key, List<Integer> usual) {
            String value = values.remove(key);
            try {
                return value == null ? usual : Arrays.stream(value.split("\\+", -1)).map(Integer::valueOf).toList();
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(option + " " + text + ": " + key + " must be whole numbers with"
                        + " plus signs, not '" + value + "'", e);
            }
        }

        boolean flag(String key) {
            return values.remove(key) != null;
        }

        /** Refuses what nobody asked for. */
        <T> T done(T result) {
            values.keySet().stream().findFirst().ifPresent(key -> {
                throw new IllegalArgumentException(option + " " + text + ": " + name + " has no '" + key
                        + "'; 'topple train --help' says what there is");
            });
            return result;
        }
    }

    /**
     * The model that is asked for.
     *
     * @param usual the model where nothing is asked for; its layout counts where its encoder does
     * @param norm of encoders that can be with batch normalisation or without
     */
    ModelDescription description(ModelDescription usual, Norm norm) {
        return description(usual, norm, share);
    }

    /** The layout that is asked for, as it was typed. */
    Optional<String> share() {
        return share;
    }

    /** As {@link #description}, with another layout than that of the option. */
    ModelDescription description(ModelDescription usual, Norm norm, Optional<String> layout) {
        EncoderSettings encoding = encoder.map(text -> encoder(text, norm)).orElse(usual.encoder());
        DecoderSettings decoding = decoder.map(ModelShapeOptions::decoder).orElse(usual.decoder());
        int tasks = usual.tasks().size();
        Sharing sharing = layout.map(text -> Sharing.parse(text, tasks, encoding.levels()))
                .orElseGet(() -> encoder.isEmpty()
                        ? usual.sharing()
                        : Sharing.allShared(tasks, encoding.levels()));
        return new ModelDescription(encoding, decoding, usual.normalisation(), usual.tasks(), sharing);
    }

    private static EncoderSettings encoder(String text, Norm usual) {
        Words words = Words.of("--encoder", text);
        Norm norm = words.flag("folded") ? Norm.FOLDED : usual;
        return switch (words.name()) {
            case "residual" -> words.done(DefaultRecipe.description().encoder());
            case "resnet18", "resnet34", "resnet50" -> words.done(new ResNetEncoder.Settings(
                    Integer.parseInt(words.name().substring("resnet".length())), words.number("stride", 16),
                    words.number("layers", 4), words.flag("ceil"), norm));
            case "mobilenetv2" -> words.done(new MobileNetV2Encoder.Settings(words.real("width", 1),
                    !words.flag("relu"), words.flag("keras") ? Padding.KERAS : Padding.PYTORCH,
                    words.number("levels", 5), norm));
            case "digits" -> words.done(new DigitEncoder.Settings(words.numbers("widths", List.of(16, 32, 64)),
                    words.number("convolutions", 1)));
            default -> throw new IllegalArgumentException("--encoder: there is no encoder '" + words.name()
                    + "'; choose from residual, resnet18, resnet34, resnet50, mobilenetv2, digits");
        };
    }

    private static DecoderSettings decoder(String text) {
        Words words = Words.of("--decoder", text);
        return switch (words.name()) {
            case "pyramid" -> words.done(
                    new PyramidDecoder.Settings(words.number("width", 32), words.numbers("context", List.of())));
            case "aspp-sum" -> words.done(new AsppSumDecoder.Settings(words.number("width", 1024),
                    words.numbers("dilations", List.of(6, 12, 18, 24))));
            case "deeplab" -> words.done(new DeepLabDecoder.Settings(words.number("width", 256),
                    words.numbers("dilations", List.of(6, 12, 18))));
            case "light" -> words.done(new LightDecoder.Settings(words.number("width", 128)));
            case "linear" -> words.done(new LinearDecoder.Settings(words.number("grid", 1)));
            default -> throw new IllegalArgumentException("--decoder: there is no decoder '" + words.name()
                    + "'; choose from pyramid, aspp-sum, deeplab, light, linear");
        };
    }

    /** What to type for the same choice, starting with a space. */
    String command() {
        return encoder.map(text -> " --encoder " + text).orElse("")
                + decoder.map(text -> " --decoder " + text).orElse("")
                + share.map(text -> " --share " + text).orElse("");
    }
}
