#include "skymatte/light.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace skymatte {
namespace {

constexpr double srgb_cut = 0.0031308;
constexpr double middle_grey = 0.18;
constexpr int exposed = 4;  // the exposure is taken from every so-many-th pixel in both directions
constexpr double samples = 1 << 18;
constexpr double trim = 0.05;

// Rec. ITU-R BT.709-6, item 3.2.
constexpr float red_weight = 0.2126F, green_weight = 0.7152F, blue_weight = 0.0722F;

float linear_from_srgb(double encoded) {
    const double linear = encoded <= 12.92 * srgb_cut ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
    return static_cast<float>(linear);
}

double srgb_from_linear(double linear) {
    return linear <= srgb_cut ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

float encode(Encoding encoding, float light) {
    if (encoding == Encoding::log) return (std::log(light + 1e-3F) + 2.5F) * static_cast<float>(1 / 2.2 / 2);
    // nearbyint rounds halves to even, as numpy's rint does.
    return static_cast<float>(std::nearbyint(srgb_from_linear(std::clamp(light, 0.0F, 1.0F)) * 255) / 255);
}

}  // namespace

const cv::Mat& linear_codes() {
    static const cv::Mat codes = [] {
        cv::Mat table(1, 256, CV_32F);
        for (int code = 0; code < 256; ++code) table.at<float>(code) = linear_from_srgb(code / 255.0);
        return table;
    }();
    return codes;
}

double exposure_scale(const cv::Mat& rgb) {
    const auto* linear = linear_codes().ptr<float>();
    const int rows = (rgb.rows + exposed - 1) / exposed, columns = (rgb.cols + exposed - 1) / exposed;
    const int step = exposed * std::max(1, static_cast<int>(std::sqrt(static_cast<double>(rows) * columns / samples)));
    std::vector<float> light;
    light.reserve(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
    for (int y = 0; y < rgb.rows; y += step) {
        const auto* row = rgb.ptr<cv::Vec3b>(y);
        for (int x = 0; x < rgb.cols; x += step) {
            const cv::Vec3b& p = row[x];
            const float value = linear[p[0]] * red_weight + linear[p[1]] * green_weight + linear[p[2]] * blue_weight;
            if (value > 0) light.push_back(value);
        }
    }
    if (light.empty()) return 1.0;
    const auto cut = static_cast<std::ptrdiff_t>(trim * static_cast<double>(light.size()));
    // Only what lies between the two cuts counts, not its order: selecting is several times faster than sorting.
    std::nth_element(light.begin(), light.begin() + cut, light.end());
    std::nth_element(light.begin() + cut, light.end() - 1 - cut, light.end());
    double sum = 0;
    for (auto each = light.begin() + cut; each != light.end() - cut; ++each) sum += std::log2(static_cast<double>(*each));
    return middle_grey / std::exp2(sum / static_cast<double>(static_cast<std::ptrdiff_t>(light.size()) - 2 * cut));
}

cv::Mat encoded_codes(Encoding encoding, const cv::Mat& light) {
    cv::Mat table(light.size(), CV_32F);
    std::transform(light.begin<float>(), light.end<float>(), table.begin<float>(),
                   [encoding](float each) { return encode(encoding, each); });
    return table;
}

}  // namespace skymatte
