// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.cli.pytorch.StateDict;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.ModelSummary;
import dev.topple.mtl.model.ModelSummary.Part;
import dev.topple.mtl.model.Norm;
import dev.topple.mtl.sharing.Layouts;
import dev.topple.mtl.sharing.Sharing;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.train.DefaultRecipe;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topple model describe}. */
@Command(name = "describe", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {"Draws which tasks of a model share which levels of its encoder, with the parameters and the"
                + " multiply-adds (MACs) of each part for one image. Nothing is computed.",
            "The model is that of a file, that which the options make, or a file's with changes. --share list lists all"
                    + " layouts with their numbers. Of a PyTorch file (.pth, .pt), the tensors are listed."})
final class DescribeCommand implements Callable<Integer> {

    private static final String LIST = "list";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "A model trained by 'topple train', or 'default' for"
            + " the one that comes with Topple.")
    private Optional<String> file;

    @Mixin
    private ModelShapeOptions shape;

    @Option(names = "--tasks", paramLabel = "NAMES", description = "The tasks, with commas: segmentation, depth,"
            + " normals, keypoints, edges, or NAME:N for a class of the image out of N. Layouts are numbered by their"
            + " order. Default: those of the file, or segmentation,depth,normals.")
    private Optional<String> tasks;

    @Option(names = "--classes", paramLabel = "N", defaultValue = "40",
            description = "The classes of the segmentation in --tasks. Default: ${DEFAULT-VALUE}.")
    private int classes;

    @Option(names = "--size", paramLabel = "HxW", defaultValue = "224x224",
            description = "The size of the image. Default: ${DEFAULT-VALUE}.")
    private String size;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (file.isPresent() && Files.isRegularFile(Path.of(file.get())) && StateDict.isPyTorch(Path.of(file.get()))) {
            tensors(StateDict.read(Path.of(file.get())));
            return 0;
        }
        int[] hw = DataOption.parseSize(size);
        Optional<ModelFile> read = file.map(ModelOption::load);
        ModelDescription usual = read.map(each -> each.model().description()).orElseGet(() -> made());
        if (read.isPresent() && tasks.isPresent()) {
            usual = new ModelDescription(usual.encoder(), usual.decoder(), usual.normalisation(), named());
        }
        boolean list = shape.share().equals(Optional.of(LIST));
        ModelSummary summary = ModelSummary.of(
                shape.description(usual, Norm.BATCH, list ? Optional.empty() : shape.share()), hw[0], hw[1]);
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            list(summary, out);
        } else if (json) {
            out.println(Json.pretty(document(summary)));
        } else {
            Look look = Look.ofOutput();
            read.map(each -> each.provenance().command()).ifPresent(command -> out.println("Trained by: "
                    + Complaint.line(command)));
            heading(summary).forEach(out::println);
            SharingDrawing.lines(summary, look).forEach(out::println);
            out.println();
            totals(summary).lines(look).forEach(out::println);
        }
        return 0;
    }

    private void tensors(StateDict weights) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            JsonValue.Builder all = JsonValue.object();
            weights.tensors().forEach((name, tensor) -> all.put(name, tensor.type().toString()));
            out.println(Json.pretty(JsonValue.object().put("tensors", all.build()).build()));
            return;
        }
        weights.tensors().forEach((name, tensor) -> out.println(Complaint.line(name) + "  " + tensor.type()));
        long elements = weights.tensors().values().stream().mapToLong(tensor -> tensor.shape().size()).sum();
        out.println(Figures.count(weights.tensors().size(), "tensor") + ", " + Figures.count(elements, "element"));
    }

    private ModelDescription made() {
        ModelDescription usual = DefaultRecipe.description();
        return new ModelDescription(usual.encoder(), usual.decoder(), usual.normalisation(), named());
    }

    private List<Task> named() {
        return Arrays.stream(tasks.orElse("segmentation,depth,normals").split(",", -1)).map(String::strip)
                .map(this::task).toList();
    }

    private Task task(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case Segmentation.NAME -> Segmentation.of(classes);
            case Depth.NAME -> new Depth();
            case Normals.NAME -> new Normals();
            case Keypoints.NAME -> new Keypoints();
            case Edges.NAME -> new Edges();
            case String other when other.matches("[^:]+:\\d{1,5}") -> {
                int colon = other.indexOf(':');
                yield new Classification(other.substring(0, colon),
                        IntStream.range(0, Integer.parseInt(other.substring(colon + 1))).mapToObj(i -> "class " + i)
                                .toList());
            }
            default -> throw new IllegalArgumentException("--tasks: there is no task '" + name + "'; choose from"
                    + " segmentation, depth, normals, keypoints, edges, or say NAME:N for a class of the image");
        };
    }

    private static List<String> heading(ModelSummary model) {
        Sharing sharing = model.description().sharing();
        return List.of("Layout: " + sharing.name() + number(sharing).map(each -> " (number " + each + ")").orElse(""),
                "Image: " + model.height() + "x" + model.width() + "; boxes show the parameters and the multiply-adds"
                        + " (MACs) of a copy",
                "");
    }

    /** Where numbering all layouts takes no time. */
    private static Optional<Integer> number(Sharing sharing) {
        int most = 10_000;
        return Layouts.count(sharing.tasks(), sharing.levels().size()).bitLength() < Integer.SIZE
                && Layouts.count(sharing.tasks(), sharing.levels().size()).intValue() <= most
                        ? Optional.of(Layouts.number(sharing))
                        : Optional.empty();
    }

    private static Table totals(ModelSummary model) {
        Table table = new Table(1).row("", "parameters", "MACs");
        table.row(cells("encoder, all copies", model.encoderParameters(), model.encoderMultiplyAdds()));
        for (Part decoder : model.decoders()) {
            table.row(cells("decoder of " + decoder.name(), decoder.parameters(), decoder.multiplyAdds()));
        }
        return table.boldRow(cells("all", model.parameters(), model.multiplyAdds()));
    }

    private static List<String> cells(String name, long parameters, long work) {
        return List.of(name, String.format(Locale.ROOT, "%,d", parameters),
                String.format(Locale.ROOT, "%.3f G", work / 1e9));
    }

    private void list(ModelSummary model, PrintWriter out) {
        List<Task> all = model.description().tasks();
        List<Sharing> layouts = Layouts.all(all.size(), model.levels().size());
        List<String> letters = letters(all);
        List<JsonValue> documents = new ArrayList<>();
        Table table = new Table(4).row("number, levels from the image on", "parameters", "MACs", "");
        for (int i = 0; i < layouts.size(); i++) {
            Sharing layout = layouts.get(i);
            ModelSummary with = model.with(layout);
            String name = layout.name().startsWith("{") ? "" : layout.name();
            table.row(String.format(Locale.ROOT, "%5d   %s", i, line(layout, letters)),
                    SharingDrawing.figures(with.parameters()),
                    SharingDrawing.figures(with.multiplyAdds()), name);
            documents.add(JsonValue.object().put("number", i).put("name", layout.name())
                    .put("parameters", with.parameters()).put("multiplyAdds", with.multiplyAdds()).build());
        }
        if (json) {
            out.println(Json.pretty(JsonValue.object().put("layouts", JsonValue.array(documents)).build()));
            return;
        }
        List<String> legend = new ArrayList<>();
        for (int t = 0; t < letters.size(); t++) {
            legend.add(letters.get(t) + " = " + all.get(t).name());
        }
        Look look = Look.ofOutput();
        look.wrap(String.join(", ", legend)).forEach(out::println);
        table.lines(look).forEach(out::println);
    }

    /** One letter a task where they differ, or numbers. */
    private static List<String> letters(List<Task> tasks) {
        List<String> first = tasks.stream().map(task -> task.name().substring(0, 1)).toList();
        return first.stream().distinct().count() == first.size() && first.stream().noneMatch(each -> each.equals("|"))
                ? first
                : IntStream.range(0, tasks.size()).mapToObj(i -> Integer.toString(i, Character.MAX_RADIX)).toList();
    }

    /** The sets of each level: {@code sdn sdn sn|d s|n|d}. */
    private static String line(Sharing layout, List<String> letters) {
        List<String> levels = new ArrayList<>();
        for (List<List<Integer>> sets : layout.levels()) {
            levels.add(String.join("|", sets.stream()
                    .map(set -> String.join("", set.stream().map(letters::get).toList())).toList()));
        }
        return String.join(" ", levels);
    }

    private static JsonObject document(ModelSummary model) {
        Sharing sharing = model.description().sharing();
        List<JsonValue> levels = new ArrayList<>();
        for (int level = 0; level < model.levels().size(); level++) {
            List<Task> tasks = model.description().tasks();
            levels.add(part(model.levels().get(level)).put("copies", JsonValue.array(sharing.sets(level).stream()
                    .map(set -> JsonValue.strings(set.stream().map(task -> tasks.get(task).name()).toList()))
                    .toList())).build());
        }
        JsonValue.Builder document = JsonValue.object().put("model", model.description().toJson())
                .put("layout", sharing.name()).put("height", model.height()).put("width", model.width());
        number(sharing).ifPresent(number -> document.put("number", number));
        return document.put("levels", JsonValue.array(levels))
                .put("decoders", JsonValue.array(model.decoders().stream().map(each -> part(each).build()).toList()))
                .put("parameters", model.parameters()).put("multiplyAdds", model.multiplyAdds()).build();
    }

    private static JsonValue.Builder part(Part part) {
        return JsonValue.object().put("name", part.name()).put("parameters", part.parameters())
                .put("multiplyAdds", part.multiplyAdds()).put("result", JsonValue.integers(part.result().dims()));
    }
}
