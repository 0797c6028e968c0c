/// Where everything in a frame was one frame ago: the Python package's `video.flow`.
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/video/tracking.hpp>

namespace skymatte {

/// From a frame back to the one before, both as small pictures.
struct Motion {
    cv::Mat flow;   ///< h×w CV_32FC2: a pixel at x was at x + flow(x), in small pixels
    cv::Mat trust;  ///< h×w CV_32F in [0, 1]: how surely the same thing is seen there
};

/// A frame as a small grey picture, CV_8U: at most 320 pixels along its longer side, at least 96 each way.
cv::Mat small_grey(const cv::Mat& rgb);

/// Measures the motion between small grey pictures; one at a time.
class FlowMeter {
public:
    FlowMeter();

    /// The motion from `now` back to `before`, by dense inverse search (Kroeger et al. 2016), with what supports it:
    /// how alike the light is, and whether the flow forth leads back (Sundaram, Brox & Keutzer 2010, equation 5).
    Motion measure(const cv::Mat& before, const cv::Mat& now);

private:
    cv::Ptr<cv::DISOpticalFlow> back_, forth_;
};

}  // namespace skymatte
