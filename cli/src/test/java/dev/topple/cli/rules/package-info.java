// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The rules that the whole of Topple keeps and no compiler knows: who may use whom, what a kernel may not call, how a
 * source file looks. They live in the module that sees all the others.
 */
package dev.topple.cli.rules;
