"""CUDA kernels on the host: their text through g++, with loops in place of blocks and threads."""

import re

import numpy as np

from rmsprop_lab.executors import c

SHIM = """#include <cmath>
using std::sqrt, std::fabs;
#define __global__
struct Index_ { unsigned x; };
static thread_local Index_ blockIdx, threadIdx, blockDim;
"""
SIGNATURE = re.compile(r"void (\w+)\(\s*(.*?)\)\s*\{", re.DOTALL)
KINDS = {"float": np.float32, "double": np.float64, "long long": np.int64}
built = {}


def prebuild(texts):
    """Compile kernels in one go; each may then be launched."""
    texts = [text for text in dict.fromkeys(texts) if text not in built]
    if texts:
        library = c.build(SHIM + "".join(_unit(text, k) for k, text in enumerate(texts)))
        built.update({text: (library[f"launch{k}"], _parameters(text))
                       for k, text in enumerate(texts)})


def _parameters(text):
    """The kernel's parameters: (is it a pointer, its type)."""
    element = re.search(r"typedef (\w+) T;", text)[1]
    said = [" ".join(p.split()) for p in SIGNATURE.search(text)[2].split(",")]
    types_ = [re.match(r"(?:const )?(long long|T)\b", p)[1].replace("T", element) for p in said]
    return [("*" in p, KINDS[t]) for p, t in zip(said, types_, strict=True)]


def _unit(text, k):
    """The kernel, and a function that runs it for every block and thread in turn."""
    name, signature = SIGNATURE.search(text).groups()
    names = ", ".join(re.findall(r"(\w+)(?:,|$)", " ".join(signature.split())))
    text = text.replace('extern "C" ', "")
    return f"""namespace n{k} {{
{text}
extern "C" void launch{k}(unsigned grid, unsigned block, {signature}) {{
    blockDim.x = block;
    for (blockIdx.x = 0; blockIdx.x < grid; ++blockIdx.x)
        for (threadIdx.x = 0; threadIdx.x < block; ++threadIdx.x) {name}({names});
}} }}
"""
