// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.BatchOutcome;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.ProgressStore;
import dev.topple.engine.Device;
import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonNumber;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonValue.JsonString;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Sha256;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.MultiTaskModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What an attack has done so far, beside its results: {@code partial/PROTOCOL/BATCH}, a folder per attack and balancer,
 * a file per batch. The folder's name is a checksum of everything that the bits of the outcome depend on, but for the
 * images, which the evaluation checks; so outcomes of different protocols never meet. A file's name holds the checksum
 * of its content. All of it goes once the results are written.
 */
final class PartialResults implements ProgressStore {

    /** The folder, beside the results. */
    static final String FOLDER = "partial";

    private static final int VERSION = 2;
    private static final String PROTOCOL = "protocol.json";
    private static final String ENDING = ".batch";
    private static final int DIGITS = 32;

    private final Path folder;
    private final PrintWriter err;
    private final Map<Plan, JsonObject> protocols = new LinkedHashMap<>();

    /**
     * The partial results of an attack.
     *
     * @param out where its results go
     * @param batch how many images are attacked together
     * @param err takes remarks
     * @throws IllegalArgumentException in one line, if something else is in the way
     */
    PartialResults(Path out, MultiTaskModel model, Dataset data, Device device, long seed, int batch,
            List<Plan> plans, PrintWriter err) {
        this(out, model, data, device, seed, batch, plans, "", err);
    }

    /**
     * The same, where attacked images are saved beside the results (what an earlier run did without saving them will
     * not do then) or attacks have a mask.
     *
     * @param besides what else outcomes must have in common; empty for nothing
     */
    PartialResults(Path out, MultiTaskModel model, Dataset data, Device device, long seed, int batch,
            List<Plan> plans, String besides, PrintWriter err) {
        this.folder = out.resolve(FOLDER);
        this.err = err;
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + " is a file, and a folder of that name has to be made; move it"
                    + " away, or choose another place with --out");
        }
        String weights = ModelChecksum.of(model);
        plans.forEach(plan -> protocols.put(plan, JsonValue.object()
                .put("version", VERSION)
                .put("topple", Main.version())
                .put("model", weights)
                .put("data", data.name())
                .put("device", device.name())
                .put("precision", device.precision().label())
                .put("attack", plan.rule().toString())
                .put("balancer", plan.balancer().toString())
                .put("aim", plan.aim().toString())
                .put("norm", plan.budget().norm().label())
                .put("eps", plan.budget().epsilon())
                .put("seed", seed)
                // Where images of a batch influence each other, other batches are other outcomes.
                .put("batch", plan.balancer().couplesImages() ? batch : 0)
                .put("images", plan.balancer().couplesImages() ? data.size() : 0)
                .put("besides", besides)
                .build()));
    }

    private Path folder(Plan plan) {
        return folder.resolve(Sha256.of(Json.compact(protocols.get(plan))).substring(0, DIGITS));
    }

    @Override
    public List<BatchOutcome> load(Plan plan) {
        List<BatchOutcome> batches = new ArrayList<>();
        for (Path file : files(folder(plan))) {
            if (file.getFileName().toString().endsWith(ENDING)) {
                try {
                    byte[] bytes = Files.readAllBytes(file);
                    if (!file.getFileName().toString().contains(Sha256.of(bytes).substring(0, DIGITS))) {
                        throw new IOException("its checksum does not fit its name");
                    }
                    batches.add(BatchCodec.decode(bytes));
                } catch (IOException e) {
                    drop(file, e);
                }
            }
        }
        return batches;
    }

    private void drop(Path file, IOException problem) {
        err.println("topple: dropped the damaged partial result " + Complaint.line(file.toString()) + ": "
                + Complaint.of(problem));
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            err.println("topple: cannot remove it: " + Complaint.of(e));
        }
    }

    @Override
    public void save(Plan plan, BatchOutcome outcome) {
        Path place = folder(plan);
        try {
            if (!Files.exists(place.resolve(PROTOCOL))) {
                Files.createDirectories(place);
                Json.write(place.resolve(PROTOCOL), protocols.get(plan));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create the folder " + place + ": " + Complaint.of(e), e);
        }
        byte[] bytes = BatchCodec.encode(outcome);
        int first = outcome.images().isEmpty() ? 0 : outcome.images().getFirst().index();
        AtomicFiles.write(place.resolve(String.format("%06d-%s%s", first, Sha256.of(bytes).substring(0, DIGITS),
                ENDING)), bytes);
    }

    /** Says in one line, if so, that there are partial results of other protocols, and what differs. */
    void remark() {
        List<Path> own = protocols.keySet().stream().map(this::folder).toList();
        List<Path> others = files(folder).stream().filter(each -> Files.isDirectory(each) && !own.contains(each))
                .toList();
        if (!others.isEmpty()) {
            List<String> nearest = others.stream().map(this::differences)
                    .min(Comparator.comparingInt(List::size)).orElseThrow();
            err.println("topple: " + Complaint.line(folder.toString()) + " also has "
                    + Figures.count(others.size(), "unfinished attack") + " with other settings ("
                    + Complaint.line(String.join(", ", nearest)) + "), left alone; repeat those settings to go on"
                    + " there, or remove " + (others.size() == 1 ? "its folder" : "the folders"));
        }
    }

    /** How a protocol differs from the most similar one of this run. */
    private List<String> differences(Path other) {
        try {
            Map<String, JsonView> there = JsonView.read(other.resolve(PROTOCOL)).fields();
            return protocols.values().stream().map(here -> differences(here, there))
                    .min(Comparator.comparingInt(List::size)).orElseThrow();
        } catch (FormatException | UncheckedIOException e) {
            return List.of("which ones is lost: " + e.getMessage());
        }
    }

    private static List<String> differences(JsonObject here, Map<String, JsonView> there) {
        List<String> differences = new ArrayList<>();
        for (String name : new TreeSet<>(here.members().keySet())) {
            JsonValue mine = here.members().get(name);
            Optional<JsonValue> other = Optional.ofNullable(there.get(name)).map(JsonView::value);
            if (!other.equals(Optional.of(mine))) {
                differences.add(name.equals("model") ? "another model"
                        : name + " " + other.map(PartialResults::text).orElse("missing") + " instead of "
                                + text(mine));
            }
        }
        return differences;
    }

    /** For people: an epsilon as they wrote it. */
    private static String text(JsonValue value) {
        return switch (value) {
            case JsonNumber number when number.toLong().isEmpty() -> Budgets.fraction(number.toDouble());
            case JsonString(String text) -> text;
            default -> Json.compact(value);
        };
    }

    /** Removes what this run has saved, as nobody needs it any more. */
    void remove() {
        try {
            for (Plan plan : protocols.keySet()) {
                Path place = folder(plan);
                for (Path file : files(place)) {
                    Files.delete(file);
                }
                Files.deleteIfExists(place);
            }
            if (files(folder).isEmpty()) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException | UncheckedIOException e) {
            err.println("topple: cannot remove partial results: "
                    + (e instanceof IOException io ? Complaint.of(io) : Complaint.line(e.getMessage())));
        }
    }

    /** Everything in a folder, by name; nothing if there is no such folder. */
    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder + ": " + Complaint.of(e), e);
        }
    }
}
