// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import dev.topple.kernels.driver.DriverException;

/** Says what is found, twice, and what becomes of opening it. */
final class ProbeMain {

    private ProbeMain() {}

    public static void main(String[] arguments) {
        CudaProbe.Finding finding = CudaProbe.look();
        System.out.println(finding.sentence());
        System.out.println(CudaProbe.look().sentence());
        if (finding instanceof CudaProbe.Present present) {
            try (JCudaDriver driver = JCudaDriver.open(present)) {
                System.out.println("opened");
            } catch (DriverException e) {
                System.out.println(CudaProbe.sentence(e));
            }
        }
    }
}
