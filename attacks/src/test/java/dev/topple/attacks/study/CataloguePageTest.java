// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Attack;
import dev.topple.attacks.Catalogue;
import dev.topple.attacks.Passes;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Norm;
import dev.topple.attacks.step.StepRules;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The catalogue is complete and true, and the committed page is the one that the code writes. */
class CataloguePageTest {

    private final ToyModel model = Toys.smooth(1, 1, 1);

    @Test
    void thePageInTheRepositoryIsNotStale() throws IOException {
        Path page = root("docs/attacks.md");
        Measured measured = Measured.of(JsonView.read(root("docs/results/catalogue.json")));
        assertEquals(CataloguePage.of(measured), Files.readString(page),
                "write it again: topple study catalogue --results docs/results/catalogue.json --page docs/attacks.md");
    }

    @Test
    void nothingIsMissing() {
        assertEquals(StepRules.names(), Catalogue.rules().stream().map(Catalogue.Rule::name).toList());
        assertEquals(Balancers.names(), Catalogue.balancers().stream().map(Catalogue.Entry::plainName).toList());
    }

    @Test
    void whatThePageSaysOfCostsAndNormsHolds() {
        for (Catalogue.Rule rule : Catalogue.rules()) {
            assertEquals(rule.name(), rule.rule().name());
            assertTrue(rule.norms().contains(Norm.LINF), rule.name());
            for (Catalogue.Entry entry : Catalogue.balancers()) {
                for (Balancer balancer : entry.balancers(model.tasks())) {
                    if (Attack.refusal(rule.rule(), balancer).isPresent()) {
                        assertFalse(rule.rule().usesDirection());
                        continue;
                    }
                    Passes passes = Attack.of(model, new Budget(Norm.LINF, 0.1), rule.rule(), balancer).passes();
                    boolean one = List.of("losses", "drawn").contains(Catalogue.kind(balancer));
                    int each = !rule.rule().usesDirection() ? 0 : one ? 1 : 3;
                    assertEquals(each * rule.rule().steps(), passes.backwards(), rule.name() + " " + entry.name());
                }
            }
        }
    }

    @Test
    void whatIsKeptOfARunGivesTheSamePage() {
        String results = "{\"command\": \"topple attack\", \"model\": \"m\", \"data\": \"d\", \"device\": \"cpu\","
                + " \"images\": 2, \"attacks\": ["
                + "{\"attack\": \"pgd\", \"balancer\": \"dgba\", \"arp\": 133.25, \"arpInterval\": [1.04995, 200],"
                + " \"forwards\": 13, \"backwards\": 10, \"seconds\": 4.5, \"other\": 1},"
                + "{\"attack\": \"pgd\", \"balancer\": \"single:depth\", \"arp\": null, \"arpInterval\": null,"
                + " \"forwards\": 13, \"backwards\": 10, \"seconds\": 1}]}";
        Measured measured = Measured.of(JsonView.of(Json.parse(results, "test"), "test"));
        String page = CataloguePage.of(measured);
        assertTrue(page.contains("133.3 (1.1 to 200.0) | 2.250 |"), page);
        assertTrue(page.contains("| `single:depth` | - |"), page);
        assertTrue(page.contains("- `square` is refused with the norm L2."), page);
        assertTrue(page.contains("- `nes` sees losses alone; it is refused with `signsum`, `random`, `unit`,"), page);
        assertEquals(page, CataloguePage.of(Measured.of(JsonView.of(measured.toJson(), "kept"))));
    }

    /** A file of the repository, from wherever the test runs. */
    private static Path root(String file) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(file))) {
                return folder.resolve(file);
            }
        }
        throw new AssertionError(file + " is nowhere above " + Path.of("").toAbsolutePath());
    }
}
