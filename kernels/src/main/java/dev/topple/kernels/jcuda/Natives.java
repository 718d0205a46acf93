// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import jcuda.JCudaVersion;

/**
 * JCuda's own native libraries, taken from the jar and loaded. JCuda alone would write them into the folder for
 * temporary files, half-written for a moment and trusting what it finds there. Here each content has a folder of its
 * own and comes there by a rename, so any number of JVMs may do this at once and none sees another's.
 */
final class Natives {

    /** Names the folder where libraries go. */
    static final String FOLDER_PROPERTY = "topple.natives";

    private static final Object LOADING = new Object();

    private final List<Path> roots;

    /** Would try these folders, in this order. */
    Natives(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /** The folder of the property {@value #FOLDER_PROPERTY}; or the user's cache, else that of temporary files. */
    static Natives standard() {
        String chosen = System.getProperty(FOLDER_PROPERTY, "");
        return new Natives(chosen.isEmpty()
                ? roots(System.getenv(), System.getProperty("user.home", "/"), System.getProperty("user.name", "user"),
                        System.getProperty("java.io.tmpdir", "/tmp"))
                : List.of(Path.of(chosen)));
    }

    static List<Path> roots(Map<String, String> environment, String home, String user, String temporary) {
        // The XDG base directory specification has relative paths ignored.
        Path caches = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
        Path cache = caches.isAbsolute() ? caches : Path.of(home, ".cache");
        return List.of(cache.resolve("topple").resolve("natives"), Path.of(temporary, "topple-natives-" + user));
    }

    /**
     * Loads one of JCuda's libraries.
     *
     * @param library its name, JCudaDriver say
     * @param change what is done to its content before
     * @param initialize touches JCuda's class for the first time, which looks for the library
     * @throws UnavailableException if it cannot be placed or loaded
     */
    void load(String library, UnaryOperator<byte[]> change, Runnable initialize) throws UnavailableException {
        byte[] content = change.apply(content(library));
        List<String> failures = new ArrayList<>();
        for (Path root : roots) {
            try {
                Path file = place(root, library, content);
                open(file);
                initialize(file.getParent(), initialize);
                return;
            } catch (IOException e) {
                failures.add(root + ": " + firstLine(e));
            } catch (LinkageError e) {
                // A folder where nothing may be executed is no reason to give up; a missing library is one everywhere.
                failures.add(firstLine(e));
                if (!String.valueOf(e.getMessage()).contains("failed to map segment")) {
                    break;
                }
            }
        }
        throw new UnavailableException("JCuda's library " + library + " cannot be loaded ("
                + String.join("; ", failures) + "); -D" + FOLDER_PROPERTY + "=FOLDER chooses another place for it");
    }

    private static String firstLine(Throwable failure) {
        return failure.getClass().getSimpleName() + ": "
                + String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    /** Names the reason in one line where JCuda would write forty. */
    @SuppressWarnings("restricted")
    private static void open(Path file) {
        System.load(file.toString());
    }

    /** JCuda looks for its libraries where temporary files are; it is told that this is the library's folder. */
    private static void initialize(Path folder, Runnable initialize) {
        synchronized (LOADING) {
            String before = System.getProperty("java.io.tmpdir");
            System.setProperty("java.io.tmpdir", folder.toString());
            try {
                initialize.run();
            } finally {
                if (before == null) {
                    System.clearProperty("java.io.tmpdir");
                } else {
                    System.setProperty("java.io.tmpdir", before);
                }
            }
        }
    }

    /** The name of a library's file. */
    static String fileName(String library) {
        return "lib" + library + "-" + JCudaVersion.get() + "-linux-x86_64.so";
    }

    /** A library as it is in the jar. */
    static byte[] content(String library) throws UnavailableException {
        String resource = "lib/" + fileName(library);
        try (InputStream in = Natives.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new UnavailableException(resource + " is missing; add JCuda's jar of natives to the class path");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UnavailableException(resource + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Puts a library where JCuda would look for it.
     *
     * @return the file, which has exactly that content
     */
    static Path place(Path root, String library, byte[] content) throws IOException {
        createPrivate(root);
        Path folder = root.resolve("jcuda-" + JCudaVersion.get() + "-" + digest(content));
        Files.createDirectories(folder);
        Path file = folder.resolve(fileName(library)).toAbsolutePath();
        if (Files.isRegularFile(file) && Files.size(file) == content.length
                && Arrays.equals(Files.readAllBytes(file), content)) {
            return file;
        }
        Path part = Files.createTempFile(folder, library, ".part");
        try {
            Files.write(part, content);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    /** What lies here gets executed, so nobody else may own it or write here. */
    private static void createPrivate(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            Path parent = root.toAbsolutePath().getParent();
            Files.createDirectories(parent);
            try {
                Files.createDirectory(root,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException e) {
                // Another JVM was faster.
            }
        }
        if (!Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            throw new IOException("somebody else's");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(root, LinkOption.NOFOLLOW_LINKS);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("others may write there");
        }
        if (!Files.isWritable(root)) {
            throw new IOException("not writable");
        }
    }

    /** Tells contents apart that JCuda and Topple make; the content itself is compared, too. */
    private static String digest(byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        return String.format("%08x", checksum.getValue());
    }
}
