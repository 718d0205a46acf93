// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.mtl.data.Split;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code --data} says of data sets of files. */
class DataChoiceTest {

    @Test
    void choicesAreRead() {
        assertEquals(Optional.empty(), DataChoice.parse("rooms"));
        assertEquals(Optional.empty(), DataChoice.parse("images:multimnist:x"));
        assertEquals(new DataChoice(DataChoice.Kind.MULTI_MNIST, List.of(Path.of("a,b")), Optional.of(Split.TRAIN),
                OptionalLong.of(-7)), DataChoice.parse("multimnist:a,b,split=train,seed=-7").orElseThrow());
        DataChoice both = DataChoice.parse("mnist+fashion:m,f,split=test").orElseThrow();
        assertEquals(List.of(Path.of("m"), Path.of("f")), both.folders());
        for (String command : List.of("multifashion:m,seed=3", "mnist+fashion:m,f,split=test", "cifar100:c",
                "folder:own,split=train")) {
            assertEquals(command, DataChoice.parse(command).orElseThrow().command());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"multimnist:|needs the folder", "mnist+fashion:one|MNIST,FASHION needs",
        "mnist+fashion:a,b,c|MNIST,FASHION needs", "cifar100:c,seed=1|but not 'seed'",
        "multimnist:m,split=val|split=train and split=test, not 'val'", "multimnist:m,seed=x|the seed must be"})
    void mistakesAreNamed(String data, String expected) {
        String message = assertThrows(IllegalArgumentException.class, () -> DataChoice.parse(data)).getMessage();
        assertTrue(message.contains(expected) && message.startsWith("--data " + data.split(":")[0]), message);
    }

    @Test
    void picturesOfAFixedSizeHaveIt() {
        PrintWriter err = new PrintWriter(new StringWriter());
        String message = assertThrows(IllegalArgumentException.class, () -> DataChoice.parse("multimnist:m")
                .orElseThrow().open(Split.TEST, Optional.of(new int[] {64, 64}), 1, err)).getMessage();
        assertEquals("images of multimnist have 36x36 pixels; leave --size out", message);
    }
}
