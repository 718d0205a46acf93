// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCompile;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCreate;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerDestroy;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetCompiledProgram;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLog;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLogSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.topple.kernels.family.elementwise.ChainTexts;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jcuda.LogLevel;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's own assembler, which needs no GPU, takes every text that ships. It knows PTX up to version 8.0. */
class PtxAssemblyTest {

    private static final List<String> ARCHITECTURES = List.of("75", "80", "86", "89", "90");
    private static final Pattern TARGET = Pattern.compile("^\\.target sm_(\\d+)(a?)", Pattern.MULTILINE);

    private static final String EMPTY =
            ".version 6.3\n.target sm_75\n.address_size 64\n.visible .entry k()\n{\nret;\n}\n";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void loadAssembler() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "the assembler is there for Linux on x86-64 only");
        new Natives(List.of(folder.resolve("natives"))).load("JNvPTXCompiler", UnaryOperator.identity(),
                () -> JNvPTXCompiler.setLogLevel(LogLevel.LOG_QUIET));
    }

    /** The log of errors, empty if the text was taken. */
    private static String assemble(String ptx, String architecture) {
        byte[] text = (ptx + '\0').getBytes(StandardCharsets.UTF_8);
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        assertEquals(0, nvPTXCompilerCreate(compiler, text.length, text));
        try {
            String[] options = {"--gpu-name=sm_" + architecture};
            long[] size = new long[1];
            if (nvPTXCompilerCompile(compiler, options.length, options) != 0) {
                assertEquals(0, nvPTXCompilerGetErrorLogSize(compiler, size));
                byte[] log = new byte[(int) size[0] + 1];
                assertEquals(0, nvPTXCompilerGetErrorLog(compiler, log));
                return "refused: " + new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
            }
            assertEquals(0, nvPTXCompilerGetCompiledProgramSize(compiler, size));
            byte[] program = new byte[(int) size[0]];
            assertEquals(0, nvPTXCompilerGetCompiledProgram(compiler, program));
            return program.length > 64 && program[0] == 0x7f && program[1] == 'E' ? "" : "no program came out";
        } finally {
            nvPTXCompilerDestroy(compiler);
        }
    }

    /** Those of {@link #ARCHITECTURES} that a text is for. */
    private static List<String> architectures(String ptx) {
        Matcher target = TARGET.matcher(ptx);
        assertTrue(target.find(), "the text names no target");
        if (!target.group(2).isEmpty()) {
            return List.of(target.group(1) + target.group(2));
        }
        int least = Integer.parseInt(target.group(1));
        return ARCHITECTURES.stream().filter(architecture -> Integer.parseInt(architecture) >= least).toList();
    }

    @Test
    void theAssemblerTellsGoodFromBad() {
        for (String architecture : ARCHITECTURES) {
            assertEquals("", assemble(EMPTY, architecture));
        }
        assertTrue(assemble(EMPTY.replace("ret;", "return;"), "75").startsWith("refused: ptxas"),
                assemble(EMPTY.replace("ret;", "return;"), "75"));
        // Newer than the header says.
        String newer = EMPTY.replace("sm_75", "sm_80").replace("ret;", "cp.async.wait_all;\nret;");
        assertFalse(assemble(newer, "80").isEmpty());
        assertEquals("", assemble(newer.replace("6.3", "7.0"), "80"));
    }

    @Test
    void everyTextThatShipsAssembles() throws Exception {
        List<Path> texts = texts();
        assumeFalse(texts.isEmpty(), "there are no PTX texts yet");
        List<String> failures = new ArrayList<>();
        for (Path text : texts) {
            String ptx = Files.readString(text);
            for (String architecture : architectures(ptx)) {
                String failure = assemble(ptx, architecture);
                if (!failure.isEmpty()) {
                    failures.add(text.getFileName() + " for sm_" + architecture + ": " + failure);
                }
            }
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void textsMadeAtRunTimeAssemble() {
        for (String ptx : ChainTexts.samples()) {
            for (String architecture : ARCHITECTURES) {
                assertEquals("", assemble(ptx, architecture), ptx);
            }
        }
    }

    private static List<Path> texts() throws Exception {
        URL resources = Natives.class.getResource("/dev/topple/kernels/ptx");
        if (resources == null) {
            return List.of();
        }
        assertEquals("file", resources.getProtocol(), "the texts lie in a folder while tests run");
        try (Stream<Path> files = Files.list(Path.of(resources.toURI()))) {
            return files.filter(file -> file.toString().endsWith(".ptx")).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
