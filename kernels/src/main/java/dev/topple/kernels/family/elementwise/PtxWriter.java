// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family.elementwise;

import dev.topple.engine.tensor.DType;
import dev.topple.kernels.module.KernelModules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The text of a kernel as it grows: its instructions, and how many registers and parameters it has. */
final class PtxWriter {

    private static final String HEAD = ".version 6.3\n.target sm_75\n.address_size 64\n\n";
    private static final String FUNCTIONS = "functions";

    private final StringBuilder body = new StringBuilder();
    private final List<String> parameters = new ArrayList<>();
    private final Set<String> functions = new TreeSet<>();
    private int floats;
    private int words;
    private int wides;
    private int predicates;

    /** The name of another parameter. */
    String parameter(String type) {
        String name = "parameter" + parameters.size();
        parameters.add(".param ." + type + " " + name);
        return name;
    }

    /** A register with a parameter's value. */
    String load(String type, String parameter) {
        String to = type.equals("u64") ? wide() : word();
        line("ld.param.%s %s, [%s]", type, to, parameter);
        return to;
    }

    String register(DType dtype) {
        return dtype == DType.F32 ? number() : word();
    }

    String number() {
        return "%f" + floats++;
    }

    String word() {
        return "%r" + words++;
    }

    String wide() {
        return "%d" + wides++;
    }

    String predicate() {
        return "%p" + predicates++;
    }

    /** An instruction. */
    void line(String format, Object... arguments) {
        body.append('\t').append(String.format(format, arguments)).append(";\n");
    }

    /** The result of one of the functions in the committed text. */
    String call(String function, List<String> arguments) {
        functions.add(function);
        String result = number();
        body.append("\t{\n");
        List<String> names = new ArrayList<>();
        for (String argument : arguments) {
            String name = "argument" + names.size();
            names.add(name);
            line(".param .b32 %s", name);
            line("st.param.f32 [%s], %s", name, argument);
        }
        line(".param .b32 given");
        line("call (given), %s, (%s)", function, String.join(", ", names));
        line("ld.param.f32 %s, [given]", result);
        body.append("\t}\n");
        return result;
    }

    /** The whole text, with the functions that are called. */
    String text(String kernel, int threads) {
        StringBuilder text = new StringBuilder(HEAD);
        if (!functions.isEmpty()) {
            String all = KernelModules.text(FUNCTIONS);
            functions.forEach(function -> text.append(function(all, function)).append('\n'));
        }
        text.append(".visible .entry ").append(kernel).append("(\n\t").append(String.join(",\n\t", parameters))
                .append("\n)\n.maxntid ").append(threads).append(", 1, 1\n{\n");
        text.append("\t.reg .pred %p<").append(predicates + 1).append(">;\n");
        text.append("\t.reg .f32 %f<").append(floats + 1).append(">;\n");
        text.append("\t.reg .b32 %r<").append(words + 1).append(">;\n");
        text.append("\t.reg .b64 %d<").append(wides + 1).append(">;\n\n");
        return text.append(body).append("DONE:\n\tret;\n}\n").toString();
    }

    private static String function(String all, String name) {
        int at = all.indexOf(name + "(");
        int from = all.lastIndexOf(".func", at);
        int to = all.indexOf("\n}", at);
        if (at < 0 || from < 0 || to < 0) {
            throw new IllegalStateException("the module of functions has no function " + name);
        }
        return all.substring(from, to + 2) + "\n";
    }
}
