// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Converts data sets from files that Topple does not read itself, such as MATLAB's, into folders that it does. What
 * such a folder looks like and how it is read is the business of {@code dev.topple.mtl.data}; what is asked for on the
 * command line that of {@code dev.topple.cli}.
 */
package dev.topple.cli.importer;
