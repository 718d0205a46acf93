// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import dev.topple.cli.pytorch.PickleValue.Dictionary;
import dev.topple.cli.pytorch.PickleValue.Global;
import dev.topple.cli.pytorch.PickleValue.Nothing;
import dev.topple.cli.pytorch.PickleValue.Sequence;
import dev.topple.cli.pytorch.PickleValue.Storage;
import dev.topple.cli.pytorch.PickleValue.Text;
import dev.topple.cli.pytorch.PickleValue.Tuple;
import dev.topple.cli.pytorch.PickleValue.View;
import dev.topple.cli.pytorch.PickleValue.Whole;
import dev.topple.engine.io.StoredType;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The classes and functions that a state dict names, and what takes their place here. All others are refused, however
 * harmless: a pickle can name any function of Python, and Python would run it.
 */
final class TorchGlobals {

    private static final int MOST_AXES = 32;

    private static final Map<String, StoredType> STORAGES = Map.ofEntries(
            Map.entry("DoubleStorage", StoredType.F64), Map.entry("FloatStorage", StoredType.F32),
            Map.entry("HalfStorage", StoredType.F16), Map.entry("BFloat16Storage", StoredType.BF16),
            Map.entry("LongStorage", StoredType.I64), Map.entry("IntStorage", StoredType.I32),
            Map.entry("ShortStorage", StoredType.I16), Map.entry("CharStorage", StoredType.I8),
            Map.entry("ByteStorage", StoredType.U8), Map.entry("BoolStorage", StoredType.BOOL));

    private static final Map<String, StoredType> TYPES = Map.ofEntries(
            Map.entry("float64", StoredType.F64), Map.entry("float32", StoredType.F32),
            Map.entry("float16", StoredType.F16), Map.entry("bfloat16", StoredType.BF16),
            Map.entry("int64", StoredType.I64), Map.entry("int32", StoredType.I32), Map.entry("int16", StoredType.I16),
            Map.entry("int8", StoredType.I8), Map.entry("uint8", StoredType.U8), Map.entry("bool", StoredType.BOOL),
            Map.entry("uint16", StoredType.U16), Map.entry("uint32", StoredType.U32),
            Map.entry("uint64", StoredType.U64));

    private static final Set<String> CALLED = Set.of("collections.OrderedDict", "torch.Size", "torch.device",
            "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
            "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state");

    private static final Set<String> UNTYPED = Set.of("torch.storage.UntypedStorage", "torch.storage.TypedStorage",
            "torch.UntypedStorage", "torch.TypedStorage", "torch.storage._UntypedStorage",
            "torch.storage._TypedStorage");

    private final Map<String, Storage> storages = new LinkedHashMap<>();

    /** The storages that were named, by key. */
    Map<String, Storage> storages() {
        return storages;
    }

    /** The same, if a state dict may name it. */
    Global known(Global global) {
        String name = global.toString();
        if (CALLED.contains(name) || UNTYPED.contains(name) || type(global).isPresent()) {
            return global;
        }
        String module = global.module();
        throw new IllegalArgumentException(module.startsWith("__torch__")
                ? "this is a TorchScript archive (" + name + "); save the model's state_dict() with torch.save"
                : module.startsWith("torch.nn") || module.startsWith("torchvision") || module.startsWith("__main__")
                        || module.startsWith("timm") || module.startsWith("models")
                        ? "the file holds a whole model (the class " + name + ") and not its weights alone;"
                                + " save the model's state_dict() with torch.save"
                : "the pickle names " + name + ", which no state dict needs; nothing was executed; if"
                        + " you trust the file, save its state_dict() alone with torch.save");
    }

    private static Optional<StoredType> type(Global global) {
        return switch (global.module()) {
            case "torch", "torch.cuda", "torch.storage" -> Optional.ofNullable(STORAGES.get(global.name()))
                    .or(() -> Optional.ofNullable(global.module().equals("torch") ? TYPES.get(global.name()) : null));
            default -> Optional.empty();
        };
    }

    /** What a function would give. */
    PickleValue call(Global global, List<PickleValue> arguments) {
        return switch (global.toString()) {
            case "collections.OrderedDict" -> orderedDict(arguments);
            case "torch.Size" -> arguments.size() == 1 && arguments.getFirst() instanceof Tuple size
                    ? size
                    : misfit(global);
            case "torch.device" -> Nothing.NONE;
            case "torch._utils._rebuild_tensor" -> arguments.size() == 4 ? view(global, arguments) : misfit(global);
            case "torch._utils._rebuild_tensor_v2" -> arguments.size() == 6 || arguments.size() == 7
                    ? view(global, arguments)
                    : misfit(global);
            case "torch._utils._rebuild_tensor_v3" -> arguments.size() == 7 || arguments.size() == 8
                    ? view(global, arguments)
                    : misfit(global);
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" -> arguments.size() > 1
                    && arguments.getFirst() instanceof View view ? view : misfit(global);
            default -> throw new IllegalArgumentException(global + " is called, which is no function of a state dict");
        };
    }

    private static PickleValue misfit(Global global) {
        throw new IllegalArgumentException("the arguments of " + global + " do not fit; the pickle is damaged");
    }

    /** Empty, as Python 3 makes it before it fills it, or of a list of pairs as Python 2. */
    private static Dictionary orderedDict(List<PickleValue> arguments) {
        Dictionary result = new Dictionary();
        if (arguments.isEmpty()) {
            return result;
        }
        List<PickleValue> pairs = items(arguments.getFirst());
        for (PickleValue pair : pairs) {
            List<PickleValue> two = items(pair);
            if (two.size() != 2) {
                throw new IllegalArgumentException("an OrderedDict is made of what are no pairs");
            }
            result.entries().put(PickleReader.key(two.get(0)), two.get(1));
        }
        return result;
    }

    private static List<PickleValue> items(PickleValue value) {
        return switch (value) {
            case Tuple(List<PickleValue> items) -> items;
            case Sequence sequence -> sequence.items();
            default -> throw new IllegalArgumentException("a list is missing; the pickle is damaged");
        };
    }

    private static long whole(PickleValue value, String what) {
        if (value instanceof Whole(BigInteger number) && number.signum() >= 0 && number.bitLength() < Long.SIZE) {
            return number.longValue();
        }
        throw new IllegalArgumentException("the " + what + " of a tensor is no number from 0 on");
    }

    /** The storage of {@code ('storage', class, key, device, elements)}, a seventh of older files being None. */
    PickleValue storage(PickleValue id) {
        List<PickleValue> parts = id instanceof Tuple(List<PickleValue> items) ? items : List.of();
        if (!parts.isEmpty() && parts.getFirst() instanceof Text(String kind) && kind.equals("module")) {
            throw new IllegalArgumentException("the file holds a whole model and not its weights alone; save the"
                    + " model's state_dict() with torch.save");
        }
        if (parts.size() < 5 || parts.size() > 6
                || !(parts.get(0) instanceof Text(String storage) && storage.equals("storage")
                        && parts.get(1) instanceof Global global && parts.get(2) instanceof Text(String key))) {
            throw new IllegalArgumentException("what stands for a storage is none; the pickle is damaged");
        }
        if (parts.size() == 6 && parts.get(5) != Nothing.NONE) {
            throw new IllegalArgumentException("storage '" + key + "' is part of another one, as PyTorch before 0.4 had"
                    + " it; load the file with a newer PyTorch and save it again");
        }
        StoredType type = UNTYPED.contains(global.toString())
                ? StoredType.U8
                : type(global).filter(any -> STORAGES.containsKey(global.name()))
                        .orElseThrow(() -> new IllegalArgumentException(global + " is no kind of storage"));
        long elements = whole(parts.get(4), "storage");
        if (elements > Long.MAX_VALUE / Double.BYTES) {
            throw new IllegalArgumentException("storage '" + key + "' has more elements than any file");
        }
        Storage found = new Storage(key, type, elements);
        Storage known = storages.putIfAbsent(key, found);
        if (known != null && !known.equals(found)) {
            throw new IllegalArgumentException("storage '" + key + "' is said to be " + known.type() + "["
                    + known.elements() + "] and " + type + "[" + elements + "]");
        }
        return found;
    }

    /** The tensor of a storage, an offset, sizes, strides and perhaps more; the last of v3 is its type. */
    private static View view(Global global, List<PickleValue> arguments) {
        if (!(arguments.getFirst() instanceof Storage storage)) {
            throw new IllegalArgumentException("a tensor has no storage; the pickle is damaged");
        }
        StoredType type = storage.type();
        if (global.name().endsWith("v3")) {
            type = named(arguments.get(6));
        }
        long offset = whole(arguments.get(1), "offset");
        List<Integer> size = new ArrayList<>();
        for (PickleValue each : items(arguments.get(2))) {
            size.add((int) Math.min(Integer.MAX_VALUE, whole(each, "size")));
        }
        List<Long> stride = items(arguments.get(3)).stream().map(each -> whole(each, "stride")).toList();
        View view = new View(storage, type, offset, List.copyOf(size), stride);
        requireInside(view);
        return view;
    }

    private static StoredType named(PickleValue type) {
        if (type instanceof Global named && TYPES.containsKey(named.name())) {
            return TYPES.get(named.name());
        }
        throw new IllegalArgumentException("the type of a tensor is none that is read");
    }

    private static void requireInside(View view) {
        Storage storage = view.storage();
        String what = "a tensor of size " + view.size() + " and stride " + view.stride() + " from " + view.offset();
        if (view.size().size() != view.stride().size() || view.size().size() > MOST_AXES) {
            throw new IllegalArgumentException(what + " makes no sense");
        }
        try {
            long elements = 1;
            long last = view.offset();
            boolean empty = view.size().contains(0);
            for (int axis = 0; axis < view.size().size() && !empty; axis++) {
                int size = view.size().get(axis);
                elements = Math.multiplyExact(elements, (long) size);
                last = Math.addExact(last, Math.multiplyExact(size - 1L, view.stride().get(axis)));
            }
            long end = empty ? 0 : Math.multiplyExact(Math.addExact(last, 1), (long) view.type().bytes());
            if (end > storage.bytes()) {
                throw new IllegalArgumentException(
                        what + " passes the end of storage '" + storage.key() + "', which has "
                                + storage.bytes() + " bytes");
            }
            if (!empty && elements * view.type().bytes() > storage.bytes()) {
                throw new IllegalArgumentException(
                        what + " repeats elements of storage '" + storage.key() + "'; save it"
                                + " after contiguous()");
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(what + " passes the end of any storage", e);
        }
    }
}
