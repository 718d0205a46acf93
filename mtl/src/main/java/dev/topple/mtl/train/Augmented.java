// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.random.Philox;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.task.Mirror;
import dev.topple.mtl.task.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A data set as one epoch sees it: images enlarged, mirrored and made brighter or darker. What happens to an image
 * depends on the seed, the epoch and its number alone.
 */
final class Augmented implements Dataset {

    private final Dataset source;
    private final List<Task> tasks;
    private final TrainingConfiguration configuration;
    private final long key;

    Augmented(Dataset source, List<Task> tasks, TrainingConfiguration configuration, int epoch) {
        this.source = source;
        this.tasks = tasks;
        this.configuration = configuration;
        this.key = Philox.derive(configuration.seed(), epoch);
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int size() {
        return source.size();
    }

    @Override
    public Set<String> labelled() {
        return source.labelled();
    }

    /** The sample, with the labels of the trained tasks alone. */
    @Override
    public Sample sample(int index) {
        Sample sample = source.sample(index);
        RandomSource random = new RandomSource(Philox.derive(key, index));
        boolean mirrored = random.nextBoolean() && configuration.mirror();
        double factor = 1 + configuration.brightness() * random.nextDouble(-1, 1);
        Optional<Zoom> zoom = configuration.zoom() == 0
                ? Optional.empty()
                : Optional.of(new Zoom(1 + configuration.zoom() * random.nextDouble(0, 1), random.nextDouble(0, 1),
                        random.nextDouble(0, 1)));
        Tensor part = zoom.map(z -> z.image(sample.image())).orElse(sample.image());
        Tensor image = mirrored ? Mirror.columns(part) : part;
        Map<String, Tensor> labels = new HashMap<>();
        for (Task task : tasks) {
            Tensor whole = sample.labels().get(task.name());
            Tensor label = zoom.map(z -> z.label(task, whole)).orElse(whole);
            labels.put(task.name(), mirrored ? task.mirror(label) : label);
        }
        Tensor seen = configuration.brightness() > 0 ? brighter(image, (float) factor) : image;
        return new Sample(sample.id(), seen, labels);
    }

    private static Tensor brighter(Tensor image, float factor) {
        float[] values = image.floats().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(values[i] * factor, 0, 1);
        }
        return Tensor.of(image.shape(), values);
    }
}
