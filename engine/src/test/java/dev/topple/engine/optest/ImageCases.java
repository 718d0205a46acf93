// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static dev.topple.engine.optest.Draw.bits;
import static dev.topple.engine.optest.Draw.distinct;
import static dev.topple.engine.optest.Draw.floats;
import static dev.topple.engine.optest.Draw.ints;
import static dev.topple.engine.optest.Draw.normal;
import static dev.topple.engine.optest.Draw.tied;
import static dev.topple.engine.optest.Draw.uniform;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Pooling.Window;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cases of pooling, resampling and batch normalisation. */
final class ImageCases {

    private ImageCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        cases.addAll(pooling());
        cases.addAll(choosing());
        cases.addAll(resampling());
        cases.addAll(normalisation());
        return cases;
    }

    private record Pool(String name, Window window, int... image) {}

    private static List<OpCase> pooling() {
        List<OpCase> cases = new ArrayList<>();
        for (Pool pool : List.of(
                new Pool("2 by 2", Window.square(2, 2, 0), 2, 3, 6, 8),
                new Pool("2 by 2 of odd sizes", Window.square(2, 2, 0), 2, 17, 5, 7),
                new Pool("2 by 2 of odd sizes, ceil", Window.square(2, 2, 0).ceil(), 2, 3, 5, 7),
                new Pool("3 by 2 padded", Window.square(3, 2, 1), 2, 3, 7, 8),
                new Pool("3 by 2 padded, ceil", Window.square(3, 2, 1).ceil(), 1, 16, 8, 7),
                new Pool("3 by 1 padded", Window.square(3, 1, 1), 1, 3, 5, 4),
                new Pool("2 by 3, ceil", Window.square(2, 3, 0).ceil(), 1, 2, 7, 6),
                new Pool("5 by 2 padded, ceil", Window.square(5, 2, 2).ceil(), 1, 2, 4, 9),
                new Pool("uneven", new Window(2, 3, 1, 2, 1, 0, false), 2, 3, 5, 7),
                new Pool("whole image", new Window(5, 7, 1, 1, 0, 0, false), 2, 3, 5, 7),
                new Pool("one pixel", Window.square(1, 1, 0), 2, 3, 1, 1))) {
            int[] image = pool.image();
            int[] result = {image[0], image[1], pool.window().outHeight(image[2]), pool.window().outWidth(image[3])};
            cases.add(OpCase.several("max pool/" + pool.name(), List.of(distinct(image)),
                    (g, x) -> Pooling.maxPool2d(pool.window(), x.get(0)).results()).within(Tolerance.EXACT));
            for (boolean countPadding : new boolean[] {false, true}) {
                String name = pool.name() + (countPadding ? ", counting padding" : "");
                cases.add(OpCase.of("avg pool/" + name, List.of(normal(image)),
                        x -> Pooling.avgPool2d(pool.window(), countPadding, x.get(0))).within(Tolerance.SUMS));
                cases.add(OpCase.of("avg pool gradient/" + name, List.of(normal(result)),
                        x -> x.get(0).graph().apply(new Pooling.AvgPool2dGradient(pool.window(), countPadding,
                                image[2], image[3]), x.get(0)))
                        .within(Tolerance.SUMS));
            }
        }
        cases.add(OpCase.several("max pool/ties", List.of(tied(2, 3, 7, 9)),
                (g, x) -> Pooling.maxPool2d(Window.square(3, 2, 1), x.get(0)).results()).notSmooth());
        cases.add(OpCase.several("max pool/strange numbers",
                List.of(floats(Shape.of(1, 2, 3, 3), Float.NaN, 1, 2, 3, Float.NaN, 4, 5, 6, 7,
                        Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY,
                        Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, -1,
                        Float.POSITIVE_INFINITY, Float.NaN)),
                (g, x) -> Pooling.maxPool2d(Window.square(2, 1, 1), x.get(0)).results()).notSmooth());
        return cases;
    }

    private static List<OpCase> choosing() {
        return List.of(
                OpCase.of("pool scatter", List.of(normal(2, 3, 4, 5), ints(0, 63, 2, 3, 4, 5)),
                        x -> x.get(0).graph().apply(new Pooling.Scatter(7, 9), x.get(0), x.get(1)))
                        .within(Tolerance.SUMS),
                OpCase.of("pool scatter/many to one", List.of(normal(2, 3, 4, 5), ints(0, 6, 2, 3, 4, 5)),
                        x -> x.get(0).graph().apply(new Pooling.Scatter(2, 3), x.get(0), x.get(1)))
                        .within(Tolerance.SUMS),
                OpCase.of("pool scatter/out of range",
                        List.of(normal(1, 1, 2, 2), ints(Shape.of(1, 1, 2, 2), -1, 3, 4, 0)),
                        x -> x.get(0).graph().apply(new Pooling.Scatter(2, 2), x.get(0), x.get(1)))
                        .within(Tolerance.SUMS).notSmooth(),
                OpCase.of("pool gather", List.of(normal(2, 3, 7, 9), ints(0, 63, 2, 3, 4, 5)),
                        x -> x.get(0).graph().apply(new Pooling.Gather(), x.get(0), x.get(1))).within(Tolerance.EXACT),
                OpCase.of("pool gather/out of range",
                        List.of(normal(1, 1, 2, 2), ints(Shape.of(1, 1, 2, 2), -1, 3, 4, 0)),
                        x -> x.get(0).graph().apply(new Pooling.Gather(), x.get(0), x.get(1))).notSmooth());
    }

    private record Size(String name, int channels, int height, int width, int outHeight, int outWidth) {}

    private static List<OpCase> resampling() {
        List<OpCase> cases = new ArrayList<>();
        for (Method method : Method.values()) {
            for (Size size : List.of(
                    new Size("up twice", 3, 5, 7, 10, 14),
                    new Size("up four times", 17, 3, 4, 12, 16),
                    new Size("up unevenly", 2, 3, 4, 7, 5),
                    new Size("down twice", 3, 8, 10, 4, 5),
                    new Size("down unevenly", 3, 9, 11, 4, 3),
                    new Size("taller and narrower", 16, 5, 7, 6, 3),
                    new Size("from one pixel", 3, 1, 1, 3, 4),
                    new Size("to one pixel", 3, 5, 4, 1, 1),
                    new Size("to the same size", 2, 4, 5, 4, 5))) {
                String name = method.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + size.name();
                cases.add(OpCase.of("resize/" + name, List.of(normal(2, size.channels(), size.height(), size.width())),
                        x -> x.get(0).graph().apply(new Resampling.Resize(method, size.outHeight(), size.outWidth()),
                                x.get(0)))
                        .within(Tolerance.SUMS));
                cases.add(OpCase.of("resize gradient/" + name,
                        List.of(normal(2, size.channels(), size.outHeight(), size.outWidth())),
                        x -> x.get(0).graph().apply(new Resampling.ResizeGradient(method, size.height(), size.width()),
                                x.get(0)))
                        .within(Tolerance.SUMS));
            }
        }
        cases.add(OpCase.several("resize/integers", List.of(bits(2, 3, 5, 7)), (g, x) -> List.of(
                Resampling.resize(Method.NEAREST, x.get(0), 10, 14),
                Resampling.resize(Method.NEAREST, x.get(0), 3, 9))));
        return cases;
    }

    private static List<OpCase> normalisation() {
        List<OpCase> cases = new ArrayList<>();
        for (int[] image : List.of(new int[] {3, 5, 4, 7}, new int[] {2, 17, 3, 3}, new int[] {7, 3, 1, 1},
                new int[] {1, 16, 5, 5})) {
            int channels = image[1];
            String name = "of " + Shape.of(image);
            cases.add(OpCase.several("batch norm/training " + name,
                    List.of(normal(image), normal(channels), normal(channels)),
                    (g, x) -> BatchNorm.training(x.get(0), x.get(1), x.get(2), 1e-3).results())
                    .within(Tolerance.SUMS));
            cases.add(OpCase.several("batch norm/gradient " + name,
                    List.of(normal(image), normal(channels), normal(channels), uniform(0.5, 2, channels),
                            normal(image)),
                    (g, x) -> g.node(new BatchNorm.Gradient(1e-3f), x.get(0), x.get(1), x.get(2), x.get(3), x.get(4))
                            .results())
                    .within(Tolerance.SUMS));
            cases.add(OpCase.of("batch norm/frozen " + name,
                    List.of(normal(image), normal(channels), normal(channels), normal(channels),
                            uniform(0.5, 2, channels)),
                    x -> BatchNorm.frozen(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4), 1e-3))
                    .within(Tolerance.SUMS));
        }
        cases.add(OpCase.of("batch norm/far from zero", List.of(uniform(50, 51, 2, 3, 5, 5), normal(3), normal(3)),
                x -> BatchNorm.training(x.get(0), x.get(1), x.get(2), 1e-3).result(0))
                .within(new Tolerance(0, 1e-4)));
        return cases;
    }
}
