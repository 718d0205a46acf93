// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.util.List;
import java.util.Set;

/** A data set that knows the tasks that its labels are for. */
public interface LabelledDataset extends Dataset {

    /** The tasks that samples have labels for. */
    List<Task> tasks();

    /** All tasks that samples can have labels for. */
    List<Task> available();

    /**
     * The same images with labels for other tasks.
     *
     * @param wanted some of {@link #available()}, each once
     * @throws IllegalArgumentException if there are none, or others
     */
    LabelledDataset withTasks(List<? extends Task> wanted);

    @Override
    default Set<String> labelled() {
        return Tasks.names(tasks());
    }

    /**
     * The tasks, checked to be some of those that there are.
     *
     * @throws IllegalArgumentException naming the data set, if there are none, or others
     */
    static List<Task> chosen(String dataset, List<Task> available, List<? extends Task> wanted) {
        if (wanted.isEmpty() || Tasks.names(wanted).size() != wanted.size() || !available.containsAll(wanted)) {
            throw new IllegalArgumentException(dataset + ": labels are for some of "
                    + String.join(", ", Tasks.names(available)) + " (with the classes of the data), each once, not for "
                    + (wanted.isEmpty() ? "nothing" : String.join(", ", wanted.stream().map(Task::name).toList())));
        }
        return List.copyOf(wanted);
    }

    /** Behind a data set's name: which tasks its labels are for, where they are not all that there are. */
    static String suffix(List<Task> available, List<Task> chosen) {
        return chosen.equals(available) ? "" : ",tasks=" + String.join("+", Tasks.names(chosen));
    }
}
