// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A data set that was read once and is kept in memory, for training. Images of 8 bits and class labels are kept
 * exactly; other floats are rounded to float16, which is a relative error of at most 1 in 2048. A picture of 96x128
 * with the labels of <i>Rooms</i> takes 144 KiB.
 */
public final class InMemory implements Dataset {

    private record Kept(String id, Compact image, Map<String, Compact> labels) {

        static Kept of(Sample sample) {
            Map<String, Compact> labels = new HashMap<>();
            sample.labels().forEach((task, label) -> labels.put(task, Compact.of(label)));
            return new Kept(sample.id(), Compact.of(sample.image()), labels);
        }

        Sample sample() {
            Map<String, Tensor> tensors = new HashMap<>();
            labels.forEach((task, label) -> tensors.put(task, label.tensor()));
            return new Sample(id, image.tensor(), tensors);
        }
    }

    private final Dataset source;
    private final Kept[] samples;

    private InMemory(Dataset source, Kept[] samples) {
        this.source = source;
        this.samples = samples;
    }

    /**
     * Reads all samples of a data set, several at a time.
     *
     * @param threads how many threads read, the caller's included
     * @param done is told how many samples were read so far, by whichever thread read the last one, one call at a time
     */
    public static InMemory of(Dataset source, int threads, IntConsumer done) {
        Kept[] samples = new Kept[source.size()];
        AtomicInteger next = new AtomicInteger();
        AtomicInteger finished = new AtomicInteger();
        Object turn = new Object();
        Parallel.run(threads, () -> {
            for (int i = next.getAndIncrement(); i < samples.length; i = next.getAndIncrement()) {
                samples[i] = Kept.of(source.sample(i));
                synchronized (turn) {
                    done.accept(finished.incrementAndGet());
                }
            }
        });
        return new InMemory(source, samples);
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Optional<String> checksum() {
        return source.checksum();
    }

    @Override
    public int size() {
        return samples.length;
    }

    @Override
    public Set<String> labelled() {
        return source.labelled();
    }

    @Override
    public Sample sample(int index) {
        return samples[index].sample();
    }
}
