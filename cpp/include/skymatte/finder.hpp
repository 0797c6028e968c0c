/// The sky in one frame, by itself.
#pragma once

#include <opencv2/core.hpp>

#include "skymatte/model.hpp"

namespace skymatte {

/// Finds the sky frame by frame, with the same steps as the Python package's `video.finder`.  Safe to use from several
/// threads.
class SkyFinder {
public:
    explicit SkyFinder(const Model& model) : model_(model) {}

    /// The fraction of sky of every pixel: H×W CV_8UC3 sRGB, RGB order → H×W CV_32F in [0, 1].
    [[nodiscard]] cv::Mat find(const cv::Mat& rgb) const;

private:
    const Model& model_;
};

}  // namespace skymatte
