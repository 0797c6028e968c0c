#include "skymatte/light.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace skymatte {
namespace {

constexpr double srgb_cut = 0.0031308;
constexpr double middle_grey = 0.18;
constexpr int sparse = 4;  // the exposure is taken from every so-many-th pixel in both directions
constexpr double samples = 1 << 18;
constexpr double trim = 0.05;

float linear_from_srgb(double encoded) {
    const double linear = encoded <= 12.92 * srgb_cut ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
    return static_cast<float>(linear);
}

double srgb_from_linear(double linear) {
    return linear <= srgb_cut ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

/// Rec. ITU-R BT.709-6, item 3.2.
float luminance(const cv::Vec3f& light) { return light[0] * 0.2126F + light[1] * 0.7152F + light[2] * 0.0722F; }

/// The factor that brings the trimmed mean of the logarithms of `light`, all above 0, to middle grey.
double exposure_for(std::vector<float>& light) {
    if (light.empty()) return 1.0;
    const auto cut = static_cast<std::ptrdiff_t>(trim * static_cast<double>(light.size()));
    // Only what lies between the two cuts counts, not its order: selecting is several times faster than sorting.
    std::nth_element(light.begin(), light.begin() + cut, light.end());
    std::nth_element(light.begin() + cut, light.end() - 1 - cut, light.end());
    double sum = 0;
    for (auto each = light.begin() + cut; each != light.end() - cut; ++each) sum += std::log2(static_cast<double>(*each));
    return middle_grey / std::exp2(sum / static_cast<double>(static_cast<std::ptrdiff_t>(light.size()) - 2 * cut));
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

Light::Light(const cv::Mat& rgb, const std::optional<cv::Matx33f>& to_rec709) : to_rec709_(to_rec709) {
    const int rows = (rgb.rows + sparse - 1) / sparse, columns = (rgb.cols + sparse - 1) / sparse;
    const int step = sparse * std::max(1, static_cast<int>(std::sqrt(static_cast<double>(rows) * columns / samples)));
    std::vector<float> seen;
    seen.reserve(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
    for (int y = 0; y < rgb.rows; y += step)
        for (int x = 0; x < rgb.cols; x += step) {
            cv::Vec3f light;
            of(&rgb.at<cv::Vec3b>(y, x), 1, &light);
            if (const float value = luminance(light); value > 0) seen.push_back(value);
        }
    exposure_ = exposure_for(seen);
    // A matrix of its own: assigning the product itself would write into the table that all share.
    codes_ = cv::Mat(linear_codes() * static_cast<float>(exposure_));
}

void Light::of(const cv::Vec3b* pixels, int count, cv::Vec3f* light) const {
    const auto* linear = codes_.ptr<float>();
    for (int each = 0; each < count; ++each)
        light[each] = {linear[pixels[each][0]], linear[pixels[each][1]], linear[pixels[each][2]]};
    if (!to_rec709_) return;
    for (int each = 0; each < count; ++each) {
        const cv::Vec3f turned = *to_rec709_ * light[each];
        // What leaves the gamut is lifted to 0.
        for (int channel = 0; channel < 3; ++channel) light[each][channel] = std::max(turned[channel], 0.0F);
    }
}

cv::Mat Light::encoded(Encoding encoding, const cv::Mat& rgb) const {
    cv::Mat input;
    if (!to_rec709_) {  // there are only 256 different numbers to work out
        cv::Mat table(codes_.size(), CV_32F);
        std::transform(codes_.begin<float>(), codes_.end<float>(), table.begin<float>(),
                       [encoding](float light) { return encode(encoding, light); });
        cv::LUT(rgb, table, input);
        return input;
    }
    input.create(rgb.size(), CV_32FC3);
    for (int y = 0; y < rgb.rows; ++y) {
        auto* row = input.ptr<cv::Vec3f>(y);
        of(rgb.ptr<cv::Vec3b>(y), rgb.cols, row);
        for (int x = 0; x < rgb.cols; ++x)
            for (int channel = 0; channel < 3; ++channel) row[x][channel] = encode(encoding, row[x][channel]);
    }
    return input;
}

float encode(Encoding encoding, float light) {
    if (encoding == Encoding::log) return (std::log(light + 1e-3F) + 2.5F) * static_cast<float>(1 / 2.2 / 2);
    // nearbyint rounds halves to even, as numpy's rint does.
    return static_cast<float>(std::nearbyint(srgb_from_linear(std::clamp(light, 0.0F, 1.0F)) * 255) / 255);
}

}  // namespace skymatte
