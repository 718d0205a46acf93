// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/**
 * One result of a {@link Node}: what other nodes take as operand. The methods here add nodes to the graph and return
 * their result; those of convolutions, pooling and other kinds are static methods of the files of those ops. Arithmetic
 * broadcasts by NumPy's rules. An operand from another graph is refused.
 */
public final class Value {

    private final Node node;
    private final int index;
    private final TensorType type;

    Value(Node node, int index, TensorType type) {
        this.node = node;
        this.index = index;
        this.type = type;
    }

    /** The node that computes this value. */
    public Node node() {
        return node;
    }

    /** Which of the node's results this is. */
    public int index() {
        return index;
    }

    /** Elements and shape. */
    public TensorType type() {
        return type;
    }

    /** The shape. */
    public Shape shape() {
        return type.shape();
    }

    /** The type of the elements. */
    public DType dtype() {
        return type.dtype();
    }

    /** The graph that this value belongs to. */
    public Graph graph() {
        return node.graph();
    }

    private Value apply(Op op, Value... operands) {
        return graph().apply(op, operands);
    }

    private Value scalar(double value) {
        if (dtype() == DType.I32 && value != (int) value) {
            throw new IllegalArgumentException(value + " is no integer, but " + this + " is; cast it to f32 first");
        }
        return dtype() == DType.I32
                ? graph().constant(Tensor.of(Shape.scalar(), (int) value))
                : graph().fill(Shape.scalar(), value);
    }

    // ---- arithmetic

    /** Sum of two values. */
    public Value plus(Value other) {
        return apply(new Binary.Add(), this, other);
    }

    /** Sum with a number. */
    public Value plus(double other) {
        return plus(scalar(other));
    }

    /** Difference of two values. */
    public Value minus(Value other) {
        return apply(new Binary.Subtract(), this, other);
    }

    /** Difference with a number. */
    public Value minus(double other) {
        return minus(scalar(other));
    }

    /** Product of two values. */
    public Value times(Value other) {
        return apply(new Binary.Multiply(), this, other);
    }

    /** Product with a number. */
    public Value times(double other) {
        return times(scalar(other));
    }

    /** Quotient of two floats. */
    public Value dividedBy(Value other) {
        return apply(new Binary.Divide(), this, other);
    }

    /** Quotient by a number. */
    public Value dividedBy(double other) {
        return dividedBy(scalar(other));
    }

    /** The larger of two values, element by element; the gradient of a tie is shared in halves. */
    public Value max(Value other) {
        return apply(new Binary.Maximum(), this, other);
    }

    /** The smaller of two values, element by element; the gradient of a tie is shared in halves. */
    public Value min(Value other) {
        return apply(new Binary.Minimum(), this, other);
    }

    /** The value to a constant power. */
    public Value power(double exponent) {
        return apply(new Unary.Power((float) exponent), this);
    }

    /** The value times itself. */
    public Value square() {
        return times(this);
    }

    /** The value with the other sign. */
    public Value negate() {
        return apply(new Unary.Negate(), this);
    }

    /** The magnitude. */
    public Value abs() {
        return apply(new Unary.Abs(), this);
    }

    /** e to this power. */
    public Value exp() {
        return apply(new Unary.Exp(), this);
    }

    /** The natural logarithm. */
    public Value log() {
        return apply(new Unary.Log(), this);
    }

    /** The square root. */
    public Value sqrt() {
        return apply(new Unary.Sqrt(), this);
    }

    /** The value where positive, else 0. */
    public Value relu() {
        return apply(new Unary.Relu(), this);
    }

    /** 1 / (1 + e^-x). */
    public Value sigmoid() {
        return apply(new Unary.Sigmoid(), this);
    }

    /** The hyperbolic tangent. */
    public Value tanh() {
        return apply(new Unary.Tanh(), this);
    }

    /** -1, 0 or 1; it has no gradient. */
    public Value sign() {
        return apply(new Unary.Sign(), this);
    }

    /** The nearest number within {@code [low, high]}; NaN stays NaN. */
    public Value clamp(double low, double high) {
        return apply(new Unary.Clamp((float) low, (float) high), this);
    }

    /** The same values as another type: truth as 0 and 1, floats truncated towards 0. */
    public Value cast(DType dtype) {
        return dtype == dtype() ? this : apply(new Unary.Cast(dtype), this);
    }

    /** The same values, through which no gradient flows; this itself if it is not float. */
    public Value stopGradient() {
        return dtype() == DType.F32 ? apply(new Unary.StopGradient(), this) : this;
    }

    // ---- comparisons and logic

    /** Compares with another value of the same type. */
    public Value compare(Relation relation, Value other) {
        return apply(new Binary.Compare(relation), this, other);
    }

    /** Compares with a number. */
    public Value compare(Relation relation, double other) {
        return compare(relation, scalar(other));
    }

    /** Where this and the other are both true. */
    public Value and(Value other) {
        return apply(new Binary.And(), this, other);
    }

    /** Where this or the other is true. */
    public Value or(Value other) {
        return apply(new Binary.Or(), this, other);
    }

    /** Where this is false. */
    public Value not() {
        return apply(new Unary.Not(), this);
    }

    /** Where this is true the one, elsewhere the other. */
    public Value choose(Value whereTrue, Value whereFalse) {
        return apply(new Elementwise.Where(), this, whereTrue, whereFalse);
    }

    // ---- reductions

    /** The sum over the given axes, which disappear; over all axes where none is given. */
    public Value sum(int... axes) {
        return apply(new Reduction.Sum(Reduction.axes(shape(), axes), false), this);
    }

    /** The sum over the given axes, which stay with size 1. */
    public Value sumKeepingAxes(int... axes) {
        return apply(new Reduction.Sum(Reduction.axes(shape(), axes), true), this);
    }

    /** The mean over the given axes, which disappear; over all axes where none is given. */
    public Value mean(int... axes) {
        List<Integer> over = Reduction.axes(shape(), axes);
        return apply(new Reduction.Sum(over, false), this).times(1.0 / Reduction.count(shape(), over));
    }

    /** The largest element over the given axes, which disappear; ties share the gradient equally. */
    public Value maxOver(int... axes) {
        return apply(new Reduction.Max(Reduction.axes(shape(), axes), false), this);
    }

    /** The i32 index of the first largest element along an axis, which disappears; it has no gradient. */
    public Value argMax(int axis) {
        return apply(new Reduction.ArgMax(shape().axis(axis)), this);
    }

    /** Sums this value down to a shape that broadcasts to its own. */
    public Value sumTo(Shape target) {
        return Reduction.sumTo(this, target);
    }

    // ---- layout

    /** The same elements in another shape. */
    public Value reshape(int... dims) {
        return reshape(Shape.of(dims));
    }

    /** The same elements in another shape. */
    public Value reshape(Shape target) {
        return target.equals(shape()) ? this : apply(new Layout.Reshape(target), this);
    }

    /** The axes in another order: axis i of the result is axis {@code order[i]} of this. */
    public Value transpose(int... order) {
        return apply(new Layout.Transpose(Layout.list(order)), this);
    }

    /** Repeated along axes of size 1 and new leading axes. */
    public Value broadcastTo(Shape target) {
        return target.equals(shape()) ? this : apply(new Layout.BroadcastTo(target), this);
    }

    /** The elements {@code from} (inclusive) to {@code to} (exclusive) along one axis. */
    public Value slice(int axis, int from, int to) {
        return Layout.slice(this, axis, from, to);
    }

    // ---- products and soft maxima

    /** The matrix product over the last two axes; leading axes broadcast. */
    public Value matmul(Value other) {
        return apply(new MatMul(false, false), this, other);
    }

    /** e^x over its sum along an axis. */
    public Value softmax(int axis) {
        return apply(new Softmax.Probabilities(shape().axis(axis)), this);
    }

    /** The logarithm of {@link #softmax}, computed without overflow. */
    public Value logSoftmax(int axis) {
        return apply(new Softmax.LogProbabilities(shape().axis(axis)), this);
    }

    @Override
    public String toString() {
        return "%" + node.id() + (node.results().size() > 1 ? "." + index : "") + ":" + type;
    }
}
