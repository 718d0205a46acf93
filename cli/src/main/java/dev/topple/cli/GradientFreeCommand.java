// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.study.GradientFree;
import dev.topple.engine.io.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple study gradient-free}. */
@Command(name = "gradient-free", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {"Attacks by loss values alone, with Square and NES, once by the merit of DGBA and once by the"
                + " plain sum, beside noise and PGD with gradients; shows the damage over the queries."
                + " Writes gradient-free.json."})
final class GradientFreeCommand implements Callable<Integer> {

    private static final String FILE = "gradient-free.json";

    @Spec
    private CommandSpec spec;

    @Option(names = "--queries", paramLabel = "N", defaultValue = "1000",
            description = "Queries per image. Default: ${DEFAULT-VALUE}.")
    private int queries;

    @Option(names = "--at", paramLabel = "N,N", defaultValue = "100,300,1000,2000,5000",
            description = "After how many queries to look, beside the end. Default: ${DEFAULT-VALUE}.")
    private String at;

    @Option(names = "--attack", paramLabel = "NAME", defaultValue = "square,nes",
            description = "square, nes, or both with a comma. Default: ${DEFAULT-VALUE}.")
    private String attacks;

    @Option(names = "--eps", paramLabel = "EPS", defaultValue = "8/255",
            description = "The L-infinity budget. Default: ${DEFAULT-VALUE}.")
    private String eps;

    @Mixin
    private StudyOptions options;

    @Override
    public Integer call() {
        Figures.requirePositive("--queries", queries);
        Budget budget = Budgets.parse("linf", eps);
        List<Integer> points = Arrays.stream(at.split(",", -1)).map(GradientFreeCommand::point).toList();
        List<StepRule> rules = rules();
        try (StudyOptions.Subject subject = options.open("gradient-free", FILE, spec.commandLine().getErr())) {
            int images = subject.images().size();
            GradientFree study = new GradientFree(subject.model(), subject.images(), subject.device(),
                    new Protocol(subject.seed(), subject.batch(), images), budget, queries, points, rules);
            GradientFree.Result result;
            try (Progress progress = new Progress(subject.err(), "asking", study.steps())) {
                result = study.run((done, all, what) -> progress.at(done, what));
            }
            JsonValue document = subject.document("gradient-free").put("eps", budget.epsilon())
                    .put("queries", queries).put("cleanMeanLogLoss", result.cleanLogLoss())
                    .put("curves", result.curves().stream().map(curve -> json(curve, result)).toList())
                    .put("leads", result.leads().stream().map(GradientFreeCommand::json).toList()).build();
            options.report(document, FILE, table(result, Look.ofOutput()), spec.commandLine().getOut());
        }
        return 0;
    }

    private List<StepRule> rules() {
        List<StepRule> known = GradientFree.rules(queries);
        return Arrays.stream(attacks.split(",", -1)).map(String::strip).distinct()
                .map(name -> known.stream().filter(rule -> rule.name().equals(name)).findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "--attack must be square, nes or square,nes, but is '" + attacks + "'")))
                .toList();
    }

    private static int point(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--at must be numbers of queries with commas, 100,1000 say, but has '"
                    + text + "'", e);
        }
    }

    private static JsonValue json(GradientFree.Curve curve, GradientFree.Result result) {
        return JsonValue.object().put("attack", curve.attack()).put("balancer", curve.balancer())
                .put("seconds", curve.seconds()).put("shareOfWhiteBox", result.shareOfWhiteBox(curve))
                .put("points", curve.points().stream().map(GradientFreeCommand::json).toList()).build();
    }

    private static JsonValue json(GradientFree.Point point) {
        return JsonValue.object().put("queries", point.queries()).put("arp", point.arp())
                .put("arpInterval", GridCommand.interval(point.interval())).put("meanLogLoss", point.meanLogLoss())
                .build();
    }

    private static JsonValue json(GradientFree.Lead lead) {
        return JsonValue.object().put("attack", lead.attack()).put("over", lead.over()).put("arp", lead.arp())
                .put("arpInterval", GridCommand.interval(lead.interval())).build();
    }

    static List<String> table(GradientFree.Result result, Look look) {
        Table table = new Table(2)
                .row("", "queries", "ARP (%)", "95 % interval", "mean of sum log L", "of PGD (%)").rule();
        for (GradientFree.Curve curve : result.curves()) {
            table.heading(curve.attack() + " " + curve.balancer() + ", " + Figures.decimal(
                    curve.seconds() / result.images(), 2) + " s per image");
            for (GradientFree.Point point : curve.points()) {
                boolean last = point.equals(curve.last());
                table.row("", Integer.toString(point.queries()), Figures.decimal(point.arp(), 1),
                        GridCommand.text(point.interval()), Figures.decimal(point.meanLogLoss(), 2),
                        last ? Figures.decimal(100 * result.shareOfWhiteBox(curve), 0) : "");
            }
        }
        List<String> lines = new ArrayList<>(table.rule().lines(look));
        for (GradientFree.Lead lead : result.leads()) {
            lines.add(lead.attack() + " dgba less " + lead.over() + ": " + Figures.decimal(lead.arp(), 1)
                    + " (95 % interval " + GridCommand.text(lead.interval()) + ")");
        }
        lines.add(Figures.count(result.images(), "image") + "; clean mean of sum log L "
                + Figures.decimal(result.cleanLogLoss(), 2) + "; for PGD, queries are steps.");
        return lines;
    }
}
