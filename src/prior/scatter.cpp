// SPDX-License-Identifier: BSD-3-Clause
#include "prior/scatter.hpp"

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"

namespace pellucid {

namespace {
constexpr Index panel_rows = 128;
}

template <class T>
void ScatterSums<T>::reset(const Matrix<T>& shifts) {
  const Index n = shifts.rows(), components = shifts.cols();
  shift = shifts;
  weight.setZero(components);
  first.setZero(n, components);
  second.resize(static_cast<std::size_t>(components));
  for (Matrix<T>& sum : second) sum.setZero(n, n);
}

template <class T>
void ScatterSums<T>::add(ConstBatch<T> block, const std::vector<Members>& members, int threads) {
  const linalg::SingleThreadedBlas blas;
  const Index n = shift.rows(), components = shift.cols();
  const Index panels = (n + panel_rows - 1) / panel_rows;
  workspaces_.resize(static_cast<std::size_t>(thread_count(threads)));
  for (Index k = 0; k < components; ++k) {
    for (const double w : members[static_cast<std::size_t>(k)].weights) weight(k) += w;
  }
  parallel_for(components * panels, threads, [&](Index task, int worker) {
    const Index k = task % components;
    const Index row = (panels - 1 - task / components) * panel_rows;  // the longest panels first
    add_panel(block, members[static_cast<std::size_t>(k)], k, row, std::min(panel_rows, n - row),
              workspaces_[static_cast<std::size_t>(worker)]);
  });
}

template <class T>
void ScatterSums<T>::add_panel(ConstBatch<T> block, const Members& members, Index k, Index row,
                               Index rows, Matrix<T>& workspace) {
  const Index end = row + rows;
  Matrix<T>& sum = second[static_cast<std::size_t>(k)];
  if (workspace.size() == 0) workspace.resize(shift.rows(), chunk_samples);
  for (Index start = 0; start < members.size(); start += chunk_samples) {
    const Index count = std::min(chunk_samples, members.size() - start);
    for (Index j = 0; j < count; ++j) {
      const std::size_t member = static_cast<std::size_t>(start + j);
      const double root = std::sqrt(members.weights[member]);
      auto column = workspace.col(j).head(end);
      column = root * (block.col(members.columns[member]).head(end) - shift.col(k).head(end));
      first.col(k).segment(row, rows) += root * column.segment(row, rows);
    }
    const auto chunk = workspace.leftCols(count);
    linalg::add_gram<T>(chunk.middleRows(row, rows), sum.block(row, row, rows, rows));
    linalg::add_outer<T>(chunk.middleRows(row, rows), chunk.topRows(row),
                         sum.block(row, 0, rows, row));
  }
}

template <class T>
void ScatterSums<T>::centred(Index k, Matrix<T>& out) const {
  out = second[static_cast<std::size_t>(k)];
  if (weight(k) > 0.0) {
    const Vector<T> move = first.col(k) / weight(k);
    out.template selfadjointView<Eigen::Lower>().rankUpdate(move, -weight(k));
  }
  linalg::fill_upper<T>(out);
}

template <class T>
void ScatterSums<T>::scale(double factor) {
  weight *= factor;
  first *= T(factor);
  for (Matrix<T>& sum : second) sum *= T(factor);
}

template struct ScatterSums<double>;
template struct ScatterSums<std::complex<double>>;

}  // namespace pellucid
