// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.io.JsonValue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes one after the other, prints what fails and why something is skipped, and writes facts. */
public final class TestRun {

    private TestRun() {}

    /**
     * Runs tests.
     *
     * @param args the file of facts; {@code held} to keep one device open all the time, since the GPU's context lives as
     *        long as any device and costs a quarter of a second to make, or {@code apart}; names of classes. The exit
     *        status is 1 if a test failed or a class has none
     */
    public static void main(String[] args) {
        Facts facts = new Facts(Path.of(args[0]));
        boolean held = args[1].equals("held");
        Optional<Device> device = Devices.providers().stream()
                .filter(provider -> held && provider.name().equals("cuda") && provider.availability().available())
                .findFirst().map(provider -> provider.open(DeviceOptions.DEFAULT));
        boolean failed = false;
        for (String name : Arrays.copyOfRange(args, 2, args.length)) {
            Tally tally = new Tally();
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(DiscoverySelectors.selectClass(name)).build();
            long begin = System.nanoTime();
            LauncherFactory.create().execute(request, tally);
            JsonValue.Builder fact = JsonValue.object().put("kind", "tests")
                    .put("name", name.substring(name.lastIndexOf('.') + 1) + (held ? "" : ", apart"))
                    .put("passed", tally.passed)
                    .put("failed", tally.failed).put("skipped", tally.skipped)
                    .put("seconds", (System.nanoTime() - begin) * 1e-9);
            tally.reason.ifPresent(reason -> fact.put("reason", reason));
            facts.add(fact.build());
            failed |= tally.failed > 0 || tally.passed + tally.skipped == 0;
        }
        device.ifPresent(Device::close);
        System.exit(failed ? 1 : 0);
    }

    private static final class Tally implements TestExecutionListener {

        private int passed;
        private int failed;
        private int skipped;
        private Optional<String> reason = Optional.empty();

        @Override
        public void executionSkipped(TestIdentifier test, String why) {
            skipped++;
            because(why);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
                case ABORTED -> {
                    skipped++;
                    because(result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
                }
                case FAILED -> {
                    failed++;
                    System.err.println("FAILED: " + test.getDisplayName() + " of " + test.getUniqueId());
                    result.getThrowable().ifPresent(Throwable::printStackTrace);
                    because(test.getDisplayName() + ": "
                            + result.getThrowable().map(Throwable::toString).orElse("no reason given"));
                }
            }
        }

        private void because(String why) {
            if (reason.isEmpty()) {
                reason = Optional.of(String.valueOf(why).lines().findFirst().orElse(""));
            }
        }
    }
}
