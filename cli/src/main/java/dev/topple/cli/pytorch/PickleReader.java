// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import dev.topple.cli.pytorch.PickleValue.Bytes;
import dev.topple.cli.pytorch.PickleValue.Dictionary;
import dev.topple.cli.pytorch.PickleValue.Global;
import dev.topple.cli.pytorch.PickleValue.Nothing;
import dev.topple.cli.pytorch.PickleValue.Real;
import dev.topple.cli.pytorch.PickleValue.Sequence;
import dev.topple.cli.pytorch.PickleValue.Text;
import dev.topple.cli.pytorch.PickleValue.Truth;
import dev.topple.cli.pytorch.PickleValue.Tuple;
import dev.topple.cli.pytorch.PickleValue.Whole;
import dev.topple.engine.io.FormatException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of Python's pickle machine (protocols 2 to 5) that a state dict needs. It builds {@link PickleValue}s and
 * runs nothing: a class or function is a name, which {@link TorchGlobals} knows or refuses. Every step reads at least a
 * byte and makes at most one value, so that neither time nor memory goes beyond what the pickle holds.
 */
final class PickleReader {

    /** A state dict of fifty thousand tensors has fewer. */
    private static final int MOST_STEPS = 2_000_000;

    private static final int LONGEST_NUMBER = 64;

    private final ByteBuffer in;
    private final String where;
    private final TorchGlobals globals;
    private final List<PickleValue> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Integer, PickleValue> memo = new HashMap<>();

    private PickleReader(ByteBuffer in, String where, TorchGlobals globals) {
        this.in = in;
        this.where = where;
        this.globals = globals;
    }

    /**
     * Reads one pickle and leaves the position behind it.
     *
     * @param where what messages call it
     * @throws FormatException if it is damaged, or wants more than a state dict needs
     */
    static PickleValue read(ByteBuffer in, String where, TorchGlobals globals) {
        in.order(ByteOrder.LITTLE_ENDIAN);
        return new PickleReader(in, where, globals).run();
    }

    private PickleValue run() {
        for (int step = 0; step < MOST_STEPS; step++) {
            int at = in.position();
            try {
                int op = next();
                if (op == '.') {
                    PickleValue result = pop();
                    if (!stack.isEmpty()) {
                        throw new IllegalArgumentException("it ends with values that belong to nothing");
                    }
                    return result;
                }
                step(op);
            } catch (BufferUnderflowException e) {
                throw new FormatException(where, "byte " + at + ": the pickle is cut off", e);
            } catch (IllegalArgumentException e) {
                throw new FormatException(where, "byte " + at + ": " + e.getMessage(), e);
            }
        }
        throw new FormatException(where, "the pickle has more than " + MOST_STEPS + " steps; no state dict needs as"
                + " many");
    }

    private void step(int op) {
        switch (op) {
            case 0x80 -> protocol(next());
            case 0x95 -> length(in.getLong());
            case '(' -> marks.push(stack.size());
            case '0' -> drop();
            case '1' -> sinceMark();
            case '2' -> push(peek());
            case 'q' -> memo.put(next(), peek());
            case 'r' -> memo.put(in.getInt(), peek());
            case 0x94 -> memo.put(memo.size(), peek());
            case 'h' -> push(remembered(next()));
            case 'j' -> push(remembered(in.getInt()));
            case 'c' -> push(globals.known(new Global(line(), line())));
            case 0x93 -> stackGlobal();
            case 'R', 0x81 -> call();
            case 'b' -> build();
            case 'Q' -> push(globals.storage(pop()));
            default -> {
                if (!scalar(op) && !container(op)) {
                    throw new IllegalArgumentException(String.format("a state dict needs no pickle opcode 0x%02X; save"
                            + " the model's state_dict() with torch.save", op));
                }
            }
        }
    }

    private boolean scalar(int op) {
        switch (op) {
            case 'N' -> push(Nothing.NONE);
            case 0x88 -> push(new Truth(true));
            case 0x89 -> push(new Truth(false));
            case 'J' -> push(Whole.of(in.getInt()));
            case 'K' -> push(Whole.of(next()));
            case 'M' -> push(Whole.of(in.getShort() & 0xFFFF));
            case 0x8A -> push(number(next()));
            case 0x8B -> push(number(in.getInt()));
            case 'G' -> push(new Real(Double.longBitsToDouble(Long.reverseBytes(in.getLong()))));
            case 'U' -> push(text(next(), StandardCharsets.ISO_8859_1));
            case 'T' -> push(text(in.getInt(), StandardCharsets.ISO_8859_1));
            case 'X' -> push(text(in.getInt(), StandardCharsets.UTF_8));
            case 0x8C -> push(text(next(), StandardCharsets.UTF_8));
            case 0x8D -> push(text(in.getLong(), StandardCharsets.UTF_8));
            case 'C' -> push(bytes(next()));
            case 'B' -> push(bytes(in.getInt()));
            case 0x8E -> push(bytes(in.getLong()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean container(int op) {
        switch (op) {
            case ')' -> push(new Tuple(List.of()));
            case 't' -> push(new Tuple(sinceMark()));
            case 0x85 -> push(new Tuple(List.of(pop())));
            case 0x86 -> pushPair();
            case 0x87 -> pushTriple();
            case ']' -> push(new Sequence());
            case 'a' -> append(List.of(pop()));
            case 'e' -> append(sinceMark());
            case '}' -> push(new Dictionary());
            case 's' -> setOne();
            case 'u' -> set(sinceMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    private int next() {
        return in.get() & 0xFF;
    }

    private static void protocol(int version) {
        if (version < 2 || version > 5) {
            throw new IllegalArgumentException("pickles of protocol " + version + " are not read; 2 to 5 are");
        }
    }

    /** So many bytes must be left. */
    private int length(long bytes) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new IllegalArgumentException("something of " + Long.toUnsignedString(bytes)
                    + " bytes passes the end of the pickle");
        }
        return (int) bytes;
    }

    private Whole number(int bytes) {
        if (bytes < 0 || bytes > LONGEST_NUMBER) {
            throw new IllegalArgumentException("an integer of " + Integer.toUnsignedString(bytes)
                    + " bytes is larger than any that a state dict needs");
        }
        byte[] digits = new byte[length(bytes)];
        for (int i = bytes - 1; i >= 0; i--) {
            digits[i] = in.get();
        }
        return new Whole(bytes == 0 ? BigInteger.ZERO : new BigInteger(digits));
    }

    private Text text(long bytes, Charset charset) {
        ByteBuffer slice = in.slice(in.position(), length(bytes));
        in.position(in.position() + slice.remaining());
        try {
            return new Text(charset.newDecoder().decode(slice).toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text is not in " + charset, e);
        }
    }

    private Bytes bytes(long bytes) {
        int length = length(bytes);
        in.position(in.position() + length);
        return new Bytes(length);
    }

    private String line() {
        int from = in.position();
        int length = 0;
        while (in.get() != '\n') {
            length++;
        }
        in.position(from);
        String line = text(length, StandardCharsets.UTF_8).value();
        in.position(in.position() + 1);
        return line;
    }

    private void push(PickleValue value) {
        stack.add(value);
    }

    private int floor() {
        return marks.isEmpty() ? 0 : marks.peek();
    }

    private PickleValue peek() {
        if (stack.size() <= floor()) {
            throw new IllegalArgumentException("a value is missing; the pickle is damaged");
        }
        return stack.getLast();
    }

    private PickleValue pop() {
        PickleValue top = peek();
        stack.removeLast();
        return top;
    }

    private void drop() {
        if (stack.size() == floor() && !marks.isEmpty()) {
            marks.pop();
        } else {
            pop();
        }
    }

    private List<PickleValue> sinceMark() {
        if (marks.isEmpty()) {
            throw new IllegalArgumentException("a mark is missing; the pickle is damaged");
        }
        List<PickleValue> tail = stack.subList(marks.pop(), stack.size());
        List<PickleValue> values = List.copyOf(tail);
        tail.clear();
        return values;
    }

    private PickleValue remembered(int index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw new IllegalArgumentException("nothing was remembered as " + Integer.toUnsignedString(index)
                    + "; the pickle is damaged");
        }
        return value;
    }

    private void stackGlobal() {
        PickleValue name = pop();
        PickleValue module = pop();
        if (!(name instanceof Text(String last) && module instanceof Text(String first))) {
            throw new IllegalArgumentException("the name of a class is no text");
        }
        push(globals.known(new Global(first, last)));
    }

    private void call() {
        PickleValue arguments = pop();
        PickleValue called = pop();
        if (!(called instanceof Global global && arguments instanceof Tuple(List<PickleValue> items))) {
            throw new IllegalArgumentException("something is called that is no function of a state dict");
        }
        push(globals.call(global, items));
    }

    /** Attributes of an OrderedDict, such as the versions of layers: nobody needs them. */
    private void build() {
        pop();
        if (!(peek() instanceof Dictionary)) {
            throw new IllegalArgumentException("attributes are set on something that is no dict");
        }
    }

    private void pushPair() {
        PickleValue second = pop();
        push(new Tuple(List.of(pop(), second)));
    }

    private void pushTriple() {
        PickleValue third = pop();
        PickleValue second = pop();
        push(new Tuple(List.of(pop(), second, third)));
    }

    private void append(List<PickleValue> values) {
        if (!(peek() instanceof Sequence sequence)) {
            throw new IllegalArgumentException("something is appended to what is no list");
        }
        sequence.items().addAll(values);
    }

    private void setOne() {
        PickleValue value = pop();
        set(List.of(pop(), value));
    }

    private void set(List<PickleValue> keysAndValues) {
        if (!(peek() instanceof Dictionary dictionary) || keysAndValues.size() % 2 != 0) {
            throw new IllegalArgumentException("something is put into what is no dict");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            dictionary.entries().put(key(keysAndValues.get(i)), keysAndValues.get(i + 1));
        }
    }

    /** The text of a key. */
    static String key(PickleValue key) {
        return switch (key) {
            case Text(String text) -> text;
            case Whole(BigInteger number) -> number.toString();
            default -> throw new IllegalArgumentException("the key of a dict is neither a text nor an integer");
        };
    }
}
