// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples of one shape, stacked. Row {@code r} below {@link #count()} is a sample; the rows from there on repeat the
 * last one, so that every batch of a shape fits the same program.
 *
 * @param indices the number in the data set of each row
 * @param ids the name of each row's sample
 * @param count how many rows are samples, at least 1
 * @param images {@code [N, 3, H, W]}
 * @param labels by task, {@code [N, ...]}; those that all of these samples have
 */
public record Batch(List<Integer> indices, List<String> ids, int count, Tensor images, Map<String, Tensor> labels) {

    public Batch {
        indices = List.copyOf(indices);
        ids = List.copyOf(ids);
        labels = Map.copyOf(labels);
        if (indices.size() != images.shape().dim(0) || ids.size() != indices.size() || count < 1
                || count > indices.size()) {
            throw new IllegalArgumentException("a batch of " + images.shape() + " cannot have " + count
                    + " samples with " + indices.size() + " numbers and " + ids.size() + " names");
        }
    }

    /** How many rows there are, samples and repetitions. */
    public int rows() {
        return indices.size();
    }

    /**
     * Stacks samples of one shape.
     *
     * @param indices their numbers in the data set
     * @param rows how many rows to make, at least as many as samples
     */
    public static Batch of(List<Integer> indices, List<Sample> samples, int rows) {
        if (samples.isEmpty() || samples.size() != indices.size() || rows < samples.size()) {
            throw new IllegalArgumentException(
                    "a batch of " + rows + " rows cannot hold " + samples.size() + " samples");
        }
        Integer[] numbers = new Integer[rows];
        String[] ids = new String[rows];
        Sample[] each = new Sample[rows];
        for (int row = 0; row < rows; row++) {
            int from = Math.min(row, samples.size() - 1);
            numbers[row] = indices.get(from);
            each[row] = samples.get(from);
            ids[row] = each[row].id();
        }
        List<Sample> all = List.of(each);
        Map<String, Tensor> labels = new HashMap<>();
        for (String task : each[0].labels().keySet()) {
            if (all.stream().allMatch(sample -> sample.labels().containsKey(task))) {
                labels.put(task, stack(all.stream().map(sample -> sample.labels().get(task)).toList()));
            }
        }
        Tensor images = stack(all.stream().map(Sample::image).toList());
        return new Batch(List.of(numbers), List.of(ids), samples.size(), images, labels);
    }

    private static Tensor stack(List<Tensor> rows) {
        TensorType one = rows.get(0).type();
        int[] dims = new int[one.shape().rank() + 1];
        dims[0] = rows.size();
        System.arraycopy(one.shape().dims(), 0, dims, 1, one.shape().rank());
        Tensor stacked = Tensor.zeros(one.withShape(Shape.of(dims)));
        int size = one.shape().size();
        for (int row = 0; row < rows.size(); row++) {
            Tensor tensor = rows.get(row);
            if (!tensor.type().equals(one)) {
                throw new IllegalArgumentException("a batch takes samples of one shape, not " + one + " and "
                        + tensor.type());
            }
            switch (one.dtype()) {
                case F32 -> System.arraycopy(tensor.floats(), 0, stacked.floats(), row * size, size);
                case I32 -> System.arraycopy(tensor.ints(), 0, stacked.ints(), row * size, size);
                case BOOL -> System.arraycopy(tensor.booleans(), 0, stacked.booleans(), row * size, size);
            }
        }
        return stacked;
    }
}
