// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.io.JsonValue;

/**
 * How images of a training set are varied from epoch to epoch.
 *
 * @param mirror whether half of the images are mirrored left to right
 * @param brightness by how much the brightness varies: a factor from 1 - this to 1 + this
 * @param colour by how much each of red, green and blue varies besides, likewise
 * @param zoom by how much images are enlarged, a part of each filling the whole: a factor from 1 to 1 + this
 */
public record Augmentation(boolean mirror, double brightness, double colour, double zoom) {

    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(false, 0, 0, 0);

    public Augmentation {
        if (!(brightness >= 0 && brightness < 1 && colour >= 0 && colour < 1)) {
            throw new IllegalArgumentException("brightness and colours must vary by 0 to below 1, not by " + brightness
                    + " and " + colour);
        }
        if (!(zoom >= 0) || !Double.isFinite(zoom)) {
            throw new IllegalArgumentException("images must be enlarged by 0 or more, not by " + zoom);
        }
    }

    void put(JsonValue.Builder json) {
        json.put("mirror", mirror).put("brightness", brightness).put("colour", colour).put("zoom", zoom);
    }
}
