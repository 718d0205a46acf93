// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The inside of an attack: what each step of each image was like. A {@link dev.topple.attacks.trace.Tracer} looks on
 * while an attack walks and measures with a program of its own, so that the attack computes the same bits as without,
 * and attacks without a trace cost nothing. Records go to a {@link dev.topple.attacks.trace.TraceSink}; writing to
 * files or screens is somebody else's job.
 */
package dev.topple.attacks.trace;
