// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** The program {@code topple}. */
module dev.topple.cli {
    requires dev.topple.attacks;
    requires dev.topple.engine;
    requires dev.topple.mtl;
    requires info.picocli;
    requires io.jhdf;
    requires java.desktop;
    requires java.management;
    requires me.tongfei.progressbar;

    opens dev.topple.cli to info.picocli;
}
