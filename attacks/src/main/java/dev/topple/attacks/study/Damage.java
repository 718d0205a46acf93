// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.attacks.evaluate.Arp;
import dev.topple.attacks.evaluate.Interval;
import dev.topple.attacks.evaluate.Resamples;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Metrics;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Map;

/**
 * How much worse attacked images score than clean ones: the averaged relative performance ({@link Arp}), of all images
 * or of one, with intervals over images. Parts are those of the tasks' metrics, {@code [image][part]} by task.
 */
final class Damage {

    /**
     * An ARP.
     *
     * @param arp in percent
     * @param samples the same in every resample
     */
    record Sampled(double arp, double[] samples) {}

    private final List<Task> tasks;
    private final Resamples resamples;
    private final Map<String, double[][]> clean;
    private final double[][] cleanValues;
    private final double[][][] cleanSamples;

    Damage(List<Task> tasks, Map<String, double[][]> clean, Resamples resamples) {
        this.tasks = tasks;
        this.clean = clean;
        this.resamples = resamples;
        this.cleanValues = values(clean);
        this.cleanSamples = samples(clean);
    }

    /** The ARP of all images. */
    Sampled of(Map<String, double[][]> attacked) {
        double[][][] samples = samples(attacked);
        double[] arps = new double[Resamples.COUNT];
        for (int i = 0; i < arps.length; i++) {
            arps[i] = arp(at(cleanSamples, i), at(samples, i));
        }
        return new Sampled(arp(cleanValues, values(attacked)), arps);
    }

    /** The interval of an ARP. */
    Interval interval(Sampled sampled) {
        return resamples.interval(sampled.arp, sampled.samples);
    }

    /** The interval of a difference, both of the same images in every resample. */
    Interval interval(Sampled one, Sampled other) {
        double[] differences = new double[Resamples.COUNT];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = one.samples[i] - other.samples[i];
        }
        return resamples.interval(one.arp - other.arp, differences);
    }

    /** The ARP of one image by itself, of its own metrics; NaN if none of them has a relative change. */
    double ofImage(Map<String, double[][]> attacked, int image) {
        double[][] before = new double[tasks.size()][];
        double[][] after = new double[tasks.size()][];
        for (int task = 0; task < tasks.size(); task++) {
            Metrics metrics = tasks.get(task).metrics();
            before[task] = metrics.values(clean.get(tasks.get(task).name())[image]);
            after[task] = metrics.values(attacked.get(tasks.get(task).name())[image]);
        }
        return arp(before, after);
    }

    private double arp(double[][] before, double[][] after) {
        double[][] relatives = new double[tasks.size()][];
        for (int task = 0; task < relatives.length; task++) {
            List<Metric> metrics = tasks.get(task).metrics().list();
            relatives[task] = new double[metrics.size()];
            for (int metric = 0; metric < relatives[task].length; metric++) {
                relatives[task][metric] =
                        Arp.relative(metrics.get(metric), before[task][metric], after[task][metric]);
            }
        }
        return Arp.of(relatives);
    }

    private double[][] values(Map<String, double[][]> parts) {
        double[][] values = new double[tasks.size()][];
        for (int task = 0; task < values.length; task++) {
            Metrics metrics = tasks.get(task).metrics();
            double[] total = new double[metrics.parts()];
            for (double[] image : parts.get(tasks.get(task).name())) {
                for (int i = 0; i < total.length; i++) {
                    total[i] += image[i];
                }
            }
            values[task] = metrics.values(total);
        }
        return values;
    }

    /** {@code [task][metric][resample]}. */
    private double[][][] samples(Map<String, double[][]> parts) {
        return tasks.stream().map(task -> resamples.metrics(task.metrics(), parts.get(task.name())))
                .toArray(double[][][]::new);
    }

    private static double[][] at(double[][][] samples, int resample) {
        double[][] one = new double[samples.length][];
        for (int task = 0; task < one.length; task++) {
            one[task] = new double[samples[task].length];
            for (int metric = 0; metric < one[task].length; metric++) {
                one[task][metric] = samples[task][metric][resample];
            }
        }
        return one;
    }
}
