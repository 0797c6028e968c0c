/// Steadies mattes over time.
#pragma once

#include <opencv2/core.hpp>

namespace skymatte {

/// The Python package's `video.temporal`: called once per frame, in order.
class TemporalFilter {
public:
    /// \param rgb    H×W CV_8UC3, the frame
    /// \param matte  H×W CV_32F, what was found in it alone
    /// \return H×W CV_32F, steadied
    cv::Mat step(const cv::Mat& rgb, const cv::Mat& matte);
};

}  // namespace skymatte
