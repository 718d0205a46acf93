// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import java.util.List;

/**
 * What an evaluation measured of each attack, without its tasks: the part of {@code results.json} that the catalogue
 * shows.
 *
 * @param command what was typed
 * @param model the model's name
 * @param data the data set's name
 * @param device the device's name
 * @param images how many images
 * @param attacks the attacks
 */
public record Measured(String command, String model, String data, String device, int images, List<Row> attacks) {

    /**
     * One attack.
     *
     * @param attack the step rule's name
     * @param balancer the balancer's name
     * @param arp in percent; NaN if undefined
     * @param low the lower end of its interval; NaN if there is none
     * @param high the upper end
     * @param forwards per image
     * @param backwards per image
     * @param seconds for all images
     */
    public record Row(String attack, String balancer, double arp, double low, double high, int forwards, int backwards,
            double seconds) {}

    public Measured {
        attacks = List.copyOf(attacks);
    }

    /**
     * Reads {@code results.json}, or what {@link #toJson} wrote.
     *
     * @throws dev.topple.engine.io.FormatException in one line, if it is neither
     */
    public static Measured of(JsonView document) {
        return new Measured(document.field("command").asString(), document.field("model").asString(),
                document.field("data").asString(), document.field("device").asString(),
                document.field("images").asInt(),
                document.field("attacks").elements().stream().map(Measured::row).toList());
    }

    private static Row row(JsonView attack) {
        JsonView interval = attack.field("arpInterval");
        boolean known = !interval.isNull();
        return new Row(attack.field("attack").asString(), attack.field("balancer").asString(),
                number(attack.field("arp")), known ? number(interval.element(0)) : Double.NaN,
                known ? number(interval.element(1)) : Double.NaN, attack.field("forwards").asInt(),
                attack.field("backwards").asInt(), number(attack.field("seconds")));
    }

    /** Rounded at once, so that what is kept shows the same as what it was kept of; NaN for null. */
    private static double number(JsonView value) {
        return value.isNull() ? Double.NaN : Math.rint(1000 * value.asDouble()) / 1000;
    }

    /** As JSON. */
    public JsonValue toJson() {
        return JsonValue.object().put("command", command).put("model", model).put("data", data)
                .put("device", device).put("images", images)
                .put("attacks", attacks.stream().map(Measured::toJson).toList()).build();
    }

    private static JsonValue toJson(Row row) {
        return JsonValue.object().put("attack", row.attack).put("balancer", row.balancer).put("arp", number(row.arp))
                .put("arpInterval", Double.isNaN(row.low) ? new JsonValue.JsonNull()
                        : JsonValue.array(List.of(number(row.low), number(row.high))))
                .put("forwards", row.forwards).put("backwards", row.backwards).put("seconds", number(row.seconds))
                .build();
    }

    private static JsonValue number(double value) {
        return Double.isFinite(value) ? JsonValue.of(value) : new JsonValue.JsonNull();
    }
}
