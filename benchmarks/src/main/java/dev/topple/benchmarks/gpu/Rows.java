// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.benchmarks.networks.Network;
import dev.topple.benchmarks.networks.Survey;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Turns facts into rows, with floors from the ceilings that were measured and what was wanted beside what came out. */
final class Rows {

    private static final String RELEASED = "torch released";
    private static final String STRONG = "torch eager";

    private final List<JsonView> facts;
    private final List<Row> rows = new ArrayList<>();

    Rows(List<JsonView> facts) {
        this.facts = facts;
    }

    List<Row> all() {
        of("machine").forEach(fact -> rows.add(Row.of("machine", text(fact, "name"), text(fact, "text"))));
        of("tests").forEach(this::tests);
        of("sanitizer").forEach(this::sanitizer);
        of("parity").forEach(this::parity);
        products();
        of("step").stream().filter(fact -> text(fact, "side").equals("topple")).forEach(this::step);
        of("step").stream().filter(fact -> !text(fact, "side").equals("topple")).forEach(this::step);
        of("step").stream().filter(fact -> text(fact, "side").equals("topple")).forEach(this::beside);
        of("memory").forEach(this::memory);
        of("agreement").forEach(this::agreement);
        of("part").forEach(this::part);
        of("skipped").forEach(fact -> rows.add(Row.of("skipped", text(fact, "what"), text(fact, "why"))));
        return rows;
    }

    private List<JsonView> of(String kind) {
        return facts.stream().filter(fact -> text(fact, "kind").equals(kind)).toList();
    }

    private static String text(JsonView fact, String name) {
        return fact.field(name).asString();
    }

    private static double number(JsonView fact, String name) {
        return fact.field(name).asDouble();
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private void tests(JsonView fact) {
        long skipped = fact.field("skipped").asLong();
        long failed = fact.field("failed").asLong();
        Row row = Row.of("tests", text(fact, "name"), format("%d passed, %d failed, %d skipped in %.1f s%s",
                fact.field("passed").asLong(), failed, skipped, number(fact, "seconds"),
                fact.optional("reason").map(reason -> ": " + reason.asString()).orElse("")));
        rows.add(row.wanting("none failed or skipped",
                failed == 0 && skipped == 0 && fact.field("passed").asLong() > 0));
    }

    private void sanitizer(JsonView fact) {
        rows.add(Row.of("sanitizer", text(fact, "name"), text(fact, "summary")).wanting("0 errors",
                fact.field("status").asLong() == 0));
    }

    private void parity(JsonView fact) {
        String what = text(fact, "precision") + ", " + fact.field("images").asLong() + " images, ";
        boolean exact = !text(fact, "precision").equals("fast");
        double signs = number(fact, "signs");
        double arp = number(fact, "arp");
        double trusted = number(fact, "trustedArp");
        Row first = Row.of("parity", what + "signs of the first step",
                format("%.3f %% agree with cpu; direction differs by %.1e, losses by %.0e", 100 * signs,
                        number(fact, "direction"), number(fact, "losses")));
        rows.add(exact ? first.wanting("99.9 %", signs >= 0.999) : first);
        double apart = Math.abs(arp - trusted) / Math.abs(trusted);
        Row second = Row.of("parity", what + "ARP", format("%.3f %%, cpu %.3f %%: %.3f %% apart", arp, trusted,
                100 * apart));
        rows.add(exact ? second.wanting("within 1 %", apart <= 0.01) : second);
        boolean same = fact.field("sameBits").asBoolean();
        rows.add(Row.of("parity", what + "two runs", same ? "the same bits" : "other bits").wanting("the same bits",
                same));
    }

    /** The best that was measured of products in a precision, in operations per second. */
    private OptionalDouble flops(String precision) {
        String arithmetic = precision.equals("fast") ? "fast" : "exact";
        return of("product").stream().filter(fact -> text(fact, "precision").equals(arithmetic))
                .mapToDouble(Rows::flops).max();
    }

    private static double flops(JsonView product) {
        return 2 * Math.pow(number(product, "size"), 3) / (1e-3 * number(product, "ms"));
    }

    private OptionalDouble bandwidth() {
        return of("copy").stream().mapToDouble(fact -> number(fact, "bytes") / (1e-3 * number(fact, "ms"))).max();
    }

    private void products() {
        for (JsonView fact : of("copy")) {
            rows.add(Row.of("ceiling", format("memory, %.0f MiB read and written", number(fact, "bytes") / (1 << 20)),
                    format("%.3f ms, %.0f GB/s", number(fact, "ms"),
                            number(fact, "bytes") / number(fact, "ms") * 1e-6)));
        }
        for (JsonView fact : of("product")) {
            double size = number(fact, "size");
            Row row = Row.of("product", format("%.0f x %.0f x %.0f %s, %s", size, size, size, arithmetic(fact),
                    text(fact, "by")),
                    format("%.3f ms, %.1f TFLOP/s; differs by %.0e", number(fact, "ms"),
                            flops(fact) * 1e-12, number(fact, "difference")))
                    .over(floor(2 * size * size * size, 12 * size * size, text(fact, "precision"),
                            number(fact, "ms")));
            Optional<JsonView> library = of("product").stream().filter(other -> text(other, "by").equals("cublas")
                    && text(other, "precision").equals(text(fact, "precision")) && number(other, "size") == size)
                    .findFirst();
            if (text(fact, "by").equals("own") && library.isPresent()) {
                double ratio = number(library.get(), "ms") / number(fact, "ms");
                double wanted = text(fact, "precision").equals("fast") ? 0.6 : 0.8;
                row = row.wanting(format("%.1f of cuBLAS: %.2f", wanted, ratio), ratio >= wanted);
            }
            rows.add(row);
        }
    }

    private static String arithmetic(JsonView fact) {
        return text(fact, "precision").equals("fast") ? "tf32" : "fp32";
    }

    /** The larger of the two times that the ceilings allow, and how many times as long it took. */
    private String floor(double flops, double bytes, String precision, double milliseconds) {
        OptionalDouble rate = flops(precision);
        OptionalDouble bandwidth = bandwidth();
        if (rate.isEmpty() || bandwidth.isEmpty()) {
            return "no ceilings measured";
        }
        double computing = 1e3 * flops / rate.getAsDouble();
        double moving = 1e3 * bytes / bandwidth.getAsDouble();
        double floor = Math.max(computing, moving);
        return format("%.3f ms (%s %.3f, bytes %.3f): %.2f times", floor, "FLOPs", computing, moving,
                milliseconds / floor);
    }

    private void step(JsonView fact) {
        String[] size = text(fact, "size").split("x");
        int images = fact.field("images").asInt();
        Survey survey = Survey.of(Network.of(text(fact, "network")), images, Integer.parseInt(size[0]),
                Integer.parseInt(size[1]));
        double milliseconds = number(fact, "ms");
        rows.add(Row.of("step", what(fact) + ", " + text(fact, "side"), format("%.3f ms, %.3f an image", milliseconds,
                milliseconds / images)).over(floor(survey.stepFlops(), survey.stepBytes(), text(fact, "precision"),
                        milliseconds)));
    }

    private static String what(JsonView fact) {
        return format("%s %dx%s %s", text(fact, "network"), fact.field("images").asLong(), text(fact, "size"),
                arithmetic(fact));
    }

    private List<JsonView> peers(String kind, JsonView mine) {
        return of(kind).stream().filter(fact -> !text(fact, "side").equals("topple") && what(fact).equals(what(mine)))
                .toList();
    }

    /** Topple beside each way of PyTorch: how many times as fast. */
    private void beside(JsonView mine) {
        List<JsonView> peers = peers("step", mine);
        if (peers.isEmpty()) {
            return;
        }
        boolean one = mine.field("images").asLong() == 1;
        boolean judged = text(mine, "precision").equals("fast");
        double time = number(mine, "ms");
        JsonView best = peers.stream().min(Comparator.comparingDouble(fact -> number(fact, "ms"))).orElseThrow();
        double ratio = number(best, "ms") / time;
        Row row = Row.of("beside", what(mine) + ", best: " + text(best, "side"), format("%.2f times as fast", ratio));
        rows.add(judged && !one ? row.wanting("0.6", ratio >= 0.6) : row);
        for (JsonView peer : peers) {
            double faster = number(peer, "ms") / time;
            Row each = Row.of("beside", what(mine) + ", " + text(peer, "side"), format("%.2f times as fast", faster));
            if (judged && one && text(peer, "side").equals(STRONG)) {
                each = each.wanting("1.5", faster >= 1.5);
            } else if (judged && text(peer, "side").equals(RELEASED)) {
                each = each.wanting("2", faster >= 2);
            }
            rows.add(each);
        }
    }

    private void memory(JsonView fact) {
        double mine = number(fact, "peakBytes");
        Row row = Row.of("memory", what(fact) + ", " + text(fact, "side"), format("peak %.0f MiB, reserved %.0f MiB",
                mine / (1 << 20), number(fact, "reservedBytes") / (1 << 20)));
        OptionalDouble least = peers("memory", fact).stream().mapToDouble(peer -> number(peer, "peakBytes")).min();
        if (text(fact, "side").equals("topple") && least.isPresent()) {
            row = row.wanting(format("at most PyTorch's least, %.0f MiB", least.getAsDouble() / (1 << 20)),
                    mine <= least.getAsDouble());
        }
        rows.add(row);
    }

    private void agreement(JsonView fact) {
        rows.add(Row.of("agreement", what(fact) + ", topple and " + text(fact, "side"),
                format("losses differ by %.0e, direction by %.1e, %.3f %% of signs agree", number(fact, "losses"),
                        number(fact, "direction"), 100 * number(fact, "signs")))
                .wanting("losses 1e-2, direction 0.2", number(fact, "losses") <= 1e-2
                        && number(fact, "direction") <= 0.2));
    }

    private void part(JsonView fact) {
        long status = fact.field("status").asLong();
        String said = status == 0 ? "done" : status == 124 ? "ran out of time" : "failed with status " + status;
        rows.add(Row.of("run", text(fact, "name"), format("%s after %d s", said, fact.field("seconds").asLong()))
                .wanting("done", status == 0));
    }
}
