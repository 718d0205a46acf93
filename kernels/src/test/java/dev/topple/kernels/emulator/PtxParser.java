// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text of PTX as {@code nvcc} writes it. */
final class PtxParser {

    private static final Pattern VARIABLE = Pattern.compile(
            "\\s*((?:\\.(?:visible|extern|weak|common)\\s+)*)\\.(global|const|shared|local|param)\\s+"
                    + "(?:\\.attribute\\([^)]*\\)\\s+)?(?:\\.align\\s+(\\d+)\\s+)?\\.(\\w+)\\s+"
                    + "(?:\\.ptr\\s*(?:\\.(?:global|const|shared|local)\\s+)?(?:\\.align\\s+(\\d+)\\s+)?)?"
                    + "([\\w$%]+)\\s*((?:\\[\\s*\\d*\\s*\\])*)\\s*(?:=(.*))?",
            Pattern.DOTALL);
    private static final Pattern HEAD = Pattern.compile(
            "\\.(entry|func)\\s*(?:\\(([^)]*)\\)\\s*)?([\\w$]+)\\s*(?:\\(([^)]*)\\))?");
    private static final Pattern LABEL = Pattern.compile("[\\w$]+");

    private final String text;
    private int at;
    private int countedTo;
    private int counted = 1;

    private PtxParser(String text) {
        this.text = text;
    }

    /** Reads a module. */
    static PtxModule parse(String ptx) {
        return new PtxParser(blankComments(ptx)).module();
    }

    private static String blankComments(String ptx) {
        StringBuilder out = new StringBuilder(ptx);
        for (int i = 0; i + 1 < out.length(); i++) {
            if (out.charAt(i) == '/' && out.charAt(i + 1) == '/') {
                while (i < out.length() && out.charAt(i) != '\n') {
                    out.setCharAt(i++, ' ');
                }
            } else if (out.charAt(i) == '/' && out.charAt(i + 1) == '*') {
                int end = out.indexOf("*/", i);
                for (; i < (end < 0 ? out.length() : end + 2); i++) {
                    out.setCharAt(i, out.charAt(i) == '\n' ? '\n' : ' ');
                }
            }
        }
        return out.toString();
    }

    private PtxModule module() {
        List<PtxModule.Variable> variables = new ArrayList<>();
        List<PtxModule.Function> functions = new ArrayList<>();
        while (skipSpace()) {
            int start = at;
            if (startsWith(".version") || startsWith(".target") || startsWith(".address_size") || startsWith(".file")
                    || startsWith(".pragma")) {
                at = endOfLine();
            } else if (startsWith(".section")) {
                at = text.indexOf('}', at) + 1;
            } else {
                int end = at;
                while (end < text.length() && text.charAt(end) != ';' && text.charAt(end) != '{') {
                    end++;
                }
                String head = text.substring(start, end);
                if (HEAD.matcher(head).find()) {
                    functions.addAll(function(head, end));
                } else {
                    at = text.indexOf(';', start) + 1;
                    if (at == 0) {
                        throw bad("'" + head.strip() + "' does not end", start);
                    }
                    variables.add(variable(text.substring(start, at - 1), start));
                }
            }
        }
        return new PtxModule(List.copyOf(variables), List.copyOf(functions));
    }

    /** Empty for a declaration without a body. */
    private List<PtxModule.Function> function(String head, int end) {
        Matcher m = HEAD.matcher(head);
        m.find();
        at = end + 1;
        if (text.charAt(end) == ';') {
            return List.of();
        }
        List<PtxModule.Variable> results = parameters(m.group(2), end);
        List<PtxModule.Variable> parameters = parameters(m.group(4), end);
        int maximum = 0;
        List<Integer> required = new ArrayList<>();
        Matcher limits = Pattern.compile("\\.(maxntid|reqntid)\\s+([\\d, ]+)").matcher(head);
        while (limits.find()) {
            int product = 1;
            for (String n : limits.group(2).split(",")) {
                product *= Integer.parseInt(n.strip());
                if (limits.group(1).equals("reqntid")) {
                    required.add(Integer.parseInt(n.strip()));
                }
            }
            maximum = product;
        }
        return List.of(new PtxModule.Function(m.group(1).equals("entry"), m.group(3), results, parameters, maximum,
                List.copyOf(required), body()));
    }

    private List<PtxModule.Variable> parameters(String list, int position) {
        List<PtxModule.Variable> out = new ArrayList<>();
        if (list != null && !list.isBlank()) {
            for (String p : list.split(",")) {
                out.add(variable(p, position));
            }
        }
        return List.copyOf(out);
    }

    private PtxModule.Variable variable(String declaration, int position) {
        Matcher m = VARIABLE.matcher(declaration.strip());
        PtxType type = m.matches() ? PtxType.find(m.group(4)) : null;
        if (type == null) {
            throw bad("the emulator cannot read '" + declaration.strip() + "'", position);
        }
        int bytes = type.bytes();
        Matcher extents = Pattern.compile("\\[\\s*(\\d*)\\s*\\]").matcher(m.group(7));
        while (extents.find()) {
            bytes *= extents.group(1).isEmpty() ? 0 : Integer.parseInt(extents.group(1));
        }
        List<String> initial = new ArrayList<>();
        if (m.group(8) != null) {
            for (String v : m.group(8).replaceAll("[{}]", " ").split(",")) {
                initial.add(v.strip());
            }
        }
        int alignment = m.group(3) == null ? type.bytes() : Integer.parseInt(m.group(3));
        return new PtxModule.Variable(m.group(2), alignment, type, m.group(6), bytes, List.copyOf(initial));
    }

    private List<PtxModule.Statement> body() {
        List<PtxModule.Statement> out = new ArrayList<>();
        int depth = 1;
        int start = at;
        int braces = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            boolean blank = (c == '{' || c == '}') && text.substring(start, at).isBlank();
            if (c == '{' && blank) {
                out.add(new PtxModule.Open());
                depth++;
                start = at + 1;
            } else if (c == '}' && blank) {
                start = at + 1;
                if (--depth == 0) {
                    at++;
                    return List.copyOf(out);
                }
                out.add(new PtxModule.Close());
            } else if (c == '{') {
                braces++;
            } else if (c == '}') {
                braces--;
            } else if (c == ':' && LABEL.matcher(text.substring(start, at).strip()).matches()) {
                String label = text.substring(start, at).strip();
                start = at + 1;
                Matcher targets = Pattern.compile("\\s*\\.branchtargets\\s+([^;]*);").matcher(text).region(start,
                        text.length());
                if (targets.lookingAt()) {
                    out.add(new PtxModule.Targets(label, List.of(targets.group(1).strip().split("\\s*,\\s*"))));
                    start = targets.end();
                    at = start - 1;
                } else {
                    out.add(new PtxModule.Label(label));
                }
            } else if (c == '\n' && text.substring(start, at).strip().startsWith(".loc")) {
                start = at + 1;
            } else if (c == ';' && braces == 0) {
                statement(text.substring(start, at).strip(), start, out);
                start = at + 1;
            }
        }
        throw bad("a body does not end", start);
    }

    private void statement(String s, int position, List<PtxModule.Statement> out) {
        if (s.startsWith(".reg")) {
            String[] words = s.split("\\s+", 3);
            PtxType type = PtxType.find(words[1].substring(1));
            if (type == null) {
                throw bad("there is no type for '" + s + "'", position);
            }
            out.add(new PtxModule.Registers(type, List.of(words[2].strip().split("\\s*,\\s*"))));
        } else if (s.startsWith(".shared") || s.startsWith(".local") || s.startsWith(".param")
                || s.startsWith(".global")
                || s.startsWith(".const") || s.startsWith(".extern")) {
                    out.add(new PtxModule.Declaration(variable(s, position)));
                } else
            if (!s.isEmpty() && !s.startsWith(".")) {
                out.add(instruction(s, position));
            }
    }

    private PtxModule.Instruction instruction(String s, int position) {
        String rest = s;
        String guard = "";
        boolean negated = false;
        if (rest.startsWith("@")) {
            negated = rest.startsWith("@!");
            int end = firstSpace(rest);
            guard = rest.substring(negated ? 2 : 1, end).strip();
            rest = rest.substring(end).strip();
        }
        int end = firstSpace(rest);
        return new PtxModule.Instruction(guard, negated, List.of(rest.substring(0, end).split("\\.")),
                operands(rest.substring(end)), s.replaceAll("\\s+", " "), line(position));
    }

    private static int firstSpace(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (Character.isWhitespace(s.charAt(i))) {
                return i;
            }
        }
        return s.length();
    }

    /** Parts between the commas that lie in no bracket. */
    static List<String> operands(String s) {
        List<String> out = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= s.length(); i++) {
            char c = i == s.length() ? ',' : s.charAt(i);
            if (c == '{' || c == '[' || c == '(') {
                depth++;
            } else if (c == '}' || c == ']' || c == ')') {
                depth--;
            } else if (c == ',' && depth == 0) {
                if (!s.substring(start, i).isBlank()) {
                    out.add(s.substring(start, i).strip());
                }
                start = i + 1;
            }
        }
        return List.copyOf(out);
    }

    private boolean skipSpace() {
        while (at < text.length() && (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == ';')) {
            at++;
        }
        return at < text.length();
    }

    private boolean startsWith(String word) {
        return text.startsWith(word, at);
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private int line(int position) {
        int start = position;
        while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        if (start < countedTo) {
            countedTo = 0;
            counted = 1;
        }
        for (; countedTo < start; countedTo++) {
            counted += text.charAt(countedTo) == '\n' ? 1 : 0;
        }
        return counted;
    }

    private KernelFault bad(String what, int position) {
        return new KernelFault(KernelFault.Kind.UNKNOWN_INSTRUCTION, "line " + line(position) + ": " + what);
    }
}
