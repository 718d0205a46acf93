// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, spoken to by its DevTools protocol. It resolves no names, and notes what the page
 * asks for and complains of.
 */
final class Browser implements AutoCloseable {

    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final int SECONDS = 60;

    private final Process process;
    private final WebSocket socket;
    private final BlockingQueue<String> messages;
    private final String session;
    private final List<String> requests = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private boolean loaded;
    private int lastId;

    private Browser(Process process, WebSocket socket, BlockingQueue<String> messages) {
        this.process = process;
        this.socket = socket;
        this.messages = messages;
        String target = send("", "Target.createTarget", Map.of("url", "about:blank")).field("targetId").asString();
        this.session = send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .field("sessionId").asString();
        for (String domain : List.of("Page", "Network", "Log", "Runtime")) {
            send(domain + ".enable", Map.of());
        }
    }

    /** The program, if there is one on the PATH. */
    static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).filter(folder -> !folder.isEmpty())
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name))).filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it, with what it has to remember in a folder. */
    static Browser start(Path program, Path folder) throws IOException {
        // Its sandbox refuses to work for root, as whom tests may run; the only page that it opens is ours.
        ProcessBuilder builder = new ProcessBuilder(program.toString(), "--headless=new", "--no-sandbox",
                "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                "--disable-sync", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost", "--remote-debugging-port=0",
                "--user-data-dir=" + folder, "about:blank").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("TMPDIR", folder.toString());
        Process process = builder.start();
        try {
            BlockingQueue<String> messages = new LinkedBlockingQueue<>();
            WebSocket socket = HttpClient.newHttpClient().newWebSocketBuilder()
                    .buildAsync(address(process, folder.resolve("DevToolsActivePort")), new Listener(messages))
                    .get(SECONDS, TimeUnit.SECONDS);
            return new Browser(process, socket, messages);
        } catch (Exception e) {
            end(process);
            throw new IOException("the browser does not start", e);
        }
    }

    /** It writes its port and path into a file as soon as it listens. */
    private static URI address(Process process, Path file) throws IOException, InterruptedException {
        for (int i = 0; i < SECONDS * 20 && process.isAlive(); i++) {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (lines.size() == 2) {
                return URI.create("ws://localhost:" + lines.get(0) + lines.get(1));
            }
            Thread.sleep(50);
        }
        throw new IOException("it opens no port");
    }

    /** Opens a file in a window of a size. */
    void open(Path page, int width, int height) {
        requests.clear();
        complaints.clear();
        loaded = false;
        resize(width, height);
        send("Page.navigate", Map.of("url", page.toUri().toString()));
        while (!loaded) {
            note(next());
        }
    }

    /** The window gets another size; narrow ones are phones. */
    void resize(int width, int height) {
        send("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1,
                "mobile", width < 600));
    }

    /** Shows the page in dark or light colours. */
    void dark(boolean dark) {
        JsonValue scheme = object(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"));
        send("Emulation.setEmulatedMedia", Map.of("features", JsonValue.array(List.of(scheme))));
    }

    /** The value of an expression, as text. */
    String value(String expression) {
        JsonView result = send("Runtime.evaluate", Map.of("expression", "String(" + expression + ")"));
        return result.field("result").field("value").asString();
    }

    /** Presses and releases a key, by its name and its old number. */
    void key(String name, int code) {
        for (String type : List.of("keyDown", "keyUp")) {
            send("Input.dispatchKeyEvent", Map.of("type", type, "key", name, "code", name, "windowsVirtualKeyCode",
                    code));
        }
    }

    /** What the window shows, or all of the page, as PNG. */
    byte[] screenshot(boolean all) {
        return Base64.getDecoder().decode(
                send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", all)).field("data")
                        .asString());
    }

    /** The page as it is printed. */
    byte[] pdf() {
        return Base64.getDecoder().decode(send("Page.printToPDF", Map.of("preferCSSPageSize", true, "paperWidth", 8.27,
                "paperHeight", 11.69, "printBackground", true)).field("data").asString());
    }

    /** What the page asked for since it was opened, without itself and what it holds inside. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** What the browser or the page wrote to the console since the page was opened. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    private JsonView send(String method, Map<String, Object> parameters) {
        return send(session, method, parameters);
    }

    private JsonView send(String to, String method, Map<String, Object> parameters) {
        int id = ++lastId;
        var message = JsonValue.object().put("id", JsonValue.of(id)).put("method", JsonValue.of(method)).put("params",
                object(parameters));
        if (!to.isEmpty()) {
            message.put("sessionId", JsonValue.of(to));
        }
        socket.sendText(Json.compact(message.build()), true).join();
        while (true) {
            JsonView answer = next();
            Optional<JsonView> number = answer.optional("id");
            if (number.isEmpty()) {
                note(answer);
            } else if (number.get().asInt() == id) {
                if (answer.optional("error").isPresent()) {
                    throw new IllegalStateException(method + ": " + Json.compact(answer.value()));
                }
                return answer.field("result");
            }
        }
    }

    private JsonView next() {
        try {
            String text = messages.poll(SECONDS, TimeUnit.SECONDS);
            if (text == null) {
                throw new IllegalStateException("the browser says nothing for " + SECONDS + " seconds");
            }
            return JsonView.of(Json.parse(text, "the browser"), "the browser");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void note(JsonView event) {
        switch (event.field("method").asString()) {
            case "Page.loadEventFired" -> loaded = true;
            case "Network.requestWillBeSent" -> {
                JsonView parameters = event.field("params");
                String url = parameters.field("request").field("url").asString();
                boolean itself = parameters.optional("type").map(JsonView::asString).orElse("").equals("Document")
                        && url.startsWith("file:");
                if (!itself && !url.startsWith("data:")) {
                    requests.add(url);
                }
            }
            case "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown" -> complaints
                    .add(Json.compact(event.field("params").value()));
            default -> {}
        }
    }

    private static JsonValue object(Map<String, Object> members) {
        JsonValue.Builder object = JsonValue.object();
        members.forEach((name, value) -> object.put(name, switch (value) {
            case String text -> JsonValue.of(text);
            case Integer number -> JsonValue.of(number);
            case Double number -> JsonValue.of(number);
            case Boolean truth -> JsonValue.of(truth);
            case JsonValue json -> json;
            default -> throw new IllegalArgumentException(name);
        }));
        return object.build();
    }

    @Override
    public void close() {
        socket.abort();
        end(process);
    }

    /** Ends all of its processes, and waits for it, so that its folder can be deleted. */
    private static void end(Process process) {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit().completeOnTimeout(each, SECONDS, TimeUnit.SECONDS).join());
    }

    /** Puts the parts of messages together. */
    private static final class Listener implements WebSocket.Listener {

        private final BlockingQueue<String> messages;
        private final StringBuilder text = new StringBuilder();

        Listener(BlockingQueue<String> messages) {
            this.messages = messages;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                messages.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
