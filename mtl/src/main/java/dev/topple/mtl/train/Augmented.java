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
 * A data set as one epoch sees it: images enlarged, mirrored and of other brightness and colours. What happens to an
 * image depends on the seed, the epoch and its number alone.
 */
final class Augmented implements Dataset {

    private final Dataset source;
    private final List<Task> tasks;
    private final Augmentation how;
    private final long key;

    Augmented(Dataset source, List<Task> tasks, TrainingConfiguration configuration, int epoch) {
        this.source = source;
        this.tasks = tasks;
        this.how = configuration.augmentation();
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
        boolean mirrored = random.nextBoolean() && how.mirror();
        double factor = 1 + how.brightness() * random.nextDouble(-1, 1);
        Optional<Zoom> zoom = how.zoom() == 0
                ? Optional.empty()
                : Optional.of(new Zoom(1 + how.zoom() * random.nextDouble(0, 1), random.nextDouble(0, 1),
                        random.nextDouble(0, 1)));
        float[] factors = new float[3];
        for (int c = 0; c < 3; c++) {
            factors[c] = (float) (how.colour() == 0 ? factor : factor * (1 + how.colour() * random.nextDouble(-1, 1)));
        }
        Tensor part = zoom.map(z -> z.image(sample.image())).orElse(sample.image());
        Tensor image = mirrored ? Mirror.columns(part) : part;
        Map<String, Tensor> labels = new HashMap<>();
        for (Task task : tasks) {
            Tensor whole = sample.labels().get(task.name());
            Tensor label = zoom.map(z -> z.label(task, whole)).orElse(whole);
            labels.put(task.name(), mirrored ? task.mirror(label) : label);
        }
        Tensor seen = how.brightness() > 0 || how.colour() > 0 ? brighter(image, factors) : image;
        return new Sample(sample.id(), seen, labels);
    }

    private static Tensor brighter(Tensor image, float[] factors) {
        float[] values = image.floats().clone();
        int area = values.length / factors.length;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(values[i] * factors[i / area], 0, 1);
        }
        return Tensor.of(image.shape(), values);
    }
}
