// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code reference}: the specification of every op and the oracle of every test. It computes in float64 with
 * plain loops, one small file per family of ops, each simple enough to be read as the definition. It interprets a graph
 * as it was written down, node by node: no pass, no planner, no fusion, so that it shares no bug with the machinery
 * that it judges. It is slow, and meant to be.
 */
package dev.topple.engine.reference;
