/// From a frame's numbers to network input: sRGB → linear light → exposed → encoded.
#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "skymatte/card.hpp"

namespace skymatte {

/// Linear light of the 256 codes of an sRGB frame (IEC 61966-2-1), 1×256 CV_32F.
const cv::Mat& linear_codes();

/// A frame's numbers as linear Rec.709 light, exposed as the frame asks for: its robust mean of log luminance becomes
/// middle grey (0.18), as with the Python package's `picture.exposure`.  Pixels without light and the darkest and
/// brightest 5 % do not count, and of the others every fourth in both directions.
class Light {
public:
    /// \param rgb        H×W CV_8UC3, the frame at working size
    /// \param to_rec709  from linear RGB of its primaries to Rec.709; nothing if it is that already
    Light(const cv::Mat& rgb, const std::optional<cv::Matx33f>& to_rec709);

    /// A positive factor; 1 for a frame without light.
    [[nodiscard]] double exposure() const { return exposure_; }

    /// Exposed light of `count` pixels of the frame.
    void of(const cv::Vec3b* pixels, int count, cv::Vec3f* light) const;

    /// A whole picture as network input: H×W CV_8UC3 → H×W CV_32FC3.
    [[nodiscard]] cv::Mat encoded(Encoding encoding, const cv::Mat& rgb) const;

private:
    std::optional<cv::Matx33f> to_rec709_;
    cv::Mat codes_ = linear_codes();  // exposed
    double exposure_ = 1;
};

/// Exposed light (≥ 0) → network input.
float encode(Encoding encoding, float light);

}  // namespace skymatte
