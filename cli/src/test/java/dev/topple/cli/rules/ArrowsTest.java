// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Arrows run one way: cli to attacks to mtl to engine, and kernels to engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrowsTest {

    private final JavaClasses all = Code.classes();

    @Test
    void engineUsesTheJdkAlone() {
        mayUse("engine", "java..", "jdk.incubator.vector..");
    }

    @Test
    void kernelsUseEngineAndJCuda() {
        mayUse("kernels", "java..", "dev.topple.engine..", "jcuda..");
    }

    /** So all else of {@code kernels} runs on any driver, the tests' emulator for one. */
    @Test
    void jcudaIsNamedInOnePackage() {
        noClasses().that().resideOutsideOfPackage("dev.topple.kernels.jcuda..").should().dependOnClassesThat()
                .resideInAPackage("jcuda..").check(all);
    }

    @Test
    void mtlUsesEngine() {
        mayUse("mtl", "java..", "javax.imageio..", "org.w3c.dom..", "dev.topple.engine..");
    }

    @Test
    void attacksUseEngineAndMtl() {
        mayUse("attacks", "java..", "dev.topple.engine..", "dev.topple.mtl..");
    }

    @Test
    void devicesAreFoundNotNamed() {
        noClasses().that().resideOutsideOfPackage("dev.topple.kernels..").should().dependOnClassesThat()
                .resideInAPackage("dev.topple.kernels..").check(all);
        noClasses().that().resideOutsideOfPackage("dev.topple.engine..").should().dependOnClassesThat()
                .resideInAPackage("dev.topple.engine.cpu..").check(all);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(all);
    }

    @Test
    void noStaticStateThatChanges() {
        fields().that().areStatic().should().beFinal().check(all);
    }

    @Test
    void noReflection() {
        noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.reflect..").check(all);
        noClasses().should().callMethod(Class.class, "forName", String.class).orShould()
                .callMethod(Class.class, "forName", String.class, boolean.class, ClassLoader.class).check(all);
    }

    private void mayUse(String module, String... others) {
        String own = "dev.topple." + module + "..";
        String[] allowed = new String[others.length + 2];
        System.arraycopy(others, 0, allowed, 0, others.length);
        allowed[others.length] = own;
        // The package of int, float …
        allowed[others.length + 1] = "";
        // A module without classes yet breaks no rule.
        classes().that().resideInAPackage(own).should().onlyDependOnClassesThat().resideInAnyPackage(allowed)
                .allowEmptyShould(true).check(all);
    }

    /** Every package of ours is a slice of its own, nested ones included. */
    private static final class EachPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("dev.topple") ? SliceIdentifier.of(type.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
