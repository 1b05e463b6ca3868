# SPDX-License-Identifier: BSD-3-Clause
"""Ways to the conditional mean of a mixture that people have in Python, and the nearest to it.

Each is built from (mixture, noise variance, dtype) outside the timed part, and called with samples.
Tiny posterior weights become zero before they enter a product: subnormal numbers would slow NumPy
down. `METHODS` says what each is.
"""

import warnings

import numpy as np

CHUNK = 500  # samples at a time of the two products: the fastest size here, for the cache
TINY = 1e-30


def softmax(log_weights):
    p = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def flushed(weights, dtype):
    p = weights.astype(np.empty(0, dtype).real.dtype)
    p[p < TINY] = 0
    return p


class Baseline:
    """Keeps the noisy covariances `C_k + v I`; `half` is 1/2 for real and 1 for complex densities."""

    def __init__(self, mixture, v, dtype):
        self.mixture, self.v, self.dtype = mixture, v, np.dtype(dtype).type
        self.half = 1.0 if mixture.is_complex else 0.5
        self.noisy = mixture.covariances + v * np.eye(mixture.dim)


class ReferenceLoop(Baseline):
    """The formula as it is written: solves within loops over samples and components."""

    def posterior(self, y):
        """Also (n, K, N): every component's own estimate."""
        m = self.mixture
        log_p = np.empty((len(y), m.components))
        means = np.empty((len(y), m.components, m.dim), y.dtype)
        for i, sample in enumerate(y):
            for k in range(m.components):
                d = sample - m.means[k]
                white = np.linalg.solve(self.noisy[k], d)
                square = np.vdot(d, white).real + np.linalg.slogdet(self.noisy[k])[1]
                log_p[i, k] = np.log(m.weights[k]) - self.half * square
                means[i, k] = m.means[k] + m.covariances[k] @ white
        return softmax(log_p), means

    def __call__(self, y):
        p, means = self.posterior(y)
        return np.einsum("ik,ikn->in", p, means)


class FilterLoop(Baseline):
    """The same loops with inverses and filters formed beforehand."""

    def __init__(self, mixture, v, dtype):
        super().__init__(mixture, v, dtype)
        precisions, log_dets = mixture.precisions(v)
        self.filters = (mixture.covariances @ precisions).astype(dtype)
        self.precisions = precisions.astype(dtype)
        self.means = mixture.means.astype(dtype)
        self.constant = np.log(mixture.weights) - self.half * log_dets

    def __call__(self, y):
        out = np.empty_like(y)
        for i, sample in enumerate(y):
            log_p = self.constant.copy()
            for k in range(len(log_p)):
                d = sample - self.means[k]
                log_p[k] -= self.half * np.vdot(d, self.precisions[k] @ d).real
            p = softmax(log_p[None])[0]
            mean = np.zeros_like(sample)
            for k in range(len(log_p)):
                mean += p[k] * (self.means[k] + self.filters[k] @ (sample - self.means[k]))
            out[i] = mean
        return out


class TwoProducts(Baseline):
    """Per component: rotate into the eigenbasis, weigh, rotate back."""

    chunk = None

    def __init__(self, mixture, v, dtype):
        super().__init__(mixture, v, dtype)
        values, vectors = mixture.eigen
        real = np.empty(0, dtype).real.dtype
        self.back = vectors.transpose(0, 2, 1).astype(dtype)
        self.rotate = vectors.conj().astype(dtype)
        self.means = mixture.means.astype(dtype)
        self.scale = (values + v).astype(real)
        self.gain = (values / (values + v)).astype(real)
        self.constant = np.log(mixture.weights) - self.half * np.log(values + v).sum(axis=1)

    def rotated(self, y):
        z = [(y - m) @ u for m, u in zip(self.means, self.rotate)]
        squares = [((a.real**2 + a.imag**2 if self.mixture.is_complex else a * a) / s).sum(axis=1)
                   for a, s in zip(z, self.scale)]
        return z, softmax(self.constant - self.half * np.stack(squares, axis=1))

    def posterior(self, y):
        return self.rotated(y)[1]

    def __call__(self, y):
        out = np.zeros_like(y)
        chunk = self.chunk or len(y)
        for first in range(0, len(y), chunk):
            z, p = self.rotated(y[first : first + chunk])
            p = flushed(p, self.dtype)
            for k, a in enumerate(z):
                mean = self.means[k] + (a * self.gain[k]) @ self.back[k]
                out[first : first + chunk] += p[:, k, None] * mean
        return out


class TwoProductsChunked(TwoProducts):
    chunk = CHUNK


class OneProduct(Baseline):
    """All components' precisions side by side in one product; it gives the quadratic form too."""

    def __init__(self, mixture, v, dtype):
        super().__init__(mixture, v, dtype)
        self.means = mixture.means.astype(dtype)
        # The fastest sizes here: few samples for the cache, more where the matrix is far larger.
        self.chunk = 125 if mixture.dim <= 256 else CHUNK
        self.prepare()

    def prepare(self):
        self.form(*self.mixture.precisions(self.v))

    def form(self, precisions, log_dets):
        m = self.mixture
        self.constant = np.log(m.weights) - self.half * log_dets
        # Samples are rows: y^T (S^-1)^T; the shift is (S_k^-1 m_k)^T.
        self.shift = np.einsum("kij,kj->ki", precisions, m.means).astype(self.dtype)
        self.big = np.ascontiguousarray(precisions.transpose(2, 0, 1).astype(self.dtype))
        self.big = self.big.reshape(m.dim, m.components * m.dim)

    def __call__(self, y):
        shape = (self.mixture.components, self.mixture.dim)
        out = np.empty_like(y)
        means = self.means.conj()
        for first in range(0, len(y), self.chunk):
            part = y[first : first + self.chunk]
            w = (part @ self.big).reshape(len(part), *shape) - self.shift
            square = (w @ part.conj()[:, :, None])[:, :, 0] - np.einsum("skn,kn->sk", w, means)
            p = flushed(softmax(self.constant - self.half * square.real), self.dtype)
            p = p.astype(self.dtype, copy=False)
            w_mean = (p[:, None, :] @ w)[:, 0]
            out[first : first + self.chunk] = part - self.dtype(self.v) * w_mean
        return out


class OneProductFormed(OneProduct):
    """Inverses formed inside the timed part, as a new noise level asks for."""

    def prepare(self):
        pass

    def __call__(self, y):
        self.form(np.linalg.inv(self.noisy), np.linalg.slogdet(self.noisy)[1])
        return super().__call__(y)


class ScikitLearn(Baseline):
    """`GaussianMixture.predict_proba`: posterior weights only; it has no conditional mean."""

    posterior_only = True

    def __init__(self, mixture, v, dtype):
        super().__init__(mixture, v, dtype)
        if mixture.is_complex:
            raise NotImplementedError("scikit-learn has no complex mixture")
        from sklearn.mixture import GaussianMixture

        model = GaussianMixture(mixture.components)
        model.weights_ = mixture.weights.astype(dtype)
        model.means_ = mixture.means.astype(dtype)
        model.precisions_cholesky_ = np.stack(
            [np.linalg.inv(np.linalg.cholesky(c)).T for c in self.noisy]
        ).astype(dtype)
        self.model = model

    def __call__(self, y):
        return self.model.predict_proba(y)


class CplxGmm(Baseline):
    """`GaussianMixtureCplx.predict_proba`: likewise; it computes in double precision."""

    posterior_only = True

    def __init__(self, mixture, v, dtype):
        super().__init__(mixture, v, dtype)
        if not mixture.is_complex:
            raise NotImplementedError("cplx-gmm is for complex data")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from cplx_gmm import GaussianMixtureCplx
            from cplx_gmm._covariances import compute_precision_cholesky
        model = GaussianMixtureCplx(n_components=mixture.components)
        # What its `fit` leaves behind.
        model.weights_, model.means_ = mixture.weights, mixture.means
        model.covariances_ = self.noisy
        model.precisions_cholesky_ = compute_precision_cholesky(self.noisy, "full")
        model.precisions_ = np.linalg.inv(self.noisy)
        model._em_covariance_type, model._zero_mean, model._sigma = "full", False, None
        model.n_features_in_, model.converged_ = mixture.dim, True
        self.model = model

    def __call__(self, y):
        return self.model.predict_proba(y)


# Key, heading of its column, class.
METHODS = (
    ("reference", "reference loop", ReferenceLoop),
    ("loop", "loop, inverses ready", FilterLoop),
    ("two", "two products", TwoProducts),
    ("two_chunked", f"two products, {CHUNK} at a time", TwoProductsChunked),
    ("one", "one product, inverses ready", OneProduct),
    ("one_formed", "one product, inverses inside", OneProductFormed),
    ("sklearn", "scikit-learn (weights only)", ScikitLearn),
    ("cplx_gmm", "cplx-gmm (weights only)", CplxGmm),
)
