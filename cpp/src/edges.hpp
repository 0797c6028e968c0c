/// The edge of the sky in one frame, drawn from the frame's own colours: the Python package's `video.edges`.
#pragma once

#include <opencv2/core.hpp>

#include "skymatte/light.hpp"

namespace skymatte {

/// The network's answer for a frame, its edges drawn at the frame's own size.
///
/// \param rgb     H×W CV_8UC3, the frame
/// \param small   h×w CV_8UC3, the same at working size
/// \param light   makes exposed linear light of the frame's pixels
/// \param answer  h×w CV_32F in [0, 1], what the network says of it
/// \return H×W CV_32F in [0, 1]; away from edges the answer, enlarged
cv::Mat draw_edges(const cv::Mat& rgb, const cv::Mat& small, const Light& light, const cv::Mat& answer);

}  // namespace skymatte
