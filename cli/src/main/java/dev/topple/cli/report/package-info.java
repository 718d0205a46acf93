// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The page {@code report.html}: one self-contained file made from the results of an attack and pictures of some of its
 * images. Nothing is measured here.
 */
package dev.topple.cli.report;
