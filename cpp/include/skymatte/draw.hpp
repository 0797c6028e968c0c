/// What is shown and written of a frame and its matte: the same pixels as the Python package's `video.draw`.
#pragma once

#include <opencv2/core.hpp>

namespace skymatte {

/// Of the tint in a pixel that is all sky.
inline constexpr double usual_opacity = 0.5;

/// A picture with its sky in half-transparent blue: with a = round(255·opacity·matte) and the tint t = (0, 0, 255)
///
///     out = (p·(255 − a) + t·a + 127) div 255
///
/// \param rgb      H×W CV_8UC3, RGB order; stays as it is
/// \param matte    H×W CV_32F in [0, 1]
/// \param opacity  of the tint where all is sky, in [0, 1]
cv::Mat overlay(const cv::Mat& rgb, const cv::Mat& matte, double opacity = usual_opacity);

/// H×W CV_8UC1: 255 where matte ≥ float(threshold), else 0.
cv::Mat mask(const cv::Mat& matte, double threshold);

/// H×W CV_8UC1: round(255·matte).
cv::Mat shares(const cv::Mat& matte);

}  // namespace skymatte
