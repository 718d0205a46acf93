// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.DriverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Streams, events and captured graphs. Work is done when it is put into a stream; what the host must not see or change
 * before it has waited is kept until then.
 */
final class Streams {

    /** Something that is put into a stream. */
    interface Work {

        /** @return what becomes of it when the host has waited, nothing to do if null */
        Runnable run();
    }

    private static final class Stream {
        long position;
        final List<Pending> pending = new ArrayList<>();
        Capture capture;
    }

    private record Pending(long position, Runnable settle) {}

    private static final class Event {
        final boolean timing;
        Stream stream;
        long position;
        long nanos;
        Capture capture;

        private Event(boolean timing) {
            this.timing = timing;
        }
    }

    private static final class Capture {
        final Stream origin;
        final List<Work> works = new ArrayList<>();
        final Set<Stream> joined = new HashSet<>();
        final Set<Stream> unjoined = new HashSet<>();
        boolean broken;

        private Capture(Stream origin) {
            this.origin = origin;
            joined.add(origin);
        }
    }

    private final Map<Long, Stream> streams = new HashMap<>();
    private final Map<Long, Event> events = new HashMap<>();
    private final Map<Long, List<Work>> graphs = new HashMap<>();
    private final Stream byDefault = new Stream();
    private long next = 0x2000;
    private Capture capturing;

    long createStream() {
        streams.put(++next, new Stream());
        return next;
    }

    void destroyStream(long stream) {
        Stream s = stream(stream, "cuStreamDestroy");
        if (s == byDefault) {
            throw new DriverException("cuStreamDestroy of the default stream", 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        settle(s, s.position);
        streams.remove(stream);
    }

    private Stream stream(long handle, String call) {
        Stream s = handle == 0 ? byDefault : streams.get(handle);
        if (s == null) {
            throw new DriverException(call, 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        return s;
    }

    private Event event(long handle, String call) {
        Event e = events.get(handle);
        if (e == null) {
            throw new DriverException(call, 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        return e;
    }

    /** Does the work now, or records it. */
    void put(long stream, String call, Work work) {
        Stream s = stream(stream, call);
        if (s.capture != null) {
            s.capture.works.add(work);
            if (s != s.capture.origin) {
                s.capture.unjoined.add(s);
            }
            return;
        }
        s.position++;
        Runnable settle = work.run();
        if (settle != null) {
            s.pending.add(new Pending(s.position, settle));
        }
    }

    private static void settle(Stream s, long position) {
        List<Pending> due = s.pending.stream().filter(p -> p.position() <= position).toList();
        s.pending.removeIf(p -> p.position() <= position);
        due.forEach(p -> p.settle().run());
    }

    /** Complains about what cannot be done while work is recorded. */
    void refuseInCapture(String call) {
        if (capturing != null) {
            capturing.broken = true;
            throw new DriverException(call + " during capture", 900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED");
        }
    }

    void synchronize(long stream) {
        Stream s = stream(stream, "cuStreamSynchronize");
        refuseInCapture("cuStreamSynchronize");
        settle(s, s.position);
    }

    long createEvent(boolean timing) {
        events.put(++next, new Event(timing));
        return next;
    }

    void destroyEvent(long event) {
        event(event, "cuEventDestroy");
        events.remove(event);
    }

    void record(long event, long stream) {
        Event e = event(event, "cuEventRecord");
        Stream s = stream(stream, "cuEventRecord");
        e.stream = s;
        e.position = s.position;
        e.nanos = System.nanoTime();
        e.capture = s.capture;
    }

    void await(long stream, long event) {
        Stream s = stream(stream, "cuStreamWaitEvent");
        Event e = event(event, "cuStreamWaitEvent");
        if (e.capture != null) {
            if (e.capture != capturing || s.capture != null && s.capture != e.capture) {
                throw new DriverException("cuStreamWaitEvent", 905, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION");
            }
            if (s.capture == null) {
                s.capture = e.capture;
                e.capture.joined.add(s);
                e.capture.unjoined.add(s);
            }
            e.capture.unjoined.remove(e.stream);
            return;
        }
        if (s.capture != null) {
            throw new DriverException("cuStreamWaitEvent for work outside the capture", 905,
                    "CUDA_ERROR_STREAM_CAPTURE_ISOLATION");
        }
        if (e.stream != null) {
            Stream other = e.stream;
            long position = e.position;
            s.position++;
            s.pending.add(new Pending(s.position, () -> settle(other, position)));
        }
    }

    void synchronizeEvent(long event) {
        Event e = event(event, "cuEventSynchronize");
        refuseInCapture("cuEventSynchronize");
        if (e.stream != null) {
            settle(e.stream, e.position);
        }
    }

    float milliseconds(long from, long to) {
        Event a = event(from, "cuEventElapsedTime");
        Event b = event(to, "cuEventElapsedTime");
        if (!a.timing || !b.timing || a.stream == null || b.stream == null || a.capture != null || b.capture != null) {
            throw new DriverException("cuEventElapsedTime", 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        return (b.nanos - a.nanos) / 1e6f;
    }

    void beginCapture(long stream) {
        Stream s = stream(stream, "cuStreamBeginCapture");
        if (s == byDefault) {
            throw new DriverException("cuStreamBeginCapture of the default stream", 900,
                    "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED");
        }
        if (capturing != null) {
            throw new DriverException("cuStreamBeginCapture", 1, "CUDA_ERROR_INVALID_VALUE");
        }
        capturing = new Capture(s);
        s.capture = capturing;
    }

    long endCapture(long stream) {
        Stream s = stream(stream, "cuStreamEndCapture");
        Capture c = s.capture;
        if (c == null || c.origin != s) {
            throw new DriverException("cuStreamEndCapture", 1, "CUDA_ERROR_INVALID_VALUE");
        }
        c.joined.forEach(j -> j.capture = null);
        capturing = null;
        if (c.broken) {
            throw new DriverException("cuStreamEndCapture", 901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED");
        }
        if (!c.unjoined.isEmpty()) {
            throw new DriverException("cuStreamEndCapture", 904, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED");
        }
        graphs.put(++next, List.copyOf(c.works));
        return next;
    }

    void launchGraph(long graph, long stream) {
        List<Work> works = graphs.get(graph);
        if (works == null) {
            throw new DriverException("cuGraphLaunch", 400, "CUDA_ERROR_INVALID_HANDLE");
        }
        works.forEach(w -> put(stream, "cuGraphLaunch", w));
    }

    void destroyGraph(long graph) {
        if (graphs.remove(graph) == null) {
            throw new DriverException("cuGraphExecDestroy", 400, "CUDA_ERROR_INVALID_HANDLE");
        }
    }

    /** What was not given back. */
    List<String> leaks() {
        List<String> out = new ArrayList<>();
        if (!streams.isEmpty()) {
            out.add(streams.size() + " streams");
        }
        if (!events.isEmpty()) {
            out.add(events.size() + " events");
        }
        if (!graphs.isEmpty()) {
            out.add(graphs.size() + " graphs");
        }
        return out;
    }
}
