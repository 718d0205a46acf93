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
        assertEquals("there is no balancer 'dbga'; choose from single, total, signsum, dgba, single:TASK, or the"
                + " released forms total:released, dgba:released", message);
        message = assertThrows(IllegalArgumentException.class, () -> names("single:depth")).getMessage();
        assertTrue(message.endsWith("the model has no task 'depth'; it has toy0, toy1"), message);
        assertThrows(IllegalArgumentException.class, () -> names(""));
        assertThrows(IllegalArgumentException.class, () -> names("dgba,"));
    }
}
