"""Where results depend on the processor: operators and functions."""

import ast
import importlib
import zlib
from collections.abc import Iterator
from types import ModuleType

import torch

_OPERATORS = """
mm bmm addmm addbmm baddbmm addmv mv dot vdot _addmm_activation
convolution_overrideable mkldnn_convolution _slow_conv2d_forward
_slow_conv2d_backward slow_conv3d_forward slow_conv_transpose2d
slow_conv_transpose3d slow_conv_dilated2d slow_conv_dilated3d
convolution_backward mkldnn_linear mkldnn_rnn_layer
mkldnn_rnn_layer_backward cudnn_convolution _cudnn_rnn
_cudnn_rnn_backward _thnn_fused_gru_cell _thnn_fused_gru_cell_backward
_thnn_fused_lstm_cell _thnn_fused_lstm_cell_backward_impl
sum mean nansum prod var std var_mean std_mean logsumexp cumsum cumprod
logcumsumexp linalg_vector_norm norm _cdist_forward _cdist_backward
_pdist_forward trace
_softmax _log_softmax _softmax_backward_data _log_softmax_backward_data
exp exp2 expm1 log log1p log2 log10 tanh sigmoid log_sigmoid_forward
log_sigmoid_backward tanh_backward sigmoid_backward erf erfc erfinv
lgamma digamma sin cos tan sinh cosh asin acos atan atan2 asinh acosh
atanh sinc pow rsqrt addcmul addcdiv lerp logaddexp logaddexp2 softplus
softplus_backward elu elu_backward gelu gelu_backward silu silu_backward
mish mish_backward xlogy special_entr
native_layer_norm native_layer_norm_backward native_batch_norm
native_batch_norm_backward _native_batch_norm_legit batch_norm_stats
native_group_norm native_group_norm_backward _fused_rms_norm
cudnn_batch_norm cudnn_batch_norm_backward
nll_loss_forward nll_loss2d_forward mse_loss smooth_l1_loss huber_loss
binary_cross_entropy binary_cross_entropy_backward
avg_pool2d _adaptive_avg_pool2d avg_pool2d_backward upsample_bilinear2d
upsample_bicubic2d grid_sampler_2d index_add scatter_add
embedding_dense_backward _embedding_bag
_linalg_eigh linalg_eig _linalg_svd linalg_lstsq linalg_inv_ex
linalg_cholesky_ex cholesky_inverse cholesky_solve _linalg_solve_ex
_linalg_det _linalg_slogdet linalg_lu_factor_ex linalg_lu
linalg_lu_solve linalg_ldl_factor_ex linalg_qr linalg_solve_triangular
linalg_matrix_exp triangular_solve
_scaled_dot_product_flash_attention_for_cpu
_scaled_dot_product_flash_attention_for_cpu_backward
_scaled_dot_product_flash_attention
_scaled_dot_product_flash_attention_backward
_scaled_dot_product_efficient_attention
_scaled_dot_product_efficient_attention_backward
_scaled_dot_product_cudnn_attention
_fft_r2c _fft_c2r _fft_c2c
normal normal_ exponential_ log_normal_ cauchy_ _standard_gamma
_sample_dirichlet
_foreach_addcdiv_ _foreach_addcmul_ _foreach_lerp_ _foreach_norm
_foreach_pow _foreach_exp
"""

_POINTWISE = "pow atan2 xlogy logaddexp logaddexp2 addcmul addcdiv lerp"

_FUNCTIONS = {
    "math": """exp exp2 expm1 log log1p log2 log10 sin cos tan sinh cosh
        tanh asin acos atan atan2 erf erfc lgamma gamma pow""",
    "numpy": """dot vdot inner outer matmul tensordot einsum sum mean std
        var average nansum nanmean nanstd prod cumsum cumprod trapezoid
        exp exp2 expm1 log log1p log2 log10 sin cos tan sinh cosh tanh
        arcsin arccos arctan arctan2 arcsinh power float_power logaddexp
        convolve correlate cov corrcoef polyfit polyval interp quantile
        percentile trace""",
    "numpy.linalg": """norm inv pinv solve lstsq svd svdvals eig eigh
        eigvals eigvalsh qr cholesky det slogdet cond matrix_power
        multi_dot""",
    "numpy.fft": "fft ifft rfft irfft fft2 ifft2 fftn ifftn",
    "scipy.linalg": """norm inv pinv pinvh solve solve_triangular lstsq
        svd svdvals eig eigh eigvals eigvalsh qr cholesky cho_factor
        cho_solve det expm sqrtm""",
    "scipy.special": """expit logit erf erfc erfinv gamma gammaln digamma
        logsumexp softmax log_softmax xlogy entr ndtr ndtri comb""",
    "scipy.optimize": """minimize minimize_scalar root root_scalar brentq
        least_squares curve_fit linprog fmin_l_bfgs_b nnls""",
    "scipy.stats": """pearsonr spearmanr kendalltau ttest_ind ttest_1samp
        ttest_rel ks_2samp wilcoxon mannwhitneyu linregress entropy sem
        zscore skew kurtosis chi2_contingency""",
    "scipy.interpolate": "interp1d griddata",
    "scipy.integrate": "quad solve_ivp trapezoid simpson",
    "scipy.signal": "convolve fftconvolve correlate lfilter",
}

METHODS = "sum mean std var dot prod cumsum cumprod trace corr cov quantile"
"""The methods of arrays and tables that a page's own code may call."""

COMPUTING = ("__main__", "d2lcode", "sklearn", "scipy", "numpy.polynomial")
"""The modules whose calls are disturbed: not those that draw or print."""

LIBRARIES = ("numpy", "scipy", "sklearn")


def operators(key: str) -> Iterator[str]:
    """PyTorch's operators, by overload, with a kernel on a device."""
    bases = set(_OPERATORS.split())
    bases |= {f"{base}_" for base in bases}  # those in place
    kinds = (key, "CompositeExplicitAutograd")
    for full in sorted(torch._C._dispatch_get_all_op_names()):
        room, _, name = full.partition("::")
        if room == "aten" and name.partition(".")[0] in bases:
            has = torch._C._dispatch_has_kernel_for_dispatch_key
            if any(has(full, kind) for kind in kinds):
                yield name


def operands(name: str) -> tuple[int, ...]:
    """Where a pointwise operator of several tensors takes them."""
    base, _, overload = name.partition(".")
    if base.rstrip("_") not in _POINTWISE.split():
        return ()
    operator = getattr(getattr(torch.ops.aten, base), overload or "default")
    return tuple(
        place
        for place, argument in enumerate(operator._schema.arguments)
        if str(argument.type) == "Tensor"
    )


def functions(
    loaded: dict[str, ModuleType],
) -> Iterator[tuple[ModuleType, str]]:
    """The functions of the modules that are loaded: module and name."""
    for module, names in _FUNCTIONS.items():
        if module in loaded:
            for name in names.split():
                if callable(getattr(loaded[module], name, None)):
                    yield loaded[module], name


def load(tree: ast.Module) -> None:
    """Import the numerical libraries that a block imports.

    A name taken from a module has to be taken after it is replaced.
    """
    for node in ast.walk(tree):
        found: list[str] = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found = [node.module]
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        for name in found:
            if name.partition(".")[0] in LIBRARIES:
                try:
                    importlib.import_module(name)
                except ImportError:
                    continue  # no module; the block says so if it errs


def place(name: str) -> int:
    """Where the steps of an operation begin, so that they differ."""
    return zlib.crc32(name.encode()) % 4093


class Wrapped(ast.NodeTransformer):
    """Hands what a page computes on arrays by itself to a function."""

    def __init__(self, function: str) -> None:
        self.function = function

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, (ast.MatMult, ast.Pow)):
            return self._wrap(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        if isinstance(called, ast.Attribute) and (
            called.attr in METHODS.split()
        ):
            return self._wrap(node)
        return node

    def _wrap(self, node: ast.expr) -> ast.AST:
        name = ast.Name(self.function, ast.Load())
        start = ast.Constant(place(ast.unparse(node)))
        return ast.copy_location(ast.Call(name, [node, start], []), node)
