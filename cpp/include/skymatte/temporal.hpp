/// Steadies mattes over time.
#pragma once

#include <memory>
#include <opencv2/core.hpp>

namespace skymatte {

/// Mixes each matte with those before it, moved along with the picture, where the picture is the same: the Python
/// package's `video.temporal`.  One per stream, called once per frame, in order.
class TemporalFilter {
public:
    TemporalFilter();
    ~TemporalFilter();
    TemporalFilter(const TemporalFilter&) = delete;
    TemporalFilter& operator=(const TemporalFilter&) = delete;

    /// \param rgb    H×W CV_8UC3, the frame
    /// \param matte  H×W CV_32F, what was found in it alone
    /// \return H×W CV_32F, steadied; not to be changed, it is mixed into the next one
    cv::Mat step(const cv::Mat& rgb, const cv::Mat& matte);

private:
    struct Memory;
    std::unique_ptr<Memory> memory_;
};

}  // namespace skymatte
