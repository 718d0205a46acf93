// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Pictures of attacks: some images attacked once more, with what a model says of them before and after, and contact
 * sheets. Pages are made elsewhere, and so are numbers over whole data sets.
 */
package dev.topple.cli.picture;
