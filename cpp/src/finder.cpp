#include "skymatte/finder.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "edges.hpp"
#include "skymatte/light.hpp"

namespace skymatte {
namespace {

/// Frames that are shrunk by less than this are sampled, others averaged.
constexpr double nearly = 1.5;

/// The multiple nearest to the scaled side, halves down: padding up to one would show the network a mirror.
int fitted(int side, double factor, int multiple) {
    return std::max(1, static_cast<int>(std::ceil(side * factor / multiple - 0.5))) * multiple;
}

cv::Mat shrunk(const cv::Mat& rgb, const cv::Size& size) {
    const double most = std::max(rgb.cols / static_cast<double>(size.width), rgb.rows / static_cast<double>(size.height));
    cv::Mat small;
    cv::resize(rgb, small, size, 0, 0, most < nearly ? cv::INTER_LINEAR : cv::INTER_AREA);
    return small;
}

}  // namespace

cv::Mat SkyFinder::find(const cv::Mat& rgb) const {
    const Card& card = model_.card();
    const double factor = std::min(1.0, card.coarse_side / static_cast<double>(std::max(rgb.cols, rgb.rows)));
    const cv::Size size(fitted(rgb.cols, factor, card.multiple), fitted(rgb.rows, factor, card.multiple));
    const cv::Mat small = size == rgb.size() ? rgb : shrunk(rgb, size);
    const Light light(small, to_rec709_);
    return draw_edges(rgb, small, light, model_.predict(light.encoded(card.encoding, small)));
}

}  // namespace skymatte
