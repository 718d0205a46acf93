// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.budget.Budget;

/**
 * How far DGBA is ahead of another balancer under the same attack. Both are taken of the same images in every resample,
 * so that what makes an image easy for both cancels: their two intervals may overlap and the lead be certain all the
 * same.
 *
 * @param attack the name of the step rule that both walk by
 * @param budget how far both may move images
 * @param balancer the name of the balancer that is ahead, or behind where {@code arp} is negative
 * @param over the name of the other
 * @param arp the difference of their ARP, in points of percent
 * @param interval of the difference
 */
public record Lead(String attack, Budget budget, String balancer, String over, double arp, Interval interval) {}
