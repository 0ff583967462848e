"""Names that pickles import: which do no harm, and of which modules none is harmless in a model. Pure data."""

from __future__ import annotations

_HARMLESS = """
__builtin__.bytearray __builtin__.frozenset __builtin__.bytes __builtin__.complex __builtin__.dict __builtin__.float
__builtin__.int __builtin__.list __builtin__.object __builtin__.str __builtin__.tuple __builtin__.set _codecs.encode builtins.bool
builtins.bytearray builtins.bytes builtins.complex builtins.dict builtins.float builtins.frozenset builtins.int builtins.list
builtins.object builtins.range builtins.set builtins.slice builtins.str builtins.tuple collections.Counter
collections.OrderedDict collections.defaultdict collections.deque copy_reg._reconstructor copyreg._reconstructor
datetime.date datetime.datetime datetime.time datetime.timedelta datetime.timezone decimal.Decimal fractions.Fraction
joblib.numpy_pickle.NumpyArrayWrapper numpy._core.multiarray._reconstruct numpy._core.multiarray.scalar
numpy._core.numeric._frombuffer numpy.core.multiarray._reconstruct numpy.core.multiarray.scalar
numpy.core.numeric._frombuffer numpy.dtype numpy.ma.core.MaskedArray numpy.ma.core._mareconstruct numpy.ndarray
numpy.random._mt19937.MT19937 numpy.random._pickle.__bit_generator_ctor numpy.random._pickle.__generator_ctor
numpy.random._pickle.__randomstate_ctor scipy.sparse._csc.csc_matrix scipy.sparse._csr.csr_matrix scipy.sparse.csc.csc_matrix
scipy.sparse.csr.csr_matrix torch.BFloat16Storage torch.BoolStorage torch.ByteStorage torch.CharStorage torch.DoubleStorage
torch.FloatStorage torch.HalfStorage torch.IntStorage torch.LongStorage torch.ShortStorage torch.Size torch.Tensor
torch._utils._rebuild_parameter torch._utils._rebuild_tensor torch._utils._rebuild_tensor_v2 torch.bfloat16 torch.device
torch.float16 torch.float32 torch.float64 torch.int64 torch.nn.parameter.Parameter torch.serialization._get_layout
torch.storage.UntypedStorage uuid.UUID
"""
_DANGEROUS = """
__builtin__ _io _pickle aiohttp asyncio bdb builtins cProfile cffi cloudpickle code codeop commands ctypes dill distutils
doctest ensurepip fileinput ftplib functools glob http httpx imp importlib io lib2to3 linecache logging marshal
multiprocessing nt nturl2path numexpr operator os pathlib pdb pickle pip pkgutil posix profile pty pydoc requests runpy
setuptools shutil signal smtplib socket sqlite3 subprocess sys telnetlib tempfile threading timeit trace types urllib venv
webbrowser zipimport
"""

# What rebuilds arrays and plain containers. Exact names: a prefix would let in whatever else lives there.
HARMLESS = frozenset(_HARMLESS.split())
# Modules of which no name is harmless in a model.
DANGEROUS = frozenset(_DANGEROUS.split())
