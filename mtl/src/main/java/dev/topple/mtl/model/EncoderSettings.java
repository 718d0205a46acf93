// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.List;

/** An encoder of a kind and a size: levels one after the other, some of whose results decoders read. */
public sealed interface EncoderSettings
        permits ResidualEncoder.Settings, ResNetEncoder.Settings, MobileNetV2Encoder.Settings, DigitEncoder.Settings {

    /** How many channels the result of each level has. */
    List<Integer> channels();

    /** The levels whose results decoders read, from the finest to the coarsest; the last one is the last level. */
    List<Integer> features();

    /**
     * Makes a copy of a level.
     *
     * @param index from 0
     * @param weights the scope of its variables; names do not depend on which other levels are in the same scope
     */
    Level level(int index, Weights weights);

    /** What level it is, for people: {@code stem}, {@code layer2}. */
    String levelName(int index);

    /** The settings as files hold them, with the kind. */
    JsonObject toJson();

    /** How many levels there are. */
    default int levels() {
        return channels().size();
    }

    /**
     * The settings that {@link #toJson} wrote.
     *
     * @throws dev.topple.engine.io.FormatException if they are not exactly that
     */
    static EncoderSettings fromJson(JsonView json) {
        JsonView kind = json.field("kind");
        try {
            return switch (kind.asString()) {
                case ResidualEncoder.KIND -> ResidualEncoder.Settings.fromJson(json);
                case ResNetEncoder.KIND -> ResNetEncoder.Settings.fromJson(json);
                case MobileNetV2Encoder.KIND -> MobileNetV2Encoder.Settings.fromJson(json);
                case DigitEncoder.KIND -> DigitEncoder.Settings.fromJson(json);
                default -> throw kind.fail("there is no such kind of encoder; known are "
                        + String.join(", ", ResidualEncoder.KIND, ResNetEncoder.KIND, MobileNetV2Encoder.KIND,
                                DigitEncoder.KIND));
            };
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }
}
