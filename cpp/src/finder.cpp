#include "skymatte/finder.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "edges.hpp"
#include "skymatte/light.hpp"

namespace skymatte {
namespace {

/// Rounds halves to even, as Python does.
int scaled(int side, double factor) { return std::max(1, static_cast<int>(std::nearbyint(side * factor))); }

}  // namespace

cv::Mat SkyFinder::find(const cv::Mat& rgb) const {
    const double factor = std::min(1.0, model_.card().coarse_side / static_cast<double>(std::max(rgb.cols, rgb.rows)));
    cv::Mat small = rgb;
    if (factor < 1)
        cv::resize(rgb, small, cv::Size(scaled(rgb.cols, factor), scaled(rgb.rows, factor)), 0, 0, cv::INTER_AREA);
    const Light light(small, to_rec709_);
    return draw_edges(rgb, small, light, model_.predict(light.encoded(model_.card().encoding, small)));
}

}  // namespace skymatte
