// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.cli.picture.Pictures;
import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.Npy;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Attacked images as files, {@code adversarial/ATTACK-BALANCER-EPS/NUMBER.KIND} with the image's number in the data
 * set: PNG with exactly the 8-bit values that were measured, or the floats {@code [3, H, W]} as npy, or as safetensors
 * beside the clean image. Files of an earlier run with the same names are replaced.
 *
 * @param kind of files
 * @param folder of all of them
 */
record SavedImages(Kind kind, Path folder) {

    /** The folder, beside the results. */
    static final String FOLDER = "adversarial";

    /** The kinds of files. */
    enum Kind {
        PNG, NPY, SAFETENSORS;

        private String ending() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * From what a person asked for.
     *
     * @param out where results go
     * @throws IllegalArgumentException in one line, if there is no such kind, or a file is in the way
     */
    static SavedImages of(String kind, Path out) {
        Kind known = Arrays.stream(Kind.values()).filter(each -> each.ending().equals(kind.toLowerCase(Locale.ROOT)))
                .findFirst().orElseThrow(() -> new IllegalArgumentException(
                        "--save takes png, npy or safetensors, not '" + kind + "'"));
        Path folder = out.resolve(FOLDER);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + " is a file, and a folder of that name has to be made; move it"
                    + " away, or choose another place with --out");
        }
        return new SavedImages(known, folder);
    }

    /** Whether these files hold 8 bits a channel alone. */
    boolean eightBits() {
        return kind == Kind.PNG;
    }

    /** Saves what a plan made of a batch. */
    void save(Plan plan, Batch batch, Tensor adversarial) {
        Path place = folder.resolve(name(plan));
        try {
            Files.createDirectories(place);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create the folder " + place + ": " + Complaint.of(e), e);
        }
        for (int row = 0; row < batch.count(); row++) {
            Path file = place.resolve(String.format(Locale.ROOT, "%06d.%s", batch.indices().get(row), kind.ending()));
            Tensor image = row(adversarial, row);
            switch (kind) {
                case PNG -> AtomicFiles.write(file, out -> ImageIO.write(Pictures.rgb(image), "png", out));
                case NPY -> Npy.write(file, image);
                case SAFETENSORS -> Safetensors.write(file,
                        Map.of("adversarial", image, "clean", row(batch.images(), row)),
                        Map.of("id", batch.ids().get(row)));
            }
        }
    }

    /** For a folder: {@code pgd-single_depth-8_255}. */
    private static String name(Plan plan) {
        return (plan.attack() + "-" + plan.balancer().name() + "-" + Budgets.fraction(plan.budget().epsilon()))
                .replaceAll("[^A-Za-z0-9.,=-]", "_");
    }

    private static Tensor row(Tensor batch, int row) {
        Shape one = Shape.of(Arrays.copyOfRange(batch.shape().dims(), 1, batch.shape().rank()));
        return Tensor.of(one, Arrays.copyOfRange(batch.floats(), row * one.size(), (row + 1) * one.size()));
    }
}
