/// The sky in one frame, by itself.
#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "skymatte/model.hpp"

namespace skymatte {

/// Finds the sky frame by frame, with the same steps as the Python package's `video.finder`.  Safe to use from several
/// threads.
class SkyFinder {
public:
    /// \param model      what finds it; is to outlive this
    /// \param to_rec709  from linear RGB of the stream's primaries to Rec.709 (primaries.hpp); nothing if they are that
    explicit SkyFinder(const Model& model, const std::optional<cv::Matx33f>& to_rec709 = {})
        : model_(model), to_rec709_(to_rec709) {}

    /// The fraction of sky of every pixel: H×W CV_8UC3 sRGB, RGB order → H×W CV_32F in [0, 1].
    [[nodiscard]] cv::Mat find(const cv::Mat& rgb) const;

private:
    const Model& model_;
    std::optional<cv::Matx33f> to_rec709_;
};

}  // namespace skymatte
