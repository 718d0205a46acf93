#!/usr/bin/env python3
# Copyright 2026 the Topple authors
# SPDX-License-Identifier: Apache-2.0
"""Times the steps of a DGBA attack in PyTorch on a GPU, for a network and images that Topple wrote.

The network, its weights, the images and the losses are Topple's own (dev.topple.benchmarks.networks): the folder holds
network.safetensors, scenes.safetensors and topple-PRECISION-IMAGES.f32 (losses, then the direction). A step is what an
attack does: losses of all tasks at the iterate, the direction sum_i grad L_i / L_i, the next iterate within the budget.

Ways ("side" in the facts):
  torch released        eager as in the released code: NCHW, a backward pass for each task, weights' gradients too
  torch eager           eager as one would write it: frozen weights, one backward pass, channels_last
  torch graph           the same, captured as one CUDA graph
  torch graph folded    the same, batch normalisation folded into the convolutions before
  torch compile         torch.compile of losses and direction, with CUDA graphs of its own, batch normalisation folded

Precisions: fast is tf32 in convolutions and products, exact is float32. Times are CUDA events around each step, the
median of many after warm-up. Facts are lines of JSON as kernels/gpu-check reads them. With --inspect it checks the
files against the network that it would build, and needs no PyTorch.
"""

import argparse
import gc
import importlib
import json
import statistics
import struct
import sys
import time

CHANNELS = (13, 1, 3)
EPSILON = 8 / 255
ALPHA = EPSILON / 10
BATCH_NORM_EPSILON = 1e-5
LENGTH_EPSILON = 1e-8
SIZES = {"F32": 4, "I32": 4}


# --- files -----------------------------------------------------------------------------------------------------------


class Safetensors:
    """A safetensors file: names, types, shapes, bytes. Its form: 8 bytes length, a header in JSON, elements."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        if len(data) < 8:
            raise ValueError(f"{path} is no safetensors file: it has {len(data)} bytes")
        (length,) = struct.unpack_from("<Q", data)
        if 8 + length > len(data):
            raise ValueError(f"{path} is no safetensors file: a header of {length} bytes does not fit in it")
        header = json.loads(data[8 : 8 + length].decode("utf-8"))
        self.metadata = header.pop("__metadata__", {})
        self.entries = {}
        body = memoryview(data)[8 + length :]
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            shape = tuple(entry["shape"])
            if entry["dtype"] not in SIZES:
                raise ValueError(f"{path}: {name} has the type {entry['dtype']}, which is not read here")
            if end - begin != SIZES[entry["dtype"]] * elements(shape) or end > len(body):
                raise ValueError(f"{path}: {name} {shape} does not fit its bytes {begin} to {end}")
            self.entries[name] = (entry["dtype"], shape, body[begin:end])

    def shapes(self):
        return {name: shape for name, (_, shape, _) in self.entries.items()}

    def tensor(self, torch, name):
        kind, shape, data = self.entries[name]
        types = {"F32": torch.float32, "I32": torch.int32}
        return torch.frombuffer(bytearray(data), dtype=types[kind]).reshape(shape)


def elements(shape):
    count = 1
    for size in shape:
        count *= size
    return count


# --- networks: written once, for layers of any kind, in the order of dev.topple.benchmarks.networks ----------------


def resnet(layers, x, blocks, strides, dilations):
    widths = (64, 128, 256, 512)
    x = layers.relu(layers.normalised("stem", x, 3, widths[0], 7, stride=2))
    x = layers.max_pool(x)
    inside = widths[0]
    for stage, out in enumerate(widths):
        dilation = dilations[stage]
        for block in range(blocks[stage]):
            name = f"stage{stage}.block{block}"
            stride = strides[stage] if block == 0 else 1
            y = layers.relu(layers.normalised(name + ".first", x, inside, out, 3, stride=stride, dilation=dilation))
            y = layers.normalised(name + ".second", y, out, out, 3, dilation=dilation)
            around = x
            if inside != out or stride != 1:
                around = layers.normalised(name + ".shortcut", x, inside, out, 1, stride=stride)
            x = layers.relu(layers.add(y, around))
            inside = out
    return x, inside


def mobilenet(layers, x):
    stages = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    x = layers.relu(layers.normalised("stem", x, 3, 32, 3, stride=2))
    inside = 32
    for stage, (wider, out, blocks, first) in enumerate(stages):
        for block in range(blocks):
            name = f"stage{stage}.block{block}"
            stride = first if block == 0 else 1
            wide = inside * wider
            y = x
            if wide != inside:
                y = layers.relu(layers.normalised(name + ".expand", y, inside, wide, 1))
            y = layers.relu(layers.normalised(name + ".depthwise", y, wide, wide, 3, stride=stride, groups=wide))
            y = layers.normalised(name + ".project", y, wide, out, 1)
            x = layers.add(x, y) if inside == out and stride == 1 else y
            inside = out
    return layers.relu(layers.normalised("last", x, inside, 1280, 1)), 1280


def predict(network, layers, images, height, width):
    """The predictions of the tasks, enlarged to the size of the images."""
    x = layers.normalise(images)
    if network == "resnet34-light":
        features, channels = resnet(layers, x, (3, 4, 6, 3), (1, 2, 1, 1), (1, 1, 2, 4))
        middle, kernel = 128, 3
    elif network == "resnet18-light":
        features, channels = resnet(layers, x, (2, 2, 2, 2), (1, 2, 2, 2), (1, 1, 1, 1))
        middle, kernel = 128, 3
    elif network == "mobilenetv2-light":
        features, channels = mobilenet(layers, x)
        middle, kernel = 256, 1
    else:
        raise ValueError(f"there is no network {network} here")
    predictions = []
    for task, out in enumerate(CHANNELS):
        y = layers.relu(layers.biased(f"head{task}.0", features, channels, middle, kernel))
        predictions.append(layers.resize(layers.biased(f"head{task}.1", y, middle, out, 1), height, width))
    return predictions


class ShapeLayers:
    """Layers that compute nothing and write down the weights that they would read."""

    def __init__(self):
        self.shapes = {}

    def convolved(self, name, inside, out, kernel, groups):
        self.shapes[name + ".weight"] = (out, inside // groups, kernel, kernel)

    def normalised(self, name, x, inside, out, kernel, stride=1, dilation=1, groups=1):
        self.convolved(name, inside, out, kernel, groups)
        for part in ("gamma", "beta", "mean", "variance"):
            self.shapes[f"{name}.{part}"] = (out,)
        return x

    def biased(self, name, x, inside, out, kernel, stride=1, dilation=1, groups=1):
        self.convolved(name, inside, out, kernel, groups)
        self.shapes[name + ".bias"] = (out,)
        return x

    def relu(self, x):
        return x

    def add(self, a, b):
        return a

    def max_pool(self, x):
        return x

    def resize(self, x, height, width):
        return x

    def normalise(self, images):
        return images


class TorchLayers:
    """Layers as PyTorch computes them."""

    def __init__(self, torch, weights, folded):
        self.functional = torch.nn.functional
        self.weights = weights
        self.folded = folded

    def normalised(self, name, x, inside, out, kernel, stride=1, dilation=1, groups=1):
        weights = self.weights
        padding = dilation * (kernel - 1) // 2
        if self.folded:
            return self.functional.conv2d(
                x, weights[name + ".weight"], weights[name + ".bias"], stride, padding, dilation, groups
            )
        y = self.functional.conv2d(x, weights[name + ".weight"], None, stride, padding, dilation, groups)
        return self.functional.batch_norm(
            y,
            weights[name + ".mean"],
            weights[name + ".variance"],
            weights[name + ".gamma"],
            weights[name + ".beta"],
            False,
            0.1,
            BATCH_NORM_EPSILON,
        )

    def biased(self, name, x, inside, out, kernel, stride=1, dilation=1, groups=1):
        padding = dilation * (kernel - 1) // 2
        weights = self.weights
        return self.functional.conv2d(
            x, weights[name + ".weight"], weights[name + ".bias"], stride, padding, dilation, groups
        )

    def relu(self, x):
        return self.functional.relu(x)

    def add(self, a, b):
        return a + b

    def max_pool(self, x):
        return self.functional.max_pool2d(x, 3, 2, 1, ceil_mode=True)

    def resize(self, x, height, width):
        return self.functional.interpolate(x, size=(height, width), mode="bilinear", align_corners=False)

    def normalise(self, images):
        return images * 4 - 2


def fold(torch, weights):
    """Batch normalisation as part of the convolution before it."""
    folded = {}
    for name, value in weights.items():
        base, part = name.rsplit(".", 1)
        if part == "weight" and base + ".gamma" in weights:
            scale = weights[base + ".gamma"] / torch.sqrt(weights[base + ".variance"] + BATCH_NORM_EPSILON)
            folded[name] = value * scale.reshape(-1, 1, 1, 1)
            folded[base + ".bias"] = weights[base + ".beta"] - weights[base + ".mean"] * scale
        elif part == "weight" or (part == "bias" and base + ".gamma" not in weights):
            folded[name] = value
    return folded


# --- the attack ------------------------------------------------------------------------------------------------------


class Attack:
    """Losses, direction and step on one batch. All labels are valid, so means are over all pixels."""

    def __init__(self, torch, network, weights, scenes, count, device, channels_last=True, folded=False, frozen=True):
        self.torch = torch
        self.network = network
        layout = torch.channels_last if channels_last else torch.contiguous_format
        placed = {}
        for name, value in (fold(torch, weights) if folded else weights).items():
            value = value.to(device)
            placed[name] = value.contiguous(memory_format=layout) if value.dim() == 4 else value.contiguous()
        if not frozen:
            for name, value in placed.items():
                value.requires_grad_(name.rsplit(".", 1)[1] not in ("mean", "variance"))
        self.layers = TorchLayers(torch, placed, folded)
        self.clean = scenes["images"][:count].to(device).contiguous(memory_format=layout)
        self.classes = scenes["classes"][:count].to(device).long()
        self.depths = scenes["depths"][:count].to(device)
        self.normals = scenes["normals"][:count].to(device)
        self.low = (self.clean - EPSILON).clamp_(min=0)
        self.high = (self.clean + EPSILON).clamp_(max=1)
        self.iterate = self.clean.clone(memory_format=torch.preserve_format)

    def losses(self, x):
        torch = self.torch
        logits, depths, normals = predict(self.network, self.layers, x, x.shape[2], x.shape[3])
        segmentation = torch.nn.functional.cross_entropy(logits, self.classes, reduction="none").mean((1, 2))
        depth = (depths - self.depths).abs().mean((1, 2, 3))
        lengths = ((normals.square().sum(1) + LENGTH_EPSILON) * (self.normals.square().sum(1) + LENGTH_EPSILON)).sqrt()
        cosine = (normals * self.normals).sum(1) / lengths
        return segmentation, depth, 1 - cosine.mean((1, 2))

    def fused(self, x):
        """Losses and direction with one backward pass: the gradient of sum_i L_i / stop(L_i)."""
        x = x.detach().requires_grad_(True)
        losses = self.losses(x)
        total = sum((loss / loss.detach()).sum() for loss in losses)
        (direction,) = self.torch.autograd.grad(total, x)
        return losses, direction

    def released(self, x):
        """Losses and direction with a backward pass for each task, which also gives every weight its gradient."""
        x = x.detach().requires_grad_(True)
        losses = self.losses(x)
        direction = None
        for task, loss in enumerate(losses):
            loss.sum().backward(retain_graph=task + 1 < len(losses))
            term = x.grad / loss.detach().reshape(-1, 1, 1, 1)
            direction = term if direction is None else direction + term
            x.grad = None
        return losses, direction

    def move(self, direction):
        """The next iterate, in place, so that a captured graph finds it."""
        torch = self.torch
        with torch.no_grad():
            moved = self.iterate + ALPHA * direction.sign()
            self.iterate.copy_(torch.minimum(torch.maximum(moved, self.low), self.high))

    def restart(self):
        with self.torch.no_grad():
            self.iterate.copy_(self.clean)


def eager_step(attack, direction):
    return lambda: attack.move(direction(attack.iterate)[1])


def captured_step(torch, attack, direction):
    """The step as one CUDA graph; warmed up on a side stream first, as PyTorch's notes on graphs say."""
    step = eager_step(attack, direction)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def compiled_step(torch, attack):
    """torch.compile of the losses; it compiles the backward pass with them. mode reduce-overhead takes CUDA graphs."""
    dynamo = importlib.import_module("torch._dynamo")
    dynamo.reset()
    # What stays where it is need not be copied into the graph before each replay.
    if hasattr(dynamo, "mark_static_address"):
        for value in (*attack.layers.weights.values(), attack.classes, attack.depths, attack.normals):
            dynamo.mark_static_address(value)
    losses = torch.compile(attack.losses, mode="reduce-overhead", fullgraph=True, dynamic=False)

    def step():
        torch.compiler.cudagraph_mark_step_begin()
        x = attack.iterate.detach().clone(memory_format=torch.preserve_format).requires_grad_(True)
        values = losses(x)
        total = sum((loss / loss.detach()).sum() for loss in values)
        (direction,) = torch.autograd.grad(total, x)
        attack.move(direction)

    return step


def time_steps(torch, step, seconds=4.0, most=50, least=7):
    """Milliseconds of single steps, by events; as many as fit into the time."""
    times = []
    begin = time.monotonic()
    while len(times) < least or (len(times) < most and time.monotonic() - begin < seconds):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        step()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return sorted(times)


def time_many(torch, step, single):
    """Milliseconds of a step among many that are put into the stream without waiting, the way an attack runs."""
    count = max(3, min(100, int(400 / max(single, 1e-3))))
    rounds = []
    for _ in range(5):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(count):
            step()
        end.record()
        end.synchronize()
        rounds.append(start.elapsed_time(end) / count)
    return statistics.median(rounds)


SIDES = ("torch released", "torch eager", "torch graph", "torch graph folded", "torch compile")


class Measurement:
    """All ways on one number of images in one precision."""

    def __init__(self, torch, network, weights, scenes, count, precision, facts):
        self.torch = torch
        self.network = network
        self.weights = weights
        self.scenes = scenes
        self.count = count
        self.precision = precision
        self.facts = facts
        self.size = "x".join(str(side) for side in scenes["images"].shape[2:])

    def common(self, kind, side):
        return {
            "kind": kind,
            "side": side,
            "network": self.network,
            "images": self.count,
            "size": self.size,
            "precision": self.precision,
        }

    def attack(self, **options):
        return Attack(self.torch, self.network, self.weights, self.scenes, self.count, "cuda", **options)

    def measure(self, side):
        torch = self.torch
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        torch.backends.cudnn.benchmark = side != "torch released"
        # The peak of what is repeated, not of cuDNN's trials: it is reset after the warm-up, in a capture before it.
        if side == "torch released":
            attack = self.attack(channels_last=False, frozen=False)
            step = eager_step(attack, attack.released)
        elif side == "torch eager":
            attack = self.attack()
            step = eager_step(attack, attack.fused)
        elif side in ("torch graph", "torch graph folded"):
            attack = self.attack(folded=side.endswith("folded"))
            step = captured_step(torch, attack, attack.fused)
        else:
            attack = self.attack(folded=True)
            step = compiled_step(torch, attack)
        for _ in range(5):
            step()
        torch.cuda.synchronize()
        if "graph" not in side:
            torch.cuda.reset_peak_memory_stats()
        singles = time_steps(torch, step)
        single = statistics.median(singles)
        many = time_many(torch, step, single)
        fact = self.common("step", side)
        fact.update(ms=many, singleMs=single, leastMs=singles[0], mostMs=singles[-1], steps=len(singles))
        self.facts(fact)
        memory = self.common("memory", side)
        memory.update(
            peakBytes=torch.cuda.max_memory_allocated(), reservedBytes=torch.cuda.max_memory_reserved()
        )
        self.facts(memory)
        if side in ("torch eager", "torch released"):
            attack.restart()
            losses, direction = (attack.fused if side == "torch eager" else attack.released)(attack.iterate)
            return losses, direction
        return None

    def agree(self, side, found, folder):
        """Compares losses and direction with those that Topple wrote; writes these, too."""
        torch = self.torch
        losses, direction = found
        mine = torch.cat([loss.detach().reshape(-1) for loss in losses]).float().cpu()
        mine_direction = direction.detach().float().contiguous().cpu().reshape(-1)
        name = f"{folder}/{side.replace(' ', '-')}-{self.precision}-{self.count}.f32"
        with open(name, "wb") as file:
            file.write(torch.cat([mine, mine_direction]).numpy().tobytes())
        with open(f"{folder}/topple-{self.precision}-{self.count}.f32", "rb") as file:
            theirs = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
        their_losses, their_direction = theirs[: mine.numel()].double(), theirs[mine.numel() :].double()
        mine, mine_direction = mine.double(), mine_direction.double()
        fact = self.common("agreement", side)
        fact.update(
            losses=float((mine / their_losses - 1).abs().max()),
            direction=float((mine_direction - their_direction).norm() / mine_direction.norm()),
            signs=float((mine_direction.sign() == their_direction.sign()).double().mean()),
        )
        self.facts(fact)


def inspect(folder, network):
    """Whether the files hold what the network needs, no more and no less, and labels that are all valid."""
    layers = ShapeLayers()
    predict(network, layers, None, 0, 0)
    found = Safetensors(folder + "/network.safetensors").shapes()
    problems = [f"{name} {shape} is missing or has another shape: {found.get(name)}"
                for name, shape in layers.shapes.items() if found.get(name) != shape]
    problems += [f"{name} belongs to no layer" for name in found if name not in layers.shapes]
    scenes = Safetensors(folder + "/scenes.safetensors")
    shapes = scenes.shapes()
    count, _, height, width = shapes["images"]
    expected = {
        "images": (count, 3, height, width),
        "classes": (count, height, width),
        "depths": (count, 1, height, width),
        "normals": (count, 3, height, width),
    }
    problems += [f"{name} is {shapes.get(name)}, not {shape}" for name, shape in expected.items()
                 if shapes.get(name) != shape]
    for (value,) in struct.iter_unpack("<i", scenes.entries["classes"][2]):
        if not 0 <= value < CHANNELS[0]:
            problems.append(f"there is a class {value}")
            break
    for (value,) in struct.iter_unpack("<f", scenes.entries["depths"][2]):
        if not value > 3e-5:
            problems.append(f"there is a depth {value}")
            break
    for problem in problems:
        print("torch_attack_step: " + problem, file=sys.stderr)
    total = sum(elements(shape) for shape in found.values())
    print(f"{network}: {len(found)} weights, {total} elements, {count} images {height}x{width}: "
          f"{'as expected' if not problems else str(len(problems)) + ' problems'}")
    return not problems


def measure(options):
    import torch

    def facts(fact):
        line = json.dumps(fact)
        print(line, flush=True)
        if options.facts:
            with open(options.facts, "a", encoding="utf-8") as file:
                file.write(line + "\n")

    deadline = time.monotonic() + options.seconds
    weights_file = Safetensors(options.folder + "/network.safetensors")
    scenes_file = Safetensors(options.folder + "/scenes.safetensors")
    weights = {name: weights_file.tensor(torch, name) for name in weights_file.entries}
    scenes = {name: scenes_file.tensor(torch, name) for name in scenes_file.entries}
    precisions = options.precisions.split(",")
    # What takes long to start goes last, so that it cannot cost the others their time.
    for late in (False, True):
        for precision in precisions:
            tf32 = precision == "fast"
            torch.backends.cuda.matmul.allow_tf32 = tf32
            torch.backends.cudnn.allow_tf32 = tf32
            for count in map(int, options.images.split(",")):
                measurement = Measurement(torch, options.network, weights, scenes, count, precision, facts)
                for side in SIDES:
                    if (side == "torch compile") != late or (late and not tf32):
                        continue
                    need = 75 if late else 10
                    what = f"{side} {options.network} {count} images {precision}"
                    if time.monotonic() + need > deadline:
                        facts({"kind": "skipped", "what": what, "why": f"less than {need} s were left"})
                        continue
                    try:
                        found = measurement.measure(side)
                        if found is not None:
                            measurement.agree(side, found, options.folder)
                    except Exception as problem:  # what one way cannot do must not cost the others
                        reason = " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
                        facts({"kind": "skipped", "what": what, "why": reason})
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True, help="where Topple wrote network and images")
    parser.add_argument("--network", default="resnet34-light")
    parser.add_argument("--images", default="1,8,32", help="how many images at a time, each number")
    parser.add_argument("--precisions", default="fast,exact")
    parser.add_argument("--facts", default="", help="a file that gets a line for each fact, too")
    parser.add_argument("--seconds", type=float, default=300, help="how long all of it may take")
    parser.add_argument("--inspect", action="store_true", help="check the files and do nothing else")
    options = parser.parse_args()
    try:
        done = inspect(options.folder, options.network) if options.inspect else measure(options)
    except (OSError, ValueError, KeyError) as problem:
        print(f"torch_attack_step: {problem}", file=sys.stderr)
        return 2
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
