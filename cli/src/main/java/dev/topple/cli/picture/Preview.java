// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.picture;

import dev.topple.mtl.task.Task;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A picture of an attack: a row per image, with the image, the perturbation (grey is none, black and white the budget),
 * the attacked image, and for every task the label and the predictions before and after.
 */
public final class Preview {

    /** How many images it shows. */
    public static final int ROWS = 4;

    private final Exhibits exhibits;
    private final List<List<BufferedImage>> rows = new ArrayList<>();

    /** An empty one; its attack is the first of the exhibits' plans. */
    public Preview(Exhibits exhibits) {
        this.exhibits = exhibits;
    }

    /** Adds a row, unless there are enough. */
    public void add(Exhibit exhibit) {
        if (rows.size() < ROWS) {
            rows.add(row(exhibit));
        }
    }

    /**
     * Writes it as PNG.
     *
     * @param warn takes a line if there can be no captions
     */
    public void write(Path file, Consumer<String> warn) throws IOException {
        Sheet.write(file, Sheet.of(rows, captions(), warn));
    }

    private List<String> captions() {
        List<String> captions = new ArrayList<>(List.of("image", "perturbation", "attacked"));
        for (Task task : exhibits.tasks()) {
            if (exhibits.labelled(task)) {
                captions.add(task.name() + ": label");
            }
            captions.add(task.name() + ": clean");
            captions.add(task.name() + ": attacked");
        }
        return captions;
    }

    private List<BufferedImage> row(Exhibit exhibit) {
        Exhibit.Attacked attacked = exhibit.attacked().getFirst();
        List<BufferedImage> row = new ArrayList<>();
        row.add(Pictures.rgb(exhibit.image()));
        row.add(Pictures.perturbation(exhibit.image(), attacked.image(), attacked.epsilon()));
        row.add(Pictures.rgb(attacked.image()));
        for (Task task : exhibits.tasks()) {
            if (exhibits.labelled(task)) {
                row.add(Pictures.drawn(task, exhibit.labels().get(task.name()), exhibit.image()));
            }
            row.add(Pictures.drawn(task, exhibit.predictions().get(task.name()), exhibit.image()));
            row.add(Pictures.drawn(task, attacked.predictions().get(task.name()), exhibit.image()));
        }
        return row;
    }
}
