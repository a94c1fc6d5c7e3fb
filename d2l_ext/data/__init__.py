"""The data sets: digits, which are embedded, and Fashion-MNIST."""

from d2l_ext.data.curriculum import CurriculumBatches
from d2l_ext.data.digits import load_digits
from d2l_ext.data.fashion import load_fashion_mnist
from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.data.sets import load_images

__all__ = [
    "CurriculumBatches",
    "MiniBatches",
    "load_digits",
    "load_fashion_mnist",
    "load_images",
]
