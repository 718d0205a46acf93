// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** Multi-task vision models, their tasks, data sets and training. */
module dev.topple.mtl {
    requires java.desktop;
    requires transitive dev.topple.engine;

    exports dev.topple.mtl.data;
    exports dev.topple.mtl.model;
    exports dev.topple.mtl.rooms;
    exports dev.topple.mtl.sharing;
    exports dev.topple.mtl.task;
    exports dev.topple.mtl.train;

    uses dev.topple.mtl.task.TaskKind;
}
