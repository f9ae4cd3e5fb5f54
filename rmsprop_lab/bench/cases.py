"""What is stepped: one array of many sizes, and the tensors of models."""

from dataclasses import dataclass

import numpy as np

__all__ = ["CASES", "Case", "resnet50"]


@dataclass(frozen=True)
class Case:
    """A name and the shapes of the tensors."""

    name: str
    shapes: tuple

    @property
    def size(self):
        """Parameters in all."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def tensors(self, seed):
        """float32 tensors with normal entries, drawn on the host."""
        rng = np.random.default_rng(seed)
        return [rng.standard_normal(shape, dtype=np.float32) for shape in self.shapes]


def resnet50():
    """The shapes of a ResNet-50 with 1000 classes (He et al. 2016, table 1): 161 tensors.

    >>> len(resnet50()), sum(int(np.prod(s)) for s in resnet50())
    (161, 25557032)
    """
    shapes = [(64, 3, 7, 7), (64,), (64,)]
    inside = 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            outside = 4 * width
            convolutions = [(width, inside, 1, 1), (width, width, 3, 3), (outside, width, 1, 1)]
            if block == 0:
                convolutions.append((outside, inside, 1, 1))
            for shape in convolutions:  # each is followed by a normalisation: scale and shift
                shapes += [shape, (shape[0],), (shape[0],)]
            inside = outside
    return (*shapes, (1000, inside), (1000,))


def _mixed(count=200, seed=0):
    """Tensors of many sizes, from biases to matrices, as a mixed model has them."""
    rng = np.random.default_rng(seed)
    return tuple((int(n),) for n in np.exp(rng.uniform(np.log(10), np.log(200_000), count)))


#: Name -> Case: single arrays by their size, then lists of tensors. At 1e0 a step is all wrapper.
CASES = {f"1e{k}": Case(f"1e{k}", ((10**k,),)) for k in (0, *range(3, 9))} | {
    "mlp6": Case("mlp6", ((256, 784), (256,), (128, 256), (128,), (10, 128), (10,))),
    "resnet50": Case("resnet50", resnet50()),
    "mixed200": Case("mixed200", _mixed()),
}
