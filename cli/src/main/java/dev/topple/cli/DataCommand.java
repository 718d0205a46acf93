// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.cli.picture.Pictures;
import dev.topple.cli.picture.Sheet;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple data}. */
@Command(name = "data", mixinStandardHelpOptions = true, description = "Lists, shows and converts data sets.",
        subcommands = {DataCommand.Catalogue.class, DataCommand.Show.class, ImportCommand.class})
final class DataCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say list, preview or import");
    }

    /** {@code topple data list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists what --data takes.")
    static final class Catalogue implements Runnable {

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            PrintWriter out = spec.commandLine().getOut();
            List<String> tasks = List.copyOf(Tasks.names(RoomsDataset.allTasks()));
            out.println("rooms          rendered indoor scenes of any size, with exact labels: "
                    + String.join(", ", tasks));
            out.println("nyuv2:FOLDER   photographs of rooms, 304x228 without their frame, with labels of people and of"
                    + " a depth camera for the same tasks;");
            out.println("               behind the folder ,classes=13 or 40 and ,split=test or train; the layouts of"
                    + " AdaShare and MTAN are read, too,");
            out.println("               nyu_depth_v2_labeled.mat after 'topple data import nyuv2' (docs/data.md)");
            out.println("               (of both, " + String.join(" and ", tasks.subList(3, 5)) + " are derived from"
                    + " the picture; 'topple train' takes the first three unless asked)");
            out.println("taskonomy:FOLDER  Tiny-Taskonomy: photographs of buildings with labels for the same tasks;");
            out.println("               behind the folder ,split=test, test_small or train and ,labels=corrected or"
                    + " released");
            out.println("multimnist:FOLDER, multifashion:FOLDER, mnist+fashion:FOLDER,FOLDER");
            out.println("               pairs of pictures of MNIST's idx files, 36x36: the classes of the left and of"
                    + " the right one; behind them ,split=test or train and ,seed=N");
            out.println("cifar100:FOLDER  photographs of 32x32 (binary version): coarse (20) and fine (100) class;"
                    + " behind it ,split=test or train");
            out.println("folder:FOLDER  your own images and labels for any tasks, described by topple-data.json"
                    + " (docs/data.md); behind it ,split=test or train");
            out.println("images:FOLDER  photographs (JPEG, PNG) of any size, without labels: an attack takes the"
                    + " model's clean predictions instead");
        }
    }

    /** {@code topple data preview}. */
    @Command(name = "preview", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
            description = "Paints images of a data set with the labels of all tasks that it can have.")
    static final class Show implements Callable<Integer> {

        private static final int MOST = 100;

        @Spec
        private CommandSpec spec;

        @Mixin
        private DataOption data;

        @Option(names = "--rows", paramLabel = "N", defaultValue = "6",
                description = "How many images. Default: ${DEFAULT-VALUE}.")
        private int rows;

        @Option(names = "--out", paramLabel = "FILE", defaultValue = "preview.png",
                description = "The picture to write. Default: ${DEFAULT-VALUE}.")
        private Path out;

        @Override
        public Integer call() throws IOException {
            if (rows < 1 || rows > MOST) {
                throw new IllegalArgumentException("--rows must be from 1 to " + MOST + ", but is " + rows);
            }
            Output.requireFile(out);
            Dataset opened = data.open(spec.commandLine().getErr());
            List<Task> tasks = DataOption.allTasks(opened);
            Dataset images = tasks.isEmpty() ? opened : DataOption.choose(opened, tasks);
            List<List<BufferedImage>> sheet = new ArrayList<>();
            for (int i = 0; i < Math.min(rows, images.size()); i++) {
                sheet.add(row(images.sample(i), tasks));
            }
            List<String> captions = new ArrayList<>(List.of("image"));
            tasks.forEach(task -> captions.add(task.name()));
            Sheet.write(out, Sheet.of(sheet, captions,
                    warning -> spec.commandLine().getErr().println(Complaint.line(warning))));
            spec.commandLine().getOut().println("Written: " + out);
            return 0;
        }

        private static List<BufferedImage> row(Sample sample, List<Task> tasks) {
            List<BufferedImage> row = new ArrayList<>();
            row.add(Pictures.rgb(sample.image()));
            for (Task task : tasks) {
                Tensor label = sample.labels().get(task.name());
                Shape one = task.labelType(1, sample.height(), sample.width()).shape();
                row.add(Pictures.drawn(task, label.reshape(one), sample.image()));
            }
            return row;
        }
    }
}
