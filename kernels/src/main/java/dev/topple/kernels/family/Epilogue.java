// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What happens to each finished element of a product or a convolution, in this order: with scale and shift
 * {@code v = fma(v, scale[c], shift[c])}, with one of them {@code v * scale[c]} or {@code v + shift[c]}; with a
 * residual {@code v += residual}; with ReLU {@code v = max(v, 0)}, where NaN stays NaN; with a mask
 * {@code v = m > 0 ? v : 0}, the gradient of a ReLU whose value is m.
 *
 * @param scale one for each channel of the target; of a matrix its columns are the channels
 * @param shift one for each channel
 * @param residual of the target's form and shape; may be the target's own memory if the plan says so
 * @param mask of the target's form and shape
 */
public record Epilogue(Optional<Region> scale, Optional<Region> shift, Optional<Region> residual, boolean relu,
        Optional<Region> mask) {

    private static final Epilogue NONE =
            new Epilogue(Optional.empty(), Optional.empty(), Optional.empty(), false, Optional.empty());

    /** No step at all. */
    public static Epilogue none() {
        return NONE;
    }

    /** The five parameters of a kernel; the target begins that many bytes into residual and mask. */
    List<Argument> arguments(long offsetBytes) {
        return List.of(argument(scale, 0), argument(shift, 0), argument(residual, offsetBytes),
                argument(mask, offsetBytes), Argument.of(relu ? 1 : 0));
    }

    /** What is read. */
    List<Region> regions() {
        return Stream.of(scale, shift, residual, mask).flatMap(Optional::stream).toList();
    }

    private static Argument argument(Optional<Region> region, long offsetBytes) {
        return region.<Argument>map(r -> new Argument.Pointer(r, offsetBytes)).orElse(Argument.none());
    }
}
