// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a program out of a kernel: numbers registers, lays memory out, resolves labels, puts device functions in. */
final class Decoder {

    private static final String END = "$end";

    private final PtxModule module;
    private final Map<String, Operands.Symbol> globals;
    private final int dynamicAt;
    private final Operands.Pool pool = new Operands.Pool();
    private final List<Step> steps = new ArrayList<>();
    private final List<Jump> jumps = new ArrayList<>();
    private final Deque<String> calls = new ArrayDeque<>();
    private final Map<String, Operands.Symbol> functionShared = new HashMap<>();
    private int shared;
    private int local;
    private boolean sharedPieces;
    private boolean globalPieces;
    private boolean globalAtomics;
    private boolean fences;

    /** A branch whose places are to be filled in. */
    private record Jump(int step, List<String> labels, Map<String, Integer> places) {}

    /** What a body may name: labels, tables of labels. */
    private record Body(Map<String, Integer> places, Map<String, List<String>> tables, boolean kernel) {}

    private Decoder(PtxModule module, Map<String, Operands.Symbol> globals, int dynamicAt) {
        this.module = module;
        this.globals = globals;
        this.dynamicAt = dynamicAt;
    }

    /**
     * Decodes a kernel.
     *
     * @param globals the variables of the module, by name
     */
    static Program decode(PtxModule module, PtxModule.Function kernel, Map<String, Operands.Symbol> globals) {
        // Dynamic shared memory starts behind the static one, whose size is known at the end alone.
        Program first = new Decoder(module, globals, 0).kernel(kernel);
        return first.sharedBytes() == 0 ? first : new Decoder(module, globals, first.sharedBytes()).kernel(kernel);
    }

    private Program kernel(PtxModule.Function kernel) {
        Operands outermost = new Operands(null, pool);
        globals.forEach(outermost::declare);
        for (PtxModule.Variable v : module.variables()) {
            if (v.space().equals("shared")) {
                outermost.declare(v.name(), v.bytes() == 0 ? new Operands.Symbol(Space.SHARED, dynamicAt, 0)
                        : sharedVariable(v));
            }
        }
        List<Program.Parameter> parameters = new ArrayList<>();
        int bytes = 0;
        for (PtxModule.Variable v : kernel.parameters()) {
            bytes = aligned(bytes, v.alignment());
            parameters.add(new Program.Parameter(v.name(), bytes, v.bytes()));
            outermost.declare(v.name(), new Operands.Symbol(Space.PARAMETER, bytes, v.bytes()));
            bytes += v.bytes();
        }
        body(kernel.body(), new Operands(outermost, pool), true);
        steps.add(new Step(Step.Kind.EXIT, -1, false, null, -1, null, -1, null,
                new PtxModule.Instruction("", false, List.of("ret"), List.of(), "the end", 0)));
        for (Jump j : jumps) {
            fill(j);
        }
        shared = aligned(shared, 16);
        return new Program(kernel.name(), List.copyOf(steps), pool.words, pool.wides, pool.predicates,
                Map.copyOf(pool.wordConstants), Map.copyOf(pool.wideConstants), Map.copyOf(pool.predicateConstants),
                Map.copyOf(pool.specials), List.copyOf(parameters), bytes, shared, Math.max(dynamicAt, shared),
                aligned(local, 16), kernel.maximumThreads(), kernel.requiredBlock(),
                new Program.Traits(sharedPieces, globalPieces, globalAtomics, fences));
    }

    private static int aligned(int at, int alignment) {
        return (at + alignment - 1) / alignment * alignment;
    }

    private Operands.Symbol sharedVariable(PtxModule.Variable v) {
        return functionShared.computeIfAbsent(v.name(), name -> {
            shared = aligned(shared, v.alignment());
            Operands.Symbol s = new Operands.Symbol(Space.SHARED, shared, v.bytes());
            shared += v.bytes();
            return s;
        });
    }

    private Operands.Symbol localVariable(PtxModule.Variable v) {
        local = aligned(local, v.alignment());
        Operands.Symbol s = new Operands.Symbol(Space.LOCAL, local, v.bytes());
        local += v.bytes();
        return s;
    }

    private void body(List<PtxModule.Statement> statements, Operands names, boolean kernel) {
        Body body = new Body(new HashMap<>(), new HashMap<>(), kernel);
        for (PtxModule.Statement s : statements) {
            if (s instanceof PtxModule.Targets t) {
                body.tables().put(t.name(), t.labels());
            }
        }
        Operands scope = names;
        for (PtxModule.Statement s : statements) {
            switch (s) {
                case PtxModule.Open open -> scope = new Operands(scope, pool);
                case PtxModule.Close close -> scope = scope.outer();
                case PtxModule.Label l -> body.places().put(l.name(), steps.size());
                case PtxModule.Targets t -> {}
                case PtxModule.Registers r -> registers(r, scope);
                case PtxModule.Declaration d -> scope.declare(d.variable().name(), d.variable().space().equals("shared")
                        ? sharedVariable(d.variable()) : localVariable(d.variable()));
                case PtxModule.Instruction i -> instruction(i, scope, body);
            }
        }
        body.places().put(END, steps.size());
    }

    private static void registers(PtxModule.Registers r, Operands scope) {
        for (String name : r.names()) {
            int bracket = name.indexOf('<');
            if (bracket < 0) {
                scope.declare(name, r.type());
                continue;
            }
            int count = Integer.parseInt(name.substring(bracket + 1, name.length() - 1));
            for (int k = 0; k < count; k++) {
                scope.declare(name.substring(0, bracket) + k, r.type());
            }
        }
    }

    private void instruction(PtxModule.Instruction i, Operands o, Body body) {
        int guard = i.guard().isEmpty() ? -1 : o.predicate(i.guard(), i);
        switch (i.operation()) {
            case "bra" -> jump(i, guard, i.negated(), List.of(i.operand(0)), body, null);
            case "brx" -> {
                Register index = o.source(i.operand(0), PtxType.find("u32"), i);
                List<String> labels = body.tables().get(i.operand(1));
                if (labels == null) {
                    throw i.unknown("there is no table '" + i.operand(1) + "'");
                }
                jump(i, guard, i.negated(), labels, body, (w, m) -> choose(w, m, index, labels.size()));
            }
            case "ret" -> {
                if (body.kernel()) {
                    add(Step.Kind.EXIT, i, guard, null, -1, null);
                } else {
                    jump(i, guard, i.negated(), List.of(END), body, null);
                }
            }
            case "exit" -> add(Step.Kind.EXIT, i, guard, null, -1, null);
            case "call" -> call(i, guard, o, body);
            case "bar", "barrier" -> barrier(i, guard, o);
            case "shfl" -> add(Step.Kind.TOGETHER, i, guard, WarpOps.shuffle(i, o), mask(i, o), null);
            case "vote" -> add(Step.Kind.TOGETHER, i, guard, WarpOps.vote(i, o), mask(i, o), null);
            case "match" -> add(Step.Kind.TOGETHER, i, guard, WarpOps.match(i, o), mask(i, o), null);
            case "redux" -> add(Step.Kind.TOGETHER, i, guard, WarpOps.reduce(i, o), mask(i, o), null);
            case "mma" -> add(Step.Kind.TOGETHER, i, guard, MatrixOps.multiply(i, o), -1, null);
            case "ldmatrix" -> add(Step.Kind.TOGETHER, i, guard, MatrixOps.load(i, o), -1, null);
            default -> {
                traits(i);
                add(Step.Kind.PLAIN, i, guard, Actions.decode(i, o), -1, null);
            }
        }
    }

    private static int mask(PtxModule.Instruction i, Operands o) {
        return o.word(i.operands().getLast(), i);
    }

    private static void choose(Warp w, int mask, Register index, int count) {
        w.require(mask, index.defined(w), "branches on what nobody set");
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            int l = Integer.numberOfTrailingZeros(lanes);
            long k = index.get(w, l);
            if (k >= count) {
                throw w.fault(KernelFault.Kind.OUT_OF_BOUNDS, l, "takes branch " + k + " of " + count);
            }
            w.chosen[l] = (int) k;
        }
    }

    private void traits(PtxModule.Instruction i) {
        String op = i.operation();
        if (op.equals("membar") || op.equals("fence")) {
            fences |= !i.has("cta") && !i.has("proxy");
        } else if (op.equals("ld") || op.equals("st")) {
            Space space = Space.of(i);
            boolean piece = i.type().bits() < 32;
            sharedPieces |= piece && (space == Space.SHARED || space == Space.GENERIC);
            globalPieces |= piece && op.equals("st") && (space == Space.GLOBAL || space == Space.GENERIC);
        } else if (op.equals("atom") || op.equals("red")) {
            globalAtomics |= Space.of(i) == Space.GLOBAL || Space.of(i) == Space.GENERIC;
        }
    }

    private void add(Step.Kind kind, PtxModule.Instruction i, int guard, Action action, int lanes,
            Step.Barrier barrier) {
        steps.add(new Step(kind, guard, i.negated(), action, -1, null, lanes, barrier, i));
    }

    private void jump(PtxModule.Instruction i, int guard, boolean negated, List<String> labels, Body body,
            Action choose) {
        jumps.add(new Jump(steps.size(), labels, body.places()));
        steps.add(new Step(choose == null ? Step.Kind.BRANCH : Step.Kind.INDEXED, guard, negated, choose, -1, null,
                -1, null, i));
    }

    private void fill(Jump j) {
        Step s = steps.get(j.step());
        int[] targets = j.labels().stream().mapToInt(label -> {
            Integer place = j.places().get(label);
            if (place == null) {
                throw s.instruction().unknown("there is no label '" + label + "'");
            }
            return place;
        }).toArray();
        steps.set(j.step(), new Step(s.kind(), s.guard(), s.negated(), s.action(), targets[0], targets, -1, null,
                s.instruction()));
    }

    /** The callee's body comes in place of the call; its parameters are the caller's variables. */
    private void call(PtxModule.Instruction i, int guard, Operands o, Body body) {
        boolean result = i.operand(0).startsWith("(");
        String name = i.operand(result ? 1 : 0);
        PtxModule.Function f = module.functions().stream().filter(c -> c.name().equals(name)).findFirst()
                .orElseThrow(() -> i.unknown("there is no function '" + name + "' in this module"));
        if (calls.contains(name)) {
            throw i.unknown("the function calls itself");
        }
        int next = result ? 2 : 1;
        List<String> arguments = i.operands().size() > next ? names(i.operand(next)) : List.of();
        List<String> results = result ? names(i.operand(0)) : List.of();
        if (arguments.size() != f.parameters().size() || results.size() != f.results().size()) {
            throw i.unknown("the function has other parameters");
        }
        String after = "$after" + steps.size();
        if (guard >= 0) {
            jump(i, guard, !i.negated(), List.of(after), body, null);
        }
        Operands outermost = o;
        while (outermost.outer() != null) {
            outermost = outermost.outer();
        }
        Operands inner = new Operands(outermost, pool);
        for (int k = 0; k < arguments.size(); k++) {
            inner.declare(f.parameters().get(k).name(), symbol(arguments.get(k), o, i));
        }
        for (int k = 0; k < results.size(); k++) {
            inner.declare(f.results().get(k).name(), symbol(results.get(k), o, i));
        }
        calls.push(name);
        body(f.body(), inner, false);
        calls.pop();
        body.places().put(after, steps.size());
    }

    private static List<String> names(String list) {
        return PtxParser.operands(list.substring(1, list.length() - 1));
    }

    private static Operands.Symbol symbol(String name, Operands o, PtxModule.Instruction i) {
        Operands.Symbol s = o.symbol(name);
        if (s == null) {
            throw i.unknown("there is no variable '" + name + "'");
        }
        return s;
    }

    private void barrier(PtxModule.Instruction i, int guard, Operands o) {
        if (i.has("warp")) {
            add(Step.Kind.TOGETHER, i, guard, Warp::order, o.word(0, i), null);
            return;
        }
        boolean reduces = i.has("red");
        int at = reduces ? 1 : 0;
        int count = i.operands().size() - at - (reduces ? 1 : 0);
        int number = o.word(at, i);
        int threads = count > 1 ? o.word(at + 1, i) : -1;
        String combine = reduces ? i.has("popc") ? "popc" : i.has("and") ? "and" : "or" : "none";
        boolean negated = reduces && i.operands().getLast().startsWith("!");
        int source = reduces ? o.predicate(i.operands().getLast().substring(negated ? 1 : 0), i) : -1;
        int result = reduces ? o.target(i.operand(0), i).index() : -1;
        add(Step.Kind.BARRIER, i, guard, null, -1,
                new Step.Barrier(number, threads, i.has("arrive"), combine, source, negated, result));
    }
}
