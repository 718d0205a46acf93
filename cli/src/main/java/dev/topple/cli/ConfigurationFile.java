// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonArray;
import dev.topple.engine.io.JsonValue.JsonBoolean;
import dev.topple.engine.io.JsonValue.JsonNull;
import dev.topple.engine.io.JsonValue.JsonNumber;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonValue.JsonString;
import dev.topple.engine.io.JsonView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Options in a file: a JSON object whose members are named like options, without dashes. Values are texts, numbers,
 * {@code true} or {@code false} for options without a value, lists for values with commas, and objects for
 * {@code KEY=VALUE}.
 */
final class ConfigurationFile {

    private static final String OPTION = "--config";

    private final Path file;
    private final Map<String, JsonView> members;

    private ConfigurationFile(Path file, Map<String, JsonView> members) {
        this.file = file;
        this.members = members;
    }

    /**
     * Reads a file.
     *
     * @throws FormatException if it is no JSON object
     */
    static ConfigurationFile read(Path file) {
        return new ConfigurationFile(file, JsonView.read(file).fields());
    }

    /**
     * The command line that says the same: that which was given, and the file's options that it does not have.
     *
     * @throws FormatException naming the member, if the command has no such option, or not with such a value
     */
    List<String> arguments(CommandSpec command, ParseResult given) {
        List<String> arguments = new ArrayList<>();
        members.forEach((name, value) -> {
            OptionSpec option = command.findOption("--" + name);
            if (option == null || name.isEmpty() || option.longestName().equals(OPTION)) {
                throw new FormatException(file.toString(), "there is no option '" + name + "' of " + command.name()
                        + " that a file could hold; see topple " + command.name() + " --help");
            }
            if (!given.hasMatchedOption(option)) {
                add(arguments, option, value);
            }
        });
        arguments.addAll(rest(given.originalArgs(), command.name()));
        return arguments;
    }

    private static void add(List<String> arguments, OptionSpec option, JsonView value) {
        boolean flag = option.arity().max() == 0;
        if (value.value() instanceof JsonBoolean(boolean set)) {
            if (!flag) {
                throw value.fail("the option wants a value, not " + set);
            }
            if (set) {
                arguments.add(option.longestName());
            }
            return;
        }
        if (flag) {
            throw value.fail("the option is true or false");
        }
        arguments.add(option.longestName() + "=" + text(value));
    }

    private static String text(JsonView view) {
        JsonValue value = view.value();
        return switch (value) {
            case JsonString string -> string.text();
            case JsonNumber number -> number.literal();
            case JsonArray array -> view.elements().stream().map(ConfigurationFile::text)
                    .collect(Collectors.joining(","));
            case JsonObject object -> view.fields().entrySet().stream()
                    .map(each -> each.getKey() + "=" + text(each.getValue())).collect(Collectors.joining(","));
            case JsonBoolean truth -> throw view.fail("the option wants texts or numbers");
            case JsonNull nothing -> throw view.fail("leave an option out that has no value");
        };
    }

    /** What was typed behind the command's name, but this option. */
    private static List<String> rest(List<String> typed, String command) {
        List<String> rest = new ArrayList<>();
        for (int i = typed.indexOf(command) + 1; i < typed.size(); i++) {
            if (typed.get(i).equals(OPTION)) {
                i++;
            } else if (!typed.get(i).startsWith(OPTION + "=")) {
                rest.add(typed.get(i));
            }
        }
        return rest;
    }
}
