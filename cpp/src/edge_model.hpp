/// Which linear mixture of its colours says how much of a pixel is sky, cell by cell.
#pragma once

#include <opencv2/core.hpp>

namespace skymatte {

/// Side of a cell in pixels at working size: one sample is taken of it, at its third row and column.
inline constexpr int cell_side = 4;

/// Three factors of linear light, the offset, and how far to trust it.
using CellModel = cv::Vec<float, 5>;

/// Learns the colours of sky and ground around every open cell (linear discriminant, Fisher 1936).
///
/// \param samples  h×w CV_32FC3, linear light, exposed: one pixel per cell
/// \param known    h×w CV_32F, the answer at the same pixels
/// \param is_open  h×w CV_8U, not 0 where the answer is open
/// \return h×w; the trust is 0 where a cell is not open
cv::Mat_<CellModel> learn_cells(const cv::Mat& samples, const cv::Mat& known, const cv::Mat& is_open);

}  // namespace skymatte
