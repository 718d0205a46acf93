// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.InMemory;
import dev.topple.mtl.model.ConstantPredictor;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.io.PrintWriter;
import java.util.List;

/**
 * The best predictions that look at no image, which every model has to beat. They are always taken from as many of the
 * images for training, whatever a model was trained on, so that all tables show the same ones.
 */
final class Constants {

    /** From how many: more change no digit that is shown, and deriving normals takes its time. */
    static final int IMAGES = 256;

    private Constants() {}

    /**
     * The constants.
     *
     * @param training the images that they are taken from
     */
    static Model of(List<Task> tasks, Dataset training, PrintWriter err) {
        try (Progress progress = new Progress(err, "reading", training.size())) {
            int threads = Runtime.getRuntime().availableProcessors();
            Dataset read = InMemory.of(training, threads, done -> progress.at(done, "for the constants"));
            return ConstantPredictor.fit(tasks, read, read.size());
        }
    }
}
