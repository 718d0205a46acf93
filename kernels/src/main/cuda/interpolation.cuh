// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// How pixels of one size find those of another. Along an axis, pixel i of `out` lies at max(0, i mul + add) / den of
// `in`; its sources are the whole part and the next, weighted by what is left, or with smooth = 0 the whole part alone.
// Whole numbers, so that the sources are exact.

#pragma once

#define RULE(a) int a##Mul, int a##Add, int a##Den, int a##In, int a##Out, int a##Smooth
#define RULE_OF(a) Rule{a##Mul, a##Add, a##Den, a##In, a##Out, a##Smooth, __fdiv_rn(1.0f, (float) a##Den)}

/** The sources of a pixel. */
struct Sources {
    int first, second;
    float weight;
};

struct Rule {
    int mul, add, den, in, out, smooth;
    float inverse;

    __device__ __forceinline__ Sources of(int i) const {
        int at = max(0, i * mul + add);
        Sources s;
        s.first = min(at / den, in - 1);
        s.second = min(s.first + 1, in - 1);
        s.weight = smooth ? (float) (at - s.first * den) * inverse : 0.0f;
        return s;
    }

    /** The first pixel that may have i as a source. */
    __device__ __forceinline__ int begin(int i) const {
        int before = (i - 1) * den - add;
        return i == 0 || mul == 0 || before < 0 ? 0 : min(before / mul + 1, out);
    }

    /** Behind the last one. */
    __device__ __forceinline__ int end(int i) const {
        int after = (i + 1) * den - add;
        return i == in - 1 || mul == 0 ? out : after <= 0 ? 0 : min((after + mul - 1) / mul, out);
    }

    /** The first pixel whose first source is i or further on. */
    __device__ __forceinline__ int cell(int i) const {
        if (i == 0) {
            return 0;
        }
        if (mul == 0 || i >= in) {
            return out;
        }
        int before = i * den - add;
        return before <= 0 ? 0 : min((before + mul - 1) / mul, out);
    }

    /** The weight of the second source of pixel `at`, whose first is i; 0 where there is no second. */
    __device__ __forceinline__ float weight(int at, int i) const {
        return smooth && i < in - 1 ? (float) (max(at * mul + add, 0) - i * den) * inverse : 0.0f;
    }
};

/** Goes through the pixels that may have i as a source, without a division for each. */
struct Follower {
    int at, first, rest;

    __device__ __forceinline__ Follower(const Rule& rule, int i, int begin) {
        at = begin * rule.mul + rule.add;
        first = rule.mul == 0 ? 0 : max(i - 1, 0);
        settle(rule);
    }

    __device__ __forceinline__ void settle(const Rule& rule) {
        rest = max(at, 0) - first * rule.den;
        while (rest >= rule.den && first < rule.in - 1) {
            rest -= rule.den;
            first++;
        }
    }

    __device__ __forceinline__ void next(const Rule& rule) {
        at += rule.mul;
        settle(rule);
    }

    __device__ __forceinline__ float weight(const Rule& rule) const {
        return rule.smooth ? (float) rest * rule.inverse : 0.0f;
    }

    /** With which weight i is a source. */
    __device__ __forceinline__ float weightOf(const Rule& rule, int i) const {
        float w = weight(rule);
        int second = min(first + 1, rule.in - 1);
        return first == i ? (second == i ? 1.0f : 1.0f - w) : (second == i ? w : 0.0f);
    }
};

/** Between two; what has no weight does not count, whatever it is. */
__device__ __forceinline__ float between(float a, float b, float weight) {
    return weight == 0.0f ? a : fmaf(weight, b, (1.0f - weight) * a);
}
