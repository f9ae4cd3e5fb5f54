"""Every framework's RMSprop, and its relatives, as data: make it, compare it, check it.

>>> import rmsprop_lab as lab
>>> lab.dialects.TF1.optimizer(lr=0.01).v0
1.0
"""

from rmsprop_lab.dialects import gaps, traps
from rmsprop_lab.dialects.dialect import Dialect
from rmsprop_lab.dialects.rmsprops import RMSPROPS
from rmsprop_lab.dialects.siblings import SIBLINGS
from rmsprop_lab.dialects.tables import compare, gap_table, notes, sibling_table, table

#: Name -> dialect: what `lab.dialects.PYTORCH` and its like are.
ALL = RMSPROPS | SIBLINGS
globals().update(ALL)

__all__ = ["ALL", "RMSPROPS", "SIBLINGS", "Dialect", "compare", "gap_table", "gaps", "notes",
           "sibling_table", "table", "traps", *ALL]
