// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Map;

/**
 * A graph as works.
 *
 * @param prepared what is computed of variables alone
 * @param stages what is done in each run
 * @param inputs where fed values go
 * @param outputs where values that leave lie
 * @param places the memory of all these
 */
record Lowered(PreparedPart prepared, List<Stage> stages, Map<String, Region> inputs, Map<String, Region> outputs,
        Places places) {}
