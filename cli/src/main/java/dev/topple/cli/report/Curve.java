// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.cli.report.Results.Attacked;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The ARP over the budget: a line per attack, with its name at its end and whiskers for the 95 % intervals. It is drawn
 * twice, wide and narrow, of which the style sheet shows the one that fits, as the letters of a drawing shrink with it.
 */
final class Curve {

    private static final double TOP = 34;
    private static final double BOTTOM = 46;
    private static final double LEFT = 44;
    private static final int TICKS = 6;

    /** Between the points of neighbouring lines at one budget, so that their whiskers do not hide each other. */
    private static final double ASIDE = 3;

    /** How the drawing is laid out; numbers are pixels, and lengths of letters are estimates on the safe side. */
    private record Layout(String name, double plotWidth, double plotHeight, double letter, double line) {}

    private static final List<Layout> LAYOUTS = List.of(new Layout("wide", 600, 330, 8.4, 19),
            new Layout("narrow", 180, 300, 7.6, 17));

    /** A budget and what it did; the place of the whiskers is relative to the point's. */
    private record Point(double epsilon, double arp, Optional<double[]> interval) {}

    private record Line(String name, String colour, int dash, boolean released, List<Point> points) {

        Point last() {
            return points.getLast();
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private final List<Double> epsilons;
    private final double widest;
    private final double[] range;

    private Curve(Results results) {
        epsilons = results.epsilons();
        widest = epsilons.getLast();
        List<String> rules = results.attacks().stream().map(Attacked::attack).distinct().toList();
        for (String name : results.names()) {
            List<Attacked> all = results.named(name);
            List<Point> points = new ArrayList<>();
            if (epsilons.getFirst() > 0) {
                // Without a budget nothing changes.
                points.add(new Point(0, 0, Optional.empty()));
            }
            for (Attacked each : all) {
                OptionalDouble arp = each.arp();
                arp.ifPresent(value -> points.add(new Point(each.epsilon(), value, each.arpInterval())));
            }
            if (!points.isEmpty() && points.getLast().epsilon() > 0) {
                Attacked first = all.getFirst();
                lines.add(new Line(name, results.colour(first), rules.indexOf(first.attack()) % 3,
                        first.balancer().endsWith(Words.RELEASED), points));
            }
        }
        range = range();
    }

    /** The section, if there are several budgets and numbers to draw. */
    static void write(Html html, Results results) {
        Curve curve = new Curve(results);
        if (results.epsilons().size() < 2 || curve.lines.isEmpty()) {
            return;
        }
        html.open("section").element("h2", "How it grows with the budget");
        html.open("figure", "class", "curve");
        html.element("figcaption", "ARP over the largest change of a pixel, \u03B5. Without any change it is 0."
                + (results.hasIntervals() ? " Whiskers are 95\u00A0% intervals over images." : ""), "class", "note");
        LAYOUTS.forEach(layout -> curve.draw(html, layout));
        html.closeLine();
        table(html, results);
        html.closeLine();
    }

    /** The same as figures. */
    private static void table(Html html, Results results) {
        Tables.open(html, "ARP (%) of every attack with every budget");
        html.open("thead").open("tr").element("th", "ARP (%)", "scope", "col");
        results.epsilons().forEach(epsilon -> html.element("th", Words.epsilon(epsilon), "scope", "col"));
        html.close().closeLine().open("tbody");
        for (String name : results.names()) {
            html.open("tr").element("th", name, "scope", "row");
            for (double epsilon : results.epsilons()) {
                Optional<Attacked> attacked = results.named(name).stream().filter(each -> each.epsilon() == epsilon)
                        .findFirst();
                html.open("td").element("span", attacked.map(each -> Words.decimal(each.arp(), 1)).orElse(""));
                attacked.flatMap(Attacked::arpInterval).ifPresent(
                        ends -> html.element("small", Words.interval(ends, 1), "class", "interval"));
                html.close();
            }
            html.closeLine();
        }
        html.close().close().closeLine();
    }

    private double[] range() {
        double least = 0;
        double most = 1e-9;
        for (Line line : lines) {
            for (Point point : line.points()) {
                least = Math.min(least, point.interval().map(ends -> ends[0]).orElse(point.arp()));
                most = Math.max(most, point.interval().map(ends -> ends[1]).orElse(point.arp()));
                least = Math.min(least, point.arp());
                most = Math.max(most, point.arp());
            }
        }
        double step = step(most - least);
        return new double[] {least, Math.ceil(most / step) * step, step};
    }

    /** The distance of ticks: 1, 2 or 5 times a power of ten. */
    private static double step(double range) {
        double raw = range / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double times = raw / power;
        return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    }

    private void draw(Html html, Layout layout) {
        double height = Math.max(layout.plotHeight(), (lines.size() - 1) * layout.line());
        double letters = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
        Frame frame = new Frame(layout, height);
        double width = frame.x(widest) + frame.aside(lines.size() - 1) + 22 + letters * layout.letter();
        html.open("svg", "viewBox", "0 0 " + figure(width) + " " + figure(TOP + height + BOTTOM), "class",
                layout.name(), "role", "img", "aria-label", "ARP over the budget; the table below has the numbers");
        axes(html, frame);
        for (int i = 0; i < lines.size(); i++) {
            line(html, frame, lines.get(i), frame.aside(i));
        }
        names(html, frame);
        html.closeLine();
    }

    /** Where numbers lie in a drawing. */
    private final class Frame {

        private final Layout layout;
        private final double height;

        private Frame(Layout layout, double height) {
            this.layout = layout;
            this.height = height;
        }

        private double x(double epsilon) {
            return LEFT + layout.plotWidth() * epsilon / widest;
        }

        /** How far a line's points are from their budgets: all lines together keep from the next budget. */
        private double aside(int line) {
            double closest = epsilons.getFirst() > 0 ? epsilons.getFirst() : widest;
            for (int i = 1; i < epsilons.size(); i++) {
                closest = Math.min(closest, epsilons.get(i) - epsilons.get(i - 1));
            }
            double room = 0.6 * layout.plotWidth() * closest / widest;
            return (line - (lines.size() - 1) / 2.0) * Math.min(ASIDE, room / lines.size());
        }

        private double y(double arp) {
            return TOP + height * (range[1] - arp) / (range[1] - range[0]);
        }
    }

    private void axes(Html html, Frame frame) {
        double right = frame.x(widest);
        html.open("g", "class", "axes");
        long first = Math.round(Math.ceil(range[0] / range[2]));
        long last = Math.round(range[1] / range[2]);
        for (long tick = first; tick <= last; tick++) {
            double value = tick * range[2];
            double y = frame.y(value);
            html.single("path", "d", "M" + figure(LEFT) + " " + figure(y) + "H" + figure(right), "class",
                    tick == 0 ? "zero" : "grid");
            text(html, LEFT - 8, y, "end", Words.decimal(value, range[2] < 1 ? 2 : 0));
        }
        text(html, LEFT - 8, TOP - 20, "start", "ARP (%)");
        double free = Double.POSITIVE_INFINITY;
        double below = TOP + frame.height;
        List<Double> places = new ArrayList<>(epsilons.reversed());
        if (epsilons.getFirst() > 0) {
            places.add(0.0);
        }
        for (double epsilon : places) {
            String label = number(epsilon * 255);
            double x = frame.x(epsilon);
            double half = label.length() * frame.layout.letter() / 2;
            html.single("path", "d", "M" + figure(x) + " " + figure(below) + "v5", "class", "tick");
            if (x + half + 4 < free) {
                text(html, x, below + 16, "middle", label);
                free = x - half;
            }
        }
        text(html, (LEFT + right) / 2, below + 36, "middle", "budget \u03B5, in 255ths");
        html.closeLine();
    }

    /** A line, drawn a little to the left or right of its budgets. */
    private static void line(Html html, Frame frame, Line line, double aside) {
        html.open("g", "class", "line " + line.colour() + " dash-" + line.dash() + (line.released() ? " hollow" : ""));
        StringBuilder path = new StringBuilder();
        for (Point point : line.points()) {
            double x = frame.x(point.epsilon()) + (point.epsilon() > 0 ? aside : 0);
            path.append(path.isEmpty() ? "M" : "L").append(figure(x)).append(' ')
                    .append(figure(frame.y(point.arp())));
        }
        for (Point point : line.points()) {
            point.interval().ifPresent(ends -> html.single("path", "class", "reach", "d", "M"
                    + figure(frame.x(point.epsilon()) + aside) + " " + figure(frame.y(ends[0])) + "V"
                    + figure(frame.y(ends[1]))));
        }
        html.single("path", "class", "way", "d", path.toString());
        for (Point point : line.points()) {
            if (point.epsilon() > 0) {
                html.open("circle", "cx", figure(frame.x(point.epsilon()) + aside), "cy",
                        figure(frame.y(point.arp())), "r", "3.5")
                        .element("title", line.name() + ", " + Words.epsilon(point.epsilon()) + ": "
                                + Words.decimal(point.arp(), 1) + "\u00A0%"
                                + point.interval().map(ends -> " (" + Words.interval(ends, 1) + ")").orElse(""))
                        .close();
            }
        }
        html.closeLine();
    }

    /** A name at the end of each line, moved up or down where two would touch. */
    private void names(Html html, Frame frame) {
        List<Line> sorted = lines.stream().sorted(Comparator.comparingDouble((Line line) -> -line.last().arp()))
                .toList();
        double[] wanted = sorted.stream().mapToDouble(line -> frame.y(line.last().arp())).toArray();
        double[] places = apart(wanted, frame.layout.line(), TOP, TOP + frame.height);
        for (int i = 0; i < places.length; i++) {
            Line line = sorted.get(i);
            double end = frame.x(line.last().epsilon()) + frame.aside(lines.indexOf(line));
            double start = frame.x(widest) + frame.aside(lines.size() - 1) + 18;
            html.open("g", "class", "name " + line.colour());
            html.single("path", "class", "lead", "d", "M" + figure(end + 5) + " " + figure(wanted[i]) + "L"
                    + figure(start - 3) + " " + figure(places[i]));
            text(html, start, places[i], "start", line.name());
            html.closeLine();
        }
    }

    /**
     * The nearest places to those wanted, by least squares, that are so far apart: neighbours that touch become a
     * block, which lies where its members want it on average.
     *
     * @param wanted ascending
     */
    static double[] apart(double[] wanted, double gap, double top, double bottom) {
        int n = wanted.length;
        double[] sums = new double[n];
        int[] sizes = new int[n];
        int blocks = 0;
        for (int i = 0; i < n; i++) {
            sums[blocks] = wanted[i] - i * gap;
            sizes[blocks++] = 1;
            while (blocks > 1 && sums[blocks - 2] / sizes[blocks - 2] >= sums[blocks - 1] / sizes[blocks - 1]) {
                blocks--;
                sums[blocks - 1] += sums[blocks];
                sizes[blocks - 1] += sizes[blocks];
            }
        }
        double[] places = new double[n];
        double last = Math.max(top, bottom - (n - 1) * gap);
        for (int block = 0, i = 0; block < blocks; block++) {
            double place = Math.clamp(sums[block] / sizes[block], top, last);
            for (int member = 0; member < sizes[block]; member++, i++) {
                places[i] = place + i * gap;
            }
        }
        return places;
    }

    private static void text(Html html, double x, double y, String anchor, String text) {
        html.element("text", text, "x", figure(x), "y", figure(y), "text-anchor", anchor, "dy", "0.35em");
    }

    /** A number of 255ths; whole where it is. */
    private static String number(double value) {
        return Math.abs(value - Math.rint(value)) < 1e-6 ? Words.decimal(value, 0) : Words.decimal(value, 2);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
