// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import dev.topple.cli.pytorch.PickleValue.Dictionary;
import dev.topple.cli.pytorch.PickleValue.Storage;
import dev.topple.cli.pytorch.PickleValue.View;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a file that {@code torch.save} wrote ({@code .pth}, {@code .pt}), in its present form, a zip archive,
 * or in that before PyTorch 1.6. Python is not needed and nothing in the file is executed.
 *
 * <p>A checkpoint that holds the state dict among other things is looked through for it: {@code state_dict},
 * {@code model_state_dict}, {@code model} and the like, or the only dict with tensors. Dicts in it are joined by full
 * stops, and the prefixes {@code module.} (of DataParallel) and {@code _orig_mod.} (of torch.compile) are taken off.
 *
 * @param source what messages call it: the file
 * @param tensors by name, in the order of the file; equal views of one storage are one tensor
 */
public record StateDict(String source, Map<String, Tensor> tensors) {

    private static final List<String> USUAL = List.of("state_dict", "model_state_dict", "model", "model_state", "net",
            "network", "weights", "params", "module");
    private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");
    private static final int DEEPEST = 8;
    private static final int NAMED = 5;

    public StateDict {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * Whether a file looks as if PyTorch had written it.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public static boolean isPyTorch(Path file) {
        byte[] head = head(file);
        return ZipForm.is(head) || LegacyForm.is(head);
    }

    private static byte[] head(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(LegacyForm.HEAD);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws FormatException in one line, if it is no such file, is damaged, or holds more than weights
     * @throws UncheckedIOException if it cannot be read
     */
    public static StateDict read(Path file) {
        byte[] head = head(file);
        try {
            if (ZipForm.is(head)) {
                try (ZipForm form = ZipForm.open(file)) {
                    return read(file.toString(), form.root(), form::storage);
                }
            }
            if (LegacyForm.is(head)) {
                LegacyForm form = LegacyForm.open(file);
                return read(file.toString(), form.root(), form::storage);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new FormatException(file.toString(), "this is no file of torch.save, neither a zip archive nor of the"
                + " form before PyTorch 1.6");
    }

    /** Where the bytes of storages come from. */
    @FunctionalInterface
    interface Storages {

        Elements of(Storage storage) throws IOException;
    }

    private static StateDict read(String source, PickleValue root, Storages storages) throws IOException {
        Map<String, View> views = stripped(chosen(source, root));
        requireBounded(source, views);
        // Storage by storage, so that only one is in memory beside the tensors.
        Map<Storage, List<View>> byStorage = new LinkedHashMap<>();
        views.values().stream().distinct()
                .forEach(view -> byStorage.computeIfAbsent(view.storage(), any -> new ArrayList<>()).add(view));
        Map<View, Tensor> read = new HashMap<>();
        for (Map.Entry<Storage, List<View>> each : byStorage.entrySet()) {
            Elements elements = storages.of(each.getKey());
            for (View view : each.getValue()) {
                read.put(view, elements.tensor(view));
            }
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        views.forEach((name, view) -> tensors.put(name, read.get(view)));
        return new StateDict(source, tensors);
    }

    /** A few bytes could otherwise be asked for again and again by views that differ a little. */
    private static void requireBounded(String source, Map<String, View> views) {
        long asked = views.values().stream().distinct().mapToLong(view -> (long) view.elements() * view.type().bytes())
                .sum();
        long there = views.values().stream().map(View::storage).distinct().mapToLong(Storage::bytes).sum();
        if (asked > 2 * there) {
            throw new FormatException(source,
                    "its tensors have " + asked + " bytes, but share storages of only " + there);
        }
    }

    /** The tensors of the state dict within what was saved. */
    private static Map<String, View> chosen(String source, PickleValue root) {
        if (!(root instanceof Dictionary dictionary)) {
            throw new FormatException(source, "the file holds no dict of tensors but "
                    + (root instanceof View ? "a single tensor" : "something else") + "; save the model's state_dict()"
                    + " with torch.save");
        }
        Map<String, Map<String, View>> parts = new LinkedHashMap<>();
        Map<String, View> direct = new LinkedHashMap<>();
        dictionary.entries().forEach((key, value) -> {
            if (value instanceof View view) {
                direct.put(key, view);
            } else if (value instanceof Dictionary inner) {
                Map<String, View> found = new LinkedHashMap<>();
                new Walk(found).add("", inner, 0);
                if (!found.isEmpty()) {
                    parts.put(key, found);
                }
            }
        });
        for (String usual : USUAL) {
            if (parts.containsKey(usual) && direct.isEmpty()) {
                return parts.get(usual);
            }
        }
        if (direct.isEmpty() && parts.size() == 1) {
            return parts.values().iterator().next();
        }
        if (direct.isEmpty() && parts.isEmpty()) {
            throw new FormatException(source, "there is no tensor in the file; it has "
                    + (dictionary.entries().isEmpty() ? "an empty dict" : keys(dictionary.entries())));
        }
        Map<String, View> all = new LinkedHashMap<>(direct);
        parts.forEach((key, part) -> part.forEach((name, view) -> all.put(key + "." + name, view)));
        return all;
    }

    private static String keys(Map<String, ?> entries) {
        return String.join(", ", entries.keySet().stream().limit(NAMED).toList())
                + (entries.size() > NAMED ? " …" : "");
    }

    /** Looks through dicts, each once however often it is mentioned. */
    private record Walk(Map<String, View> found, Set<Dictionary> seen) {

        Walk(Map<String, View> found) {
            this(found, Collections.newSetFromMap(new IdentityHashMap<>()));
        }

        void add(String prefix, Dictionary dictionary, int depth) {
            if (depth > DEEPEST || !seen.add(dictionary)) {
                return;
            }
            dictionary.entries().forEach((key, value) -> {
                if (value instanceof View view) {
                    found.put(prefix + key, view);
                } else if (value instanceof Dictionary inner) {
                    add(prefix + key + ".", inner, depth + 1);
                }
            });
        }
    }

    private static Map<String, View> stripped(Map<String, View> views) {
        Map<String, View> result = views;
        for (int times = 0; times < DEEPEST; times++) {
            Map<String, View> before = result;
            List<String> common = PREFIXES.stream()
                    .filter(prefix -> before.keySet().stream().allMatch(name -> name.startsWith(prefix))).toList();
            if (common.isEmpty()) {
                break;
            }
            Map<String, View> shorter = new LinkedHashMap<>();
            before.forEach((name, view) -> shorter.put(name.substring(common.getFirst().length()), view));
            result = shorter;
        }
        return result;
    }

    @Override
    public String toString() {
        return "StateDict " + source + ", " + tensors.size() + " tensors";
    }
}
