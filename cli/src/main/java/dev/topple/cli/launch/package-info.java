// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What {@code java -jar topple.jar} starts: finds a Java that is new enough and starts the program there with the flags
 * that it needs. {@code Launcher} and {@code JavaHomes} are compiled for Java 8, so that whatever {@code java} a person
 * has can run them; they must use no newer library and nothing of the rest of the program but its main class. The
 * program itself does not live here.
 */
package dev.topple.cli.launch;
