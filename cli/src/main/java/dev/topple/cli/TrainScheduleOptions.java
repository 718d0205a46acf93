// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.train.Adam;
import dev.topple.mtl.train.Augmentation;
import dev.topple.mtl.train.DefaultRecipe;
import dev.topple.mtl.train.NyuV2Recipe;
import dev.topple.mtl.train.OptimiserSettings;
import dev.topple.mtl.train.Part;
import dev.topple.mtl.train.Schedule;
import dev.topple.mtl.train.Sgd;
import dev.topple.mtl.train.TrainingConfiguration;
import dev.topple.mtl.train.Validation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say how a model is trained. */
final class TrainScheduleOptions {

    @Option(names = "--steps", paramLabel = "N", description = "How many steps. Default: " + DefaultRecipe.STEPS
            + " for rooms, " + NyuV2Recipe.STEPS + " for NYUv2.")
    private Optional<Integer> steps;

    @Option(names = "--accumulate", paramLabel = "N", description = "How many batches a step takes, whose gradients are"
            + " averaged. Default: 1.")
    private Optional<Integer> accumulate;

    @Option(names = "--optimiser", paramLabel = "NAME", description = "adamw, adam (weight decay as a penalty) or sgd."
            + " Default: adamw.")
    private Optional<String> optimiser;

    @Option(names = "--betas", paramLabel = "B1,B2", description = "How much of the means of the gradient and of"
            + " its square adam and adamw keep. Default: 0.9,0.999.")
    private Optional<String> betas;

    @Option(names = "--momentum", paramLabel = "PART", description = "How much of its velocity sgd keeps."
            + " Default: 0.9.")
    private Optional<Double> momentum;

    @Option(names = "--weight-decay", paramLabel = "DECAY", description = "How much weights shrink. Default: 0.01, or"
            + " 0.05 for NYUv2; 0.0001 for adam and sgd.")
    private Optional<Double> weightDecay;

    @Option(names = "--rate", paramLabel = "RATE", description = "The largest learning rate. Default: 0.002.")
    private Optional<Double> rate;

    @Option(names = "--schedule", paramLabel = "NAME", description = {"How the learning rate falls after the warm-up:"
            + " cosine (half a wave), poly[,POWER] (a power of what is left, 0.9), constant, or stairs,FACTOR,STEPS (by"
            + " a factor every so many steps; no warm-up).",
        "Default: cosine."})
    private Optional<String> schedule;

    @Option(names = "--warm-up", paramLabel = "STEPS", description = "How many steps the learning rate rises. Default:"
            + " 100, or 200 for NYUv2; at most a tenth.")
    private Optional<Integer> warmUp;

    @Option(names = "--encoder-rate", paramLabel = "FACTOR", description = "What the learning rate is multiplied by for"
            + " the encoder; below 1 where it was trained before. Default: 1.")
    private Optional<Double> encoderRate;

    @Option(names = "--loss-weights", paramLabel = "TASK=WEIGHT", split = ",", description = "What the losses of tasks"
            + " count in the sum, with commas. Default: 1, or 3 for normals of NYUv2.")
    private Map<String, Double> lossWeights = new LinkedHashMap<>();

    @Option(names = "--brightness", paramLabel = "PART", description = "By how much the brightness of images varies."
            + " Default: 0.1, or 0.25 for NYUv2.")
    private Optional<Double> brightness;

    @Option(names = "--colour", paramLabel = "PART", description = "By how much red, green and blue vary besides."
            + " Default: 0.")
    private Optional<Double> colour;

    @Option(names = "--zoom", paramLabel = "PART", description = "By how much images are enlarged, a part of each"
            + " filling the whole: from 1 to 1 plus this. Default: 0, or 0.6 for NYUv2.")
    private Optional<Double> zoom;

    @Option(names = "--validate", paramLabel = "N", description = "Take so many of the images to train on, evenly"
            + " spread, to judge the weights on the way; the best ones are kept. Default: none.")
    private Optional<Integer> validate;

    @Option(names = "--validate-every", paramLabel = "STEPS", defaultValue = "200",
            description = "How many steps lie between judgements. Default: ${DEFAULT-VALUE}.")
    private int validateEvery;

    @Option(names = "--patience", paramLabel = "N", defaultValue = "0", description = "End the training when so many"
            + " judgements in a row found nothing better; 0 for never. Default: ${DEFAULT-VALUE}.")
    private int patience;

    @Option(names = "--checkpoint-every", paramLabel = "STEPS", defaultValue = "100",
            description = "How many steps lie between checkpoints. Default: ${DEFAULT-VALUE}.")
    private int checkpointEvery;

    /** How many steps are asked for. */
    int steps(int usual) {
        int length = steps.orElse(usual);
        Figures.requirePositive("--steps", length);
        return length;
    }

    /** Images, and those of them that judge. */
    record Divided(Dataset images, Optional<Validation> validation) {}

    /** Takes the images that judge out of those to train on. */
    Divided divide(Dataset images) {
        if (validate.isEmpty()) {
            if (patience != 0) {
                throw new IllegalArgumentException("--patience needs images that judge; say with --validate how many");
            }
            return new Divided(images, Optional.empty());
        }
        Figures.requirePositive("--validate", validate.get());
        Figures.requirePositive("--validate-every", validateEvery);
        return new Divided(Part.without(images, validate.get()), Optional.of(new Validation(
                Part.of(images, validate.get()), validateEvery, patience)));
    }

    /** The training that is asked for, where a usual one with AdamW and a cosine is known. */
    TrainingConfiguration configuration(TrainingConfiguration usual) {
        Figures.requirePositive("--checkpoint-every", checkpointEvery);
        accumulate.ifPresent(count -> Figures.requirePositive("--accumulate", count));
        Augmentation how = usual.augmentation();
        Map<String, Double> weights = new LinkedHashMap<>(usual.lossWeights());
        weights.putAll(lossWeights);
        return new TrainingConfiguration(usual.seed(), usual.steps(), usual.batch(),
                schedule((Schedule.Cosine) usual.schedule()), optimiser((Adam.Settings) usual.optimiser()),
                new Augmentation(how.mirror(), brightness.orElse(how.brightness()), colour.orElse(how.colour()),
                        zoom.orElse(how.zoom())),
                weights, encoderRate.orElse(usual.encoderRate()), accumulate.orElse(usual.accumulate()),
                checkpointEvery);
    }

    private Schedule schedule(Schedule.Cosine usual) {
        double peak = rate.orElse(usual.peak());
        int rising = warmUp.orElse(usual.warmUp());
        String[] words = schedule.orElse("cosine").split(",", -1);
        try {
            return switch (words[0] + "/" + words.length) {
                case "cosine/1" -> new Schedule.Cosine(peak, rising, usual.steps());
                case "poly/1" -> new Schedule.Polynomial(peak, 0.9, rising, usual.steps());
                case "poly/2" -> new Schedule.Polynomial(peak, Double.parseDouble(words[1]), rising, usual.steps());
                case "constant/1" -> new Schedule.Constant(peak);
                case "stairs/3" -> new Schedule.Stairs(peak, Double.parseDouble(words[1]), Integer.parseInt(words[2]));
                default -> throw new IllegalArgumentException("--schedule must be cosine, poly, poly,POWER, constant or"
                        + " stairs,FACTOR,STEPS, but is '" + schedule.orElseThrow() + "'");
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--schedule " + schedule.orElseThrow() + ": there must be numbers behind"
                    + " the name", e);
        }
    }

    private OptimiserSettings optimiser(Adam.Settings usual) {
        double penalty = 1e-4;
        double[] means = betas.map(TrainScheduleOptions::two).orElse(new double[] {usual.beta1(), usual.beta2()});
        return switch (optimiser.orElse("adamw")) {
            case "adamw" -> new Adam.Settings(means[0], means[1], usual.epsilon(),
                    weightDecay.orElse(usual.weightDecay()), true);
            case "adam" -> new Adam.Settings(means[0], means[1], usual.epsilon(), weightDecay.orElse(penalty), false);
            case "sgd" -> new Sgd.Settings(momentum.orElse(0.9), weightDecay.orElse(penalty), false);
            default -> throw new IllegalArgumentException("--optimiser must be adamw, adam or sgd, but is '"
                    + optimiser.orElseThrow() + "'");
        };
    }

    private static double[] two(String text) {
        String[] words = text.split(",", -1);
        try {
            if (words.length == 2) {
                return new double[] {Double.parseDouble(words[0]), Double.parseDouble(words[1])};
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException("--betas must be two numbers, 0.9,0.999 say, but are '" + text + "'");
    }

    /** What to type for the same choice, but the number of steps, starting with a space. */
    String command() {
        StringBuilder command = new StringBuilder();
        add(command, "--accumulate", accumulate);
        add(command, "--optimiser", optimiser);
        add(command, "--betas", betas);
        add(command, "--momentum", momentum);
        add(command, "--weight-decay", weightDecay);
        add(command, "--rate", rate);
        add(command, "--schedule", schedule);
        add(command, "--warm-up", warmUp);
        add(command, "--encoder-rate", encoderRate);
        if (!lossWeights.isEmpty()) {
            command.append(" --loss-weights ").append(String.join(",",
                    lossWeights.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList()));
        }
        add(command, "--brightness", brightness);
        add(command, "--colour", colour);
        add(command, "--zoom", zoom);
        add(command, "--validate", validate);
        if (validate.isPresent()) {
            command.append(" --validate-every ").append(validateEvery).append(" --patience ").append(patience);
        }
        return command.toString();
    }

    private static void add(StringBuilder command, String option, Optional<?> value) {
        value.ifPresent(each -> command.append(' ').append(option).append(' ').append(each));
    }
}
