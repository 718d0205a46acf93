// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.function.Executable;

/** What the tests of this package share. */
final class IoTests {

    private IoTests() {
    }

    /** Requires a refusal in one line that contains each of the parts. */
    static void refused(Class<? extends RuntimeException> type, Executable action, String... parts) {
        String message = assertThrows(type, action).getMessage();
        assertFalse(message.contains("\n"), message);
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "expected \"" + part + "\" in: " + message);
        }
    }

    static void malformed(Executable action, String... parts) {
        refused(FormatException.class, action, parts);
    }

    /** Random elements, floats by random bits with NaN and infinities among them. */
    static Tensor random(DType dtype, Shape shape, long seed) {
        RandomSource random = new RandomSource(seed);
        Tensor tensor = Tensor.zeros(new TensorType(dtype, shape));
        for (int i = 0; i < shape.size(); i++) {
            switch (dtype) {
                case F32 -> tensor.floats()[i] = Float.intBitsToFloat(random.nextInt());
                case I32 -> tensor.ints()[i] = random.nextInt();
                case BOOL -> tensor.booleans()[i] = random.nextBoolean();
            }
        }
        return tensor;
    }

    /** A folder of real data; the test is skipped where there is none. */
    static Path data(String folder) {
        String configured = System.getenv("TOPPLE_DATA");
        Stream<Path> roots = configured != null
                ? Stream.of(Path.of(configured))
                : Stream.of(Path.of("../shared/data"), Path.of("../../shared/data"));
        Path found = roots.map(root -> root.resolve(folder)).filter(Files::isDirectory).findFirst().orElse(null);
        Assumptions.assumeTrue(found != null, "no folder ../shared/data/" + folder + " and no TOPPLE_DATA");
        return found;
    }

    static Shape[] shapes() {
        return new Shape[] {Shape.scalar(), Shape.of(0), Shape.of(1), Shape.of(7), Shape.of(3, 0, 2), Shape.of(2, 3),
            Shape.of(5, 1, 3), Shape.of(2, 3, 4, 5), Shape.of(1, 1, 1, 1, 1, 2), Shape.of(70_001)};
    }
}
