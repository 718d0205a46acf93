// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys;
import dev.topple.mtl.task.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

class BalancersTest {

    private final List<Task> tasks = Toys.smooth(1, 1).tasks();

    private List<String> names(String list) {
        return Balancers.parse(list, tasks).stream().map(Balancer::name).toList();
    }

    @Test
    void singleStandsForOnePerTask() {
        assertEquals(List.of("single:toy0", "single:toy1", "total", "signsum", "dgba"),
                names("single,total, SignSum ,DGBA"));
        assertEquals(List.of("single:toy1", "dgba", "single:toy0"), names("single:toy1,dgba,single,dgba"));
    }

    @Test
    void unknownNamesAreRefusedInOneLine() {
        String message = assertThrows(IllegalArgumentException.class, () -> names("total,dbga")).getMessage();
        assertTrue(message.startsWith("there is no balancer 'dbga'; choose from single, total, "), message);
        assertTrue(message.endsWith("or the released forms total:released, dgba:released"), message);
        message = assertThrows(IllegalArgumentException.class, () -> names("single:depth")).getMessage();
        assertTrue(message.endsWith("the model has no task 'depth'; it has toy0, toy1"), message);
        assertThrows(IllegalArgumentException.class, () -> names(""));
        assertThrows(IllegalArgumentException.class, () -> names("dgba,"));
    }

    @Test
    void settingsAreReadAndNamed() {
        assertEquals(List.of("weighted:toy1=20.0", "dgba:exponent=0.5", "dgba:exponent=2.0:smoothing=0.1",
                "softmin:mu=0.1", "cagrad:c=0.25", "cagrad", "softmin"),
                names("weighted:toy1=20,dgba:exponent=0.5,dgba:smoothing=0.1:exponent=2,softmin:mu=0.1,cagrad:c=0.25,"
                        + "cagrad,softmin:mu=1"));
        for (String named : names(
                "weighted:toy1=20,dgba:exponent=0.5,dgba:smoothing=0.1,softmin:mu=0.1,cagrad:c=0.2")) {
            assertEquals(List.of(named), names(named));
        }
    }

    @Test
    void everyNameIsOneOfABalancer() {
        for (String name : Balancers.names()) {
            if (!name.equals("weighted")) {
                assertTrue(names(name).get(0).startsWith(name), name);
            }
        }
    }

    @Test
    void badSettingsAreRefusedInOneLine() {
        for (String bad : List.of("weighted", "weighted:toy7=1", "weighted:toy0=-1", "weighted:toy0=x",
                "weighted:toy0=0:toy1=0", "weighted:toy0=1:toy0=2", "dgba:exponent=9", "dgba:exponent=NaN",
                "dgba:smoothing=-1", "softmin:mu=0", "softmin:", "cagrad:c=1", "mgda:c=1", "total:c=1", "dgba:")) {
            String message = assertThrows(IllegalArgumentException.class, () -> names(bad), bad).getMessage();
            assertTrue(message.contains("balancer '") && !message.contains("\n"), message);
        }
    }
}
