#include "skymatte/primaries.hpp"

#include <array>
#include <map>

namespace skymatte {
namespace {

/// CIE x, y of red, green, blue and white.
using Chromaticities = std::array<double, 8>;

constexpr Chromaticities rec709{0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290};
constexpr Chromaticities smpte170{0.630, 0.340, 0.310, 0.595, 0.155, 0.070, 0.3127, 0.3290};

const std::map<int, Chromaticities> known{
    {4, {0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.310, 0.316}},
    {5, {0.64, 0.33, 0.29, 0.60, 0.15, 0.06, 0.3127, 0.3290}},
    {6, smpte170},
    {7, smpte170},
    {8, {0.681, 0.319, 0.243, 0.692, 0.145, 0.049, 0.310, 0.316}},
    {9, {0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290}},
    {11, {0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351}},
    {12, {0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290}},
    {22, {0.630, 0.340, 0.295, 0.605, 0.155, 0.077, 0.3127, 0.3290}},
};

// Bradford cone response (Lam 1985; ICC.1:2010, annex E).
const cv::Matx33d bradford{0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296};

const cv::Vec3d ones{1, 1, 1};

/// Linear RGB to CIE XYZ with Y = 1 for white (SMPTE RP 177-1993).
cv::Matx33d rgb_to_xyz(const Chromaticities& xy) {
    const auto column = [&](std::size_t i) { return cv::Vec3d(xy[i], xy[i + 1], 1 - xy[i] - xy[i + 1]); };
    const cv::Vec3d red = column(0), green = column(2), blue = column(4), white = column(6) * (1 / xy[7]);
    const cv::Matx33d primaries{red[0], green[0], blue[0], red[1], green[1], blue[1], red[2], green[2], blue[2]};
    return primaries * cv::Matx33d::diag(primaries.inv() * white);
}

}  // namespace

std::optional<cv::Matx33f> to_rec709(int primaries) {
    const auto found = known.find(primaries);
    if (found == known.end()) return std::nullopt;
    const cv::Matx33d source = rgb_to_xyz(found->second), target = rgb_to_xyz(rec709);
    const cv::Vec3d from = bradford * (source * ones), to = bradford * (target * ones);
    const cv::Matx33d gain = cv::Matx33d::diag({to[0] / from[0], to[1] / from[1], to[2] / from[2]});
    return cv::Matx33f(target.inv() * bradford.inv() * gain * bradford * source);
}

}  // namespace skymatte
