// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The same inputs give the same bits, interpreted or compiled. Sums across lanes and the transcendentals of the Vector
 * API and of {@link Math} do not keep that promise; fixed lane trees, polynomials of our own and {@link StrictMath} do.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NumbersTest {

    private static final String OPERATORS = "jdk.incubator.vector.VectorOperators";
    private static final Set<String> TRANSCENDENTALS = Set.of("exp", "expm1", "log", "log10", "log1p", "pow", "sin",
            "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "cbrt", "hypot");
    private static final Set<String> FLOATS =
            Set.of("jdk.incubator.vector.FloatVector", "jdk.incubator.vector.DoubleVector");

    private final JavaClasses all = Code.classes();

    @Test
    void noTranscendentalsOfTheVectorApi() {
        noAccess(resideInAPackage("dev.topple.."),
                access -> owner(access).equals(OPERATORS)
                        && TRANSCENDENTALS.contains(access.getName().toLowerCase(Locale.ROOT))
                        || FLOATS.contains(owner(access)) && access.getName().equals("pow"));
    }

    @Test
    void noTranscendentalsOfMathWhereBitsMatter() {
        noAccess(resideInAnyPackage("dev.topple.engine.cpu..", "dev.topple.engine.random..",
                "dev.topple.engine.reference..", "dev.topple.mtl.rooms.."),
                access -> owner(access).equals("java.lang.Math") && TRANSCENDENTALS.contains(access.getName()));
    }

    @Test
    void noSumsAndProductsAcrossLanes() {
        List<String> offenders = all.stream().flatMap(type -> type.getCodeUnits().stream())
                .filter(NumbersTest::reducesLanes).map(JavaCodeUnit::getFullName).sorted().toList();
        assertEquals(List.of(), offenders, "add lanes in a fixed tree instead");
    }

    /** Byte code does not say which operator goes to which call, so a method that has both is an offender. */
    private static boolean reducesLanes(JavaCodeUnit unit) {
        return unit.getAccessesFromSelf().stream()
                .anyMatch(access -> FLOATS.contains(owner(access)) && access.getName().startsWith("reduceLanes"))
                && unit.getAccessesFromSelf().stream().anyMatch(access -> owner(access).equals(OPERATORS)
                        && Set.of("ADD", "MUL").contains(access.getName()));
    }

    private void noAccess(DescribedPredicate<JavaClass> where, Predicate<JavaAccess<?>> forbidden) {
        List<String> offenders = all.that(where).stream().flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(forbidden).map(JavaAccess::getDescription).sorted().toList();
        assertEquals(List.of(), offenders);
    }

    private static String owner(JavaAccess<?> access) {
        return access.getTargetOwner().getName();
    }
}
